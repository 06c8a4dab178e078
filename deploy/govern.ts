import { setTimeout as sleep } from 'node:timers/promises';
import { action, type ChainClient } from '../common/chain.ts';
import { PoolError } from '../common/errors.ts';
import { untilInBlock } from '../common/inclusion.ts';
import { chainTime, readTable, type Whole } from '../common/tables.ts';
import type { Motion } from './motions.ts';

/** Unfinished proposals that a member may have at a time; the contract refuses more. */
export const MOST_OPEN = 5;

/** Voters whose transactions are under way at a time. */
const AT_ONCE = 10;

/** `status` of a proposal. */
export const PROPOSAL = { voting: 0, passed: 1, executed: 2, rejected: 3, expired: 4, cancelled: 5 } as const;

/** A row of the contract's table `proposals`: the part that a vote's life is read from. */
export interface Proposal {
  id: number;
  kind: string;
  proposer: string;
  status: number;
  yes: number;
  no: number;
  electors: number;
  /** Of what is proposed: a vote names it. */
  hash: string;
  /** Chain times, ms since 1970: end of the vote, first moment of the execution (0 before the count). */
  ends: number;
  unlock: number;
}

type Row = Omit<Proposal, 'id' | 'ends' | 'unlock'> & { id: Whole; ends: string; unlock: string };

const POLL_MS = 200;

/** Proposals with an id from `first` to `last`, in order; those that are erased are left out. */
export async function readProposals(client: ChainClient, dac: string, first = 0, last?: number): Promise<Proposal[]> {
  const bounds = { lower_bound: String(first), ...(last === undefined ? {} : { upper_bound: String(last) }) };
  const rows = await readTable<Row>(client, dac, dac, 'proposals', bounds);
  return rows.map((row) => ({
    ...row,
    id: Number(row.id),
    ends: chainTime(row.ends),
    unlock: chainTime(row.unlock),
  }));
}

/** Proposes everything in one transaction and gives the proposals as the chain has them, in the order of the motions. */
export async function propose(
  client: ChainClient,
  dac: string,
  proposer: string,
  motions: Motion[],
): Promise<Proposal[]> {
  const [state] = await readTable<{ next_proposal: Whole }>(client, dac, dac, 'state');
  const first = Number(state?.next_proposal ?? 0);
  const actions = motions.map(({ kind, data, text }) =>
    action(dac, `prop${kind}`, { proposer, ...data, text }, proposer),
  );
  await untilInBlock(client, await client.transact(actions));
  const all = await readProposals(client, dac, first);
  return all.filter((proposal) => proposal.proposer === proposer).slice(0, motions.length);
}

/** Votes on several proposals in one transaction; each vote is for what the proposal said when it was read. */
export async function castVotes(
  client: ChainClient,
  dac: string,
  voter: string,
  proposals: Pick<Proposal, 'id' | 'hash'>[],
  yes = true,
): Promise<void> {
  await client.transact(proposals.map(({ id, hash }) => action(dac, 'vote', { voter, id, hash, yes }, voter)));
}

/** Waits for the end of the votes and has them counted; `by` pays for it. Gives the proposals with their results. */
export async function tally(client: ChainClient, dac: string, by: string, ids: number[]): Promise<Proposal[]> {
  await untilChainTime(client, latest(await readThese(client, dac, ids), 'ends'));
  await untilInBlock(client, await client.transact(ids.map((id) => action(dac, 'tally', { id }, by))));
  return readThese(client, dac, ids);
}

/** Waits for the end of the lock times and executes what has passed, in the order given; `by` pays for it. */
export async function execute(client: ChainClient, dac: string, by: string, ids: number[]): Promise<void> {
  await untilChainTime(client, latest(await readThese(client, dac, ids), 'unlock'));
  await untilInBlock(client, await client.transact(ids.map((id) => action(dac, 'execute', { id }, by))));
}

/**
 * Has the voters propose, vote yes, count and execute all motions, in their order and in as few rounds as proposers allow.
 * Throws PoolError `vote` when one does not pass. The client must hold the voters' keys.
 */
export async function decide(client: ChainClient, dac: string, voters: string[], motions: Motion[]): Promise<void> {
  const round = voters.length * MOST_OPEN;
  for (let at = 0; at < motions.length; at += round) {
    await decideRound(client, dac, voters, motions.slice(at, at + round));
  }
}

async function decideRound(client: ChainClient, dac: string, voters: string[], motions: Motion[]): Promise<void> {
  const [by = ''] = voters;
  const proposals: Proposal[] = [];
  for (let i = 0; i * MOST_OPEN < motions.length; i++) {
    const some = motions.slice(i * MOST_OPEN, (i + 1) * MOST_OPEN);
    proposals.push(...(await propose(client, dac, voters[i] ?? by, some)));
  }
  // A vote lasts seconds on a chain for tests, and a busy machine needs one of them for a transaction.
  for (let at = 0; at < voters.length; at += AT_ONCE)
    await Promise.all(voters.slice(at, at + AT_ONCE).map((voter) => castVotes(client, dac, voter, proposals)));
  const ids = proposals.map(({ id }) => id);
  const lost = (await tally(client, dac, by, ids)).find(({ status }) => status !== PROPOSAL.passed);
  if (lost) {
    const { id, kind, yes, electors } = lost;
    throw new PoolError('vote', `proposal ${id} (${kind}) did not pass: ${yes} of ${electors} said yes`, { id });
  }
  await execute(client, dac, by, ids);
}

async function readThese(client: ChainClient, dac: string, ids: number[]): Promise<Proposal[]> {
  const all = await readProposals(client, dac, Math.min(...ids), Math.max(...ids));
  return all.filter(({ id }) => ids.includes(id));
}

function latest(proposals: Proposal[], time: 'ends' | 'unlock'): number {
  return Math.max(0, ...proposals.map((proposal) => proposal[time]));
}

/** The next block is at least half a second after the head: an action then is not too early any more. */
async function untilChainTime(client: ChainClient, ms: number): Promise<void> {
  while (chainTime((await client.info()).head_block_time) < ms) await sleep(POLL_MS);
}
