import { action, type ChainClient } from '../common/chain.ts';

/** What the pool's rules leave open; ranges and meanings are the contract's (`setfigure` while founding, `propconfig` later). */
export type Figure =
  | 'eligible'
  | 'infra'
  | 'mingap'
  | 'deadline'
  | 'dispute'
  | 'votetime'
  | 'locktime'
  | 'grace'
  | 'probation'
  | 'notice'
  | 'challenge'
  | 'changegap'
  | 'pausetime'
  | 'casetime'
  | 'appealtime'
  | 'bond'
  | 'casefee'
  | 'monthlimit'
  | 'open';

/** Figures by name; amounts in the core token's smallest unit. Those left out keep the contract's defaults. */
export type Figures = Partial<Record<Figure, number>>;

/** An action by which the chain pays the producer; it takes the producer's name and nothing else. */
export interface Claim {
  code: string;
  name: string;
}

/** How eosio.system pays a producer. */
export const SYSTEM_CLAIM: Claim = { code: 'eosio', name: 'claimrewards' };

/** Sets figures of a pool that is being founded, all or none. The client must hold the DAC's key. */
export async function setFigures(client: ChainClient, dac: string, figures: Figures): Promise<void> {
  const set = Object.entries(figures).map(([figure, value]) => action(dac, 'setfigure', { figure, value }, dac));
  await client.transact(set);
}

/** Tells a pool that is being founded how the chain pays its producer. The client must hold the DAC's key. */
export async function setClaims(client: ChainClient, dac: string, claims: Claim[]): Promise<void> {
  await client.transact(claims.map(({ code, name }) => action(dac, 'setclaim', { code, name, on: true }, dac)));
}

/** Replaces the list of founders that have not joined yet. The client must hold the DAC's key. */
export async function nameFounders(client: ChainClient, dac: string, accounts: string[]): Promise<void> {
  await client.transact([action(dac, 'founders', { accounts }, dac)]);
}

/**
 * The last act of the DAC's key: from now on the contract's code has `active`, the code or a large part of the members
 * `owner`, and votes decide. Refused as long as a founder has not joined.
 */
export async function handOver(client: ChainClient, dac: string): Promise<void> {
  await client.transact([action(dac, 'handover', {}, dac)]);
}
