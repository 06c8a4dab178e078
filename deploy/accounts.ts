import { type Action, action } from '../common/chain.ts';

/** An EOSIO authority: who has to sign. Keys and accounts must be in ascending order. */
export interface Authority {
  threshold: number;
  keys: { key: string; weight: number }[];
  accounts: { permission: { actor: string; permission: string }; weight: number }[];
  waits: never[];
}

/** What an account gets to live on; stakes are whole amounts such as "100.0000 EOS". */
export interface Resources {
  ramBytes: number;
  net: string;
  cpu: string;
}

/** One key, full weight. */
export function keyAuthority(key: string): Authority {
  return { threshold: 1, keys: [{ key, weight: 1 }], accounts: [], waits: [] };
}

/** The code of `account`, full weight; with `key`, that key alone suffices too. */
export function codeAuthority(account: string, key?: string): Authority {
  const accounts = [{ permission: { actor: account, permission: 'eosio.code' }, weight: 1 }];
  return { threshold: 1, keys: key ? [{ key, weight: 1 }] : [], accounts, waits: [] };
}

/** Creates `name` with `authority` as owner and active, and gives it resources that `creator` pays. */
export function createAccount(creator: string, name: string, authority: Authority, resources: Resources): Action[] {
  const stake = { stake_net_quantity: resources.net, stake_cpu_quantity: resources.cpu, transfer: true };
  return [
    action('eosio', 'newaccount', { creator, name, owner: authority, active: authority }, creator),
    action('eosio', 'buyrambytes', { payer: creator, receiver: name, bytes: resources.ramBytes }, creator),
    action('eosio', 'delegatebw', { from: creator, receiver: name, ...stake }, creator),
  ];
}
