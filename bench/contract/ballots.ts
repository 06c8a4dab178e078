import { type Action, action } from '../../common/chain.ts';
import { PoolError } from '../../common/errors.ts';
import { readTable, type Whole } from '../../common/tables.ts';
import { PROPOSAL } from '../../deploy/govern.ts';
import { byAnybody, member } from './acts.ts';
import type { BenchPool } from './pool.ts';
import type { Measured, Stage } from './stage.ts';

/** A row of the table `proposals`: the part that votes need. */
export interface Noted {
  id: number;
  status: number;
  hash: string;
  /** Who has no vote on it. */
  respondent: string;
  other: string;
}

/** How long votes last: they end when the clock is put forward, and not by themselves. */
export const VOTE_SECONDS = 3600;
export const TEXT = 'a longer deadline gives oracles the time to come back after an outage';
const VOTES_IN_EACH = 40;
const COUNTS_IN_EACH = 5;

/** Proposes by one member after the other, so that none has too many unfinished ones. */
export function motion(pool: BenchPool, kind: string, data: object, by = member(pool, pool.proposed++)): Action {
  return action(pool.dac, `prop${kind}`, { proposer: by, ...data, text: TEXT }, by);
}

/** What is proposed, besides proposer and text. */
type Data = (pool: BenchPool, sample: number) => object | Promise<object>;

/** The proposal of a kind, as a line of the table; it is noted under `label`, which is the kind unless that is taken. */
export function proposing(kind: string, data: Data, label = kind): Measured {
  return {
    name: `prop${kind}`,
    act: async (pool, sample) => motion(pool, kind, await data(pool, sample)),
    after: (pool) => note(pool, label),
  };
}

/** The same, not measured. */
export async function proposeAlso(pool: BenchPool, kind: string, data: object, label: string): Promise<void> {
  await pool.chain.push([motion(pool, kind, data)]);
  await note(pool, label);
}

/** The execution of what was noted under `label`, as a line of the table. */
export function executing(label: string, more: Partial<Measured> = {}): Measured {
  return {
    name: `execute ${label}`,
    of: 'execute',
    act: (pool) => byAnybody(pool, 'execute', { id: noted(pool, label).id }),
    ...more,
  };
}

/** The same, not measured. */
export async function executeAlso(pool: BenchPool, label: string): Promise<void> {
  await pool.chain.push([byAnybody(pool, 'execute', { id: noted(pool, label).id })]);
}

/** Notes the newest proposal. */
export async function note(pool: BenchPool, label: string): Promise<void> {
  const { client } = pool.chain;
  const [state] = await readTable<{ next_proposal: Whole }>(client, pool.dac, pool.dac, 'state');
  const id = String(Number(state?.next_proposal) - 1);
  pool.proposals.set(label, await read(pool, id, label));
}

export function noted(pool: BenchPool, label: string): Noted {
  const known = pool.proposals.get(label);
  if (!known) throw new PoolError('bench', `there is no proposal ${label}`);
  return known;
}

export function ballot(pool: BenchPool, { id, hash }: Noted, voter: string, yes = true): Action {
  return action(pool.dac, 'vote', { voter, id, hash, yes }, voter);
}

/** All members vote yes on these, except whom they are about. */
export async function voteOn(pool: BenchPool, labels: string[]): Promise<void> {
  const votes = labels.flatMap((label) => {
    const proposal = noted(pool, label);
    const voters = pool.members.filter((voter) => voter !== proposal.respondent && voter !== proposal.other);
    return voters.map((voter) => ballot(pool, proposal, voter));
  });
  await pool.chain.pushAll(votes, VOTES_IN_EACH);
}

/** Counts the votes; throws PoolError `bench` when something did not pass. */
export async function count(pool: BenchPool, labels: string[]): Promise<void> {
  const counts = labels.map((label) => byAnybody(pool, 'tally', { id: noted(pool, label).id }));
  await pool.chain.pushAll(counts, COUNTS_IN_EACH);
  for (const label of labels) {
    const { status } = await read(pool, String(noted(pool, label).id), label);
    if (status !== PROPOSAL.passed) throw new PoolError('bench', `proposal ${label} has status ${status}`);
  }
}

/** The vote on what was proposed, and its count, which is not measured; what is executed follows. */
export function decided(labels: string[], actions: Measured[]): Stage[] {
  return [
    { enter: (pool) => voteOn(pool, labels), passSeconds: VOTE_SECONDS + 1, actions: [] },
    { enter: (pool) => count(pool, labels), actions },
  ];
}

async function read(pool: BenchPool, id: string, label: string): Promise<Noted> {
  const bounds = { lower_bound: id, upper_bound: id };
  const [row] = await readTable<Noted>(pool.chain.client, pool.dac, pool.dac, 'proposals', bounds);
  if (!row) throw new PoolError('bench', `proposal ${label} is not on the chain`);
  return row;
}
