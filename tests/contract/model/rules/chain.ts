import { demand, demandRow, refuse } from './refusal.ts';
import type { Money } from './state.ts';

export const DAY = 86_400;

export interface Producer {
  keys: string[];
  url: string;
  location: number;
  active: boolean;
  claimed: number;
}

export interface Authority {
  threshold: number;
  /** Account@permission and weight, in the order of the names. */
  accounts: [string, number][];
}

export interface Approval {
  proposer: string;
  proposal: string;
  hash: string;
}

/** What the model knows of the rest of the chain: time, accounts, tokens, the producer's registration, permissions. */
export interface Chain {
  ms: number;
  accounts: Set<string>;
  /** Contract and symbol, like eosio.token/4,EOS → account → units. */
  balances: Map<string, Map<string, bigint>>;
  producer: Producer | undefined;
  reward: Money & { contract: string };
  authorities: Map<string, Authority>;
  approvals: Approval[];
  /** What the action sent to other contracts, done after it, in this order. */
  inlines: (() => void)[];
}

const BLOCK_EPOCH_SECONDS = 946_684_800;
const WINDOW_SECONDS = 6;
const END_OF_TIME = 0xffff_ffff;

export function seconds(chain: Chain): number {
  return Math.floor(chain.ms / 1000);
}

/** So many seconds from now, at most the last moment that a date can hold. */
export function after(chain: Chain, wait: number | bigint): number {
  const at = BigInt(seconds(chain)) + BigInt(wait);
  return at > BigInt(END_OF_TIME) ? END_OF_TIME : Number(at);
}

/** Whether the moment has come. */
export function reached(chain: Chain, moment: number): boolean {
  return seconds(chain) >= moment;
}

export function windowNow(chain: Chain): number {
  return Math.floor((chain.ms / 1000 - BLOCK_EPOCH_SECONDS) / WINDOW_SECONDS);
}

/** The moment at which the window is over. */
export function endOf(window: number): number {
  return BLOCK_EPOCH_SECONDS + (window + 1) * WINDOW_SECONDS;
}

export function requireOver(chain: Chain, window: number): void {
  demand(window <= windowNow(chain), 'lies in the future');
  demand(window < windowNow(chain), 'is not over');
}

export function requireAccount(chain: Chain, account: string): void {
  demand(chain.accounts.has(account), 'is no account on this chain');
}

export function tokenExists(chain: Chain, contract: string, symbol: string): boolean {
  return chain.balances.has(`${contract}/${symbol}`);
}

export function balanceOf(chain: Chain, contract: string, symbol: string, account: string): bigint {
  return chain.balances.get(`${contract}/${symbol}`)?.get(account) ?? 0n;
}

export function moveTokens(chain: Chain, contract: string, money: Money, from: string, to: string): void {
  const token = demandRow(chain.balances.get(`${contract}/${money.symbol}`), 'token with symbol does not exist');
  const has = token.get(from) ?? 0n;
  if (money.units > has) refuse('overdrawn balance');
  token.set(from, has - money.units);
  token.set(to, (token.get(to) ?? 0n) + money.units);
}

/** The chain's daily pay of the producer. */
export function claimRewards(chain: Chain, producer: string): void {
  const row = demandRow(chain.producer, 'producer not found');
  demand(seconds(chain) - row.claimed >= DAY, 'already claimed rewards within past day');
  row.claimed = seconds(chain);
  if (chain.reward.units > 0n) moveTokens(chain, chain.reward.contract, chain.reward, 'eosio', producer);
}

export function register(chain: Chain, keys: string[], url: string, location: number): void {
  const claimed = chain.producer?.claimed ?? seconds(chain) - DAY;
  chain.producer = { keys, url, location, active: true, claimed };
}

export function unregister(chain: Chain): void {
  demandRow(chain.producer, 'producer not found').active = false;
}
