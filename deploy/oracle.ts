import { type Action, action, type ChainClient } from '../common/chain.ts';
import { createAccount, keyAuthority, type Resources } from './accounts.ts';

/** The permission that oracles sign with. */
export const ORACLE_PERMISSION = 'report';

/** The only actions that an oracle's running key may call: reporting, and what anybody may poke but somebody has to sign. */
export const ORACLE_ACTIONS = ['report', 'harvest', 'cut', 'close', 'payorder'];

export interface OraclePlan {
  creator: string;
  dac: string;
  account: string;
  /** Public key of owner and active; not needed by the running oracle. */
  accountKey: string;
  /** Public key of the permission `report`, which is all that the running oracle holds. */
  reportKey: string;
  resources: Resources;
}

/**
 * Makes an oracle's account with its permission. It reports when the members have named it by vote (`nameOracle`). The
 * client must hold the creator's and the oracle's account key.
 */
export async function deployOracle(client: ChainClient, plan: OraclePlan): Promise<void> {
  const { account, dac } = plan;
  await client.transact(createAccount(plan.creator, account, keyAuthority(plan.accountKey), plan.resources));
  const links = ORACLE_ACTIONS.map((type) => ({ account, code: dac, type, requirement: ORACLE_PERMISSION }));
  await client.transact([
    reportPermission(account, plan.reportKey),
    ...links.map((link) => action('eosio', 'linkauth', link, account)),
  ]);
}

/** Makes the permission `report`, or gives it another key. */
export function reportPermission(account: string, key: string): Action {
  const permission = { account, permission: ORACLE_PERMISSION, parent: 'active', auth: keyAuthority(key) };
  return action('eosio', 'updateauth', permission, account);
}
