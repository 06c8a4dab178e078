import type { ChainClient } from '../../common/chain.ts';

/** One of an account's resources: CPU in µs, NET and RAM in bytes. */
export interface Meter {
  used: number;
  /** Null: without a limit. */
  max: number | null;
}

export const METERS = ['cpu', 'net', 'ram'] as const;
export type MeterName = (typeof METERS)[number];
export type Resources = Record<MeterName, Meter>;

export interface Permission {
  name: string;
  parent: string;
  threshold: number;
  keys: { key: string; weight: number }[];
  /** "contract::action" of each action that is linked to it, "contract::*" for all of a contract; null when the node does not tell. */
  links: string[] | null;
}

/** What a node tells of an account. */
export interface AccountState {
  resources: Resources;
  permissions: Permission[];
}

interface Limit {
  used: number | string;
  max: number | string;
  /** From Leap 3.1 on: what is left of `used` now, for it fades within a day. */
  current_used?: number | string;
}

interface AccountAnswer {
  ram_quota: number | string;
  ram_usage: number | string;
  net_limit: Limit;
  cpu_limit: Limit;
  permissions: {
    perm_name: string;
    parent: string;
    required_auth: { threshold: number; keys: { key: string; weight: number }[] };
    linked_actions?: { account: string; action?: string }[];
  }[];
}

/** Reads `get_account`. Throws PoolError `chain` for an account that is not there, `chain_unreachable`. */
export async function readAccount(client: ChainClient, account: string): Promise<AccountState> {
  const answer = await client.post<AccountAnswer>('/v1/chain/get_account', { account_name: account });
  const { ram_usage, ram_quota, net_limit, cpu_limit } = answer;
  const resources = {
    cpu: toMeter(cpu_limit),
    net: toMeter(net_limit),
    ram: { used: Number(ram_usage), max: limitOf(ram_quota) },
  };
  return { resources, permissions: answer.permissions.map(toPermission) };
}

function toMeter({ used, max, current_used }: Limit): Meter {
  return { used: Number(current_used ?? used), max: limitOf(max) };
}

function limitOf(max: number | string): number | null {
  return Number(max) < 0 ? null : Number(max);
}

function toPermission({
  perm_name,
  parent,
  required_auth,
  linked_actions,
}: AccountAnswer['permissions'][number]): Permission {
  const links = linked_actions?.map(({ account, action }) => `${account}::${action || '*'}`) ?? null;
  return { name: perm_name, parent, threshold: required_auth.threshold, keys: required_auth.keys, links };
}
