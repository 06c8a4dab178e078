import { z } from 'zod';
import type { ChainClient } from '../chain.ts';
import { PoolError, sentence } from '../errors.ts';
import { count, flag, hash, name, oneOf, readRows, text, time, units } from './columns.ts';

export const PHASES = ['founding', 'live', 'dissolving', 'dissolved'] as const;

/** Table `config`: profile and figures. Figures in seconds, percent, permille, or units of the core token, as docs/contract.md has them. */
const configRow = z
  .object({
    ...{ producer: name, phase: oneOf(PHASES), registered: flag, open: flag, location: count, url: text },
    ...{ eligible_percent: count, infra_permille: count, mingap: count, deadline: count, dispute: count },
    ...{ votetime: count, locktime: count, grace: count, probation: count, notice: count, challenge: count },
    ...{ changegap: count, pausetime: count, casetime: count, appealtime: count },
    ...{ bond: units, casefee: units, monthlimit: units },
    ...{ terms_version: count, terms: hash, terms_grace: time, paused_at: time, paused_until: time, chain_id: hash },
  })
  .transform((row) => ({
    ...{ producer: row.producer, phase: row.phase, registered: row.registered, url: row.url, location: row.location },
    ...{ termsVersion: row.terms_version, terms: row.terms, termsGrace: row.terms_grace, chainId: row.chain_id },
    ...{ pausedAt: row.paused_at, pausedUntil: row.paused_until },
    figures: figuresOf(row),
  }));

/** Figures by the names that `propconfig` takes. */
function figuresOf(
  row: Record<Exclude<Figure, 'eligible' | 'infra'>, bigint | number | boolean> & FigureColumns,
): Figures {
  const { eligible_percent: eligible, infra_permille: infra, ...rest } = row;
  const all: Record<string, bigint | number | boolean> = { ...rest, eligible, infra };
  return Object.fromEntries(FIGURES.map((figure) => [figure, BigInt(all[figure] ?? 0)])) as Figures;
}

interface FigureColumns {
  eligible_percent: number;
  infra_permille: number;
}

/** Names of the figures, in the order of docs/contract.md. Source: contracts/pool/figures.ts, `applyFigure`. */
export const FIGURES = [
  ...(['eligible', 'infra', 'mingap', 'deadline', 'dispute', 'votetime', 'locktime', 'grace', 'probation'] as const),
  ...(['notice', 'challenge', 'changegap', 'pausetime', 'casetime', 'appealtime', 'bond', 'casefee'] as const),
  ...(['monthlimit', 'open'] as const),
] as const;
export type Figure = (typeof FIGURES)[number];
export type Figures = Record<Figure, bigint>;

/** Table `state`: what runs on by itself. */
const stateRow = z
  .object({
    ...{ epoch: count, first_window: count, last_window: count, settled_at: time, harvested: flag },
    ...{ closing_through: count, closing_settled_at: time, closed_through: count, next_proposal: count },
    ...{ next_order: count, next_case: count, changed_at: time, month: count, month_spent: units },
    ...{ pauser: name, pauser_at: time, dissolving_at: time },
  })
  .transform((row) => ({
    ...{ epoch: row.epoch, firstWindow: row.first_window, lastWindow: row.last_window, settledAt: row.settled_at },
    ...{ harvested: row.harvested, closingThrough: row.closing_through, closingSettledAt: row.closing_settled_at },
    ...{ closedThrough: row.closed_through, nextProposal: row.next_proposal, nextOrder: row.next_order },
    ...{ nextCase: row.next_case, changedAt: row.changed_at, month: row.month, monthSpent: row.month_spent },
    ...{ pauser: row.pauser, pauserAt: row.pauser_at, dissolvingAt: row.dissolving_at },
  }));

const strategyRow = z
  .object({ strategy: text, mode: name, from_window: count, previous_strategy: text, previous_mode: name })
  .transform((row) => ({
    ...{ strategy: row.strategy, mode: row.mode, fromWindow: row.from_window },
    ...{ previousStrategy: row.previous_strategy, previousMode: row.previous_mode },
  }));

const termsRow = z
  .object({ version: count, hash, since: time, grace_until: time })
  .transform(({ version, hash, since, grace_until }) => ({ version, hash, since, graceUntil: grace_until }));

const claimRow = z.object({ id: count, code: name, name });

export type PoolConfig = z.output<typeof configRow>;
export type PoolState = z.output<typeof stateRow>;
export type PoolStrategy = z.output<typeof strategyRow>;
export type PoolTerms = z.output<typeof termsRow>;
export type PoolClaim = z.output<typeof claimRow>;

/** Before the first vote on it there is no row. */
const NO_VOTE: PoolStrategy = {
  ...{ strategy: 'first-delivered', mode: 'propose', fromWindow: 0 },
  ...{ previousStrategy: 'first-delivered', previousMode: 'propose' },
};

/** Throws PoolError `no_pool` when the account carries no pool, or one that is not set up, on the chain of this node. */
export async function readConfig(client: ChainClient, dac: string): Promise<PoolConfig> {
  let rows: PoolConfig[];
  try {
    rows = await readRows(client, dac, 'config', configRow);
  } catch (thrown) {
    if (!(thrown instanceof PoolError) || thrown.code !== 'chain') throw thrown;
    throw new PoolError('no_pool', `${dac} carries no pool on this chain (${sentence(thrown)}); name it with --dac`);
  }
  const [row] = rows;
  if (!row) throw new PoolError('no_pool', `the pool of ${dac} is not set up yet: its founders call init first`);
  return row;
}

/** The proofs of a pool, and what its members vote for, hold on the chain that it was set up for. Throws PoolError `wrong_chain` for a node of another one. */
export function requireChain({ producer, chainId }: PoolConfig, served: string, url: string): void {
  if (served === chainId) return;
  const text = `the pool of ${producer} is set up for chain ${chainId}, and ${url} serves ${served}`;
  throw new PoolError('wrong_chain', `${text}: name a node of its chain`);
}

export async function readState(client: ChainClient, dac: string): Promise<PoolState> {
  const [row] = await readRows(client, dac, 'state', stateRow);
  if (!row) throw new PoolError('no_pool', `the pool of ${dac} is not set up yet: its founders call init first`);
  return row;
}

export async function readStrategy(client: ChainClient, dac: string): Promise<PoolStrategy> {
  const [row] = await readRows(client, dac, 'strategy', strategyRow);
  return row ? { ...row, mode: row.mode || 'propose', previousMode: row.previousMode || 'propose' } : NO_VOTE;
}

/** Every constitution that was ever in force, oldest first. */
export function readTerms(client: ChainClient, dac: string): Promise<PoolTerms[]> {
  return readRows(client, dac, 'terms', termsRow);
}

/** Actions by which the chain pays the producer. */
export function readClaims(client: ChainClient, dac: string): Promise<PoolClaim[]> {
  return readRows(client, dac, 'claims', claimRow);
}
