import type { Action } from '../../common/chain.ts';
import { keyId } from '../../common/keys.ts';
import type { Membership } from '../../contracts/proof.ts';
import type { Authority } from '../accounts.ts';
import type { Deployment } from '../file.ts';
import type { Network } from '../network.ts';
import type { AccountState, ChainState, Permission } from '../state/types.ts';

/** The code that the contract's account shall carry. */
export interface WantedCode {
  /** Path without .wasm and .abi. */
  path: string;
  /** sha256, hex. */
  hash: string;
  abiHash: string;
  bytes: number;
  /** `setcode` and `setabi`, in the name of the account's owner; the second one alone where the code is right. */
  put(account: string, what: 'both' | 'abi'): Action[];
}

/** Transactions for eosio.msig, which are kept packed there. */
export interface Codec {
  /** As `propose` takes it; `until`: ms since 1970. */
  transaction(actions: Action[], until: number): Promise<object>;
  /** The same, packed, hex. */
  packed(actions: Action[], until: number): Promise<string>;
}

/** What a plan is made from; nothing of it changes while it is made. */
export interface Given {
  network: Network;
  deployment: Deployment;
  state: ChainState;
  code: WantedCode;
  codec: Codec;
  /** The proof that a founder holds its signing key, SIG_K1_…; null where that key is not at hand. */
  prove(membership: Membership): string | null;
  /** Propose again what members have voted down. */
  again: boolean;
}

/** What a step takes beside the transaction itself. */
export interface Cost {
  /** Bought, bytes. */
  ramBytes: number;
  /** Staked for CPU and NET, units of the core token. */
  stake: bigint;
}

/** One difference between what is and what shall be, and the transaction that removes it. */
export interface Step {
  /** Names it in every plan. */
  id: string;
  about: string;
  is: string;
  shall: string;
  /** One transaction. Those of a step that waits cannot be pushed yet. */
  actions: Action[];
  cost: Cost;
  /** Why it cannot be done now, whoever signs; one sentence. */
  waits?: string;
  /** Ms since 1970 by the chain's clock: when what it waits for is over, or when it is too late for it. */
  until?: number;
  /** What its transaction does, where that is only a part of the way: "alice proposes it". */
  does?: string;
  /** Where a vote stands, one sentence. */
  tally?: string;
  /** Steps with the same word can go in one transaction. */
  together?: string;
  /** Steps of this plan that come first. */
  needs: string[];
  /** It shows when the plan has no step any more whose id begins so; without it, when it has none of its own id. */
  goal?: string;
  /** Instead of one cleos line for each action. */
  lines?: string[];
}

export const FREE: Cost = { ramBytes: 0, stake: 0n };

/** Whether two authorities are met by the same signatures. */
export function sameAuthority(a: Authority, b: Authority): boolean {
  return JSON.stringify(normal(a)) === JSON.stringify(normal(b));
}

function normal({ threshold, keys, accounts, waits }: Authority) {
  const byText = (x: string, y: string) => (x < y ? -1 : 1);
  return {
    threshold,
    keys: keys.map(({ key, weight }) => `${keyId(key)}=${weight}`).sort(byText),
    accounts: accounts
      .map(({ permission: { actor, permission }, weight }) => `${actor}@${permission}=${weight}`)
      .sort(byText),
    waits: waits.length,
  };
}

/** "EOS6MRy…, pooldac@eosio.code", with weights where more than one is needed. */
export function authorityText({ threshold, keys, accounts, waits }: Authority): string {
  const weighed = (text: string, weight: number) => (threshold === 1 && weight === 1 ? text : `${text}=${weight}`);
  const parts = [
    ...keys.map(({ key, weight }) => weighed(key, weight)),
    ...accounts.map(({ permission: { actor, permission }, weight }) => weighed(`${actor}@${permission}`, weight)),
  ];
  if (waits.length > 0) parts.push('a delay');
  const list = parts.join(', ') || 'nobody';
  return threshold === 1 ? list : `${threshold} of ${list}`;
}

export function permissionOf(account: AccountState, name: string): Permission | undefined {
  return account.permissions.find((each) => each.name === name);
}

export function linkText({ code, type }: { code: string; type: string }): string {
  return `${code}::${type || '*'}`;
}

/** Whether votes decide: after the hand-over. */
export function isLive({ pool }: ChainState): boolean {
  return pool !== null && pool.config.phase > 0;
}
