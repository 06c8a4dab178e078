import { action, type ChainClient } from '../common/chain.ts';

/**
 * What the pool's rules leave open, with the contract's defaults; ranges and meanings are the contract's (`setfigure` while founding,
 * `propconfig` later). Source: contracts/pool/setup.tables.ts; a test compares them.
 */
export const FIGURE_DEFAULTS = {
  eligible: 50,
  infra: 100,
  mingap: 10,
  deadline: 86_400,
  dispute: 259_200,
  votetime: 259_200,
  locktime: 86_400,
  grace: 1_209_600,
  probation: 2_592_000,
  notice: 604_800,
  challenge: 259_200,
  changegap: 3600,
  pausetime: 86_400,
  casetime: 2_592_000,
  appealtime: 259_200,
  bond: 0,
  casefee: 0,
  monthlimit: 0,
  open: 0,
} as const;

export type Figure = keyof typeof FIGURE_DEFAULTS;

export const FIGURES = Object.keys(FIGURE_DEFAULTS) as Figure[];

/** The column of the table `config` that holds a figure. */
export function figureColumn(figure: Figure): string {
  return { eligible: 'eligible_percent', infra: 'infra_permille' }[figure as string] ?? figure;
}

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
