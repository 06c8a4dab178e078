import type { ChainClient } from '../../common/chain.ts';

/** Who can act for an account by one of its permissions. */
export interface Authority {
  keys: string[];
  /** "account" for another's active, else "account@permission". */
  accounts: string[];
  threshold: number;
}

interface Answer {
  permissions: {
    perm_name: string;
    required_auth: {
      threshold: number;
      keys: { key: string }[];
      accounts: { permission: { actor: string; permission: string } }[];
    };
  }[];
}

/** An account's permissions by name, as the chain has them. */
export async function authorityOf(chain: ChainClient, account: string): Promise<Record<string, Authority>> {
  const { permissions } = await chain.post<Answer>('/v1/chain/get_account', { account_name: account });
  const entries = permissions.map(({ perm_name, required_auth: { threshold, keys, accounts } }) => {
    const names = accounts.map(({ permission: { actor, permission } }) =>
      permission === 'active' ? actor : `${actor}@${permission}`,
    );
    return [perm_name, { threshold, keys: keys.map(({ key }) => key), accounts: names }] as const;
  });
  return Object.fromEntries(entries);
}
