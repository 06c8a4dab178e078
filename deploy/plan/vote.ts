import { action } from '../../common/chain.ts';
import { keyId } from '../../common/keys.ts';
import { MOST_OPEN, PROPOSAL } from '../govern.ts';
import type { Motion } from '../motions.ts';
import type { OpenProposal, PoolState, Seat } from '../state/types.ts';
import { FREE, type Given, isLive, type Step } from './step.ts';

/** Something that members have to decide. */
export interface Wish {
  id: string;
  about: string;
  is: string;
  shall: string;
  motion: Motion;
  /** The columns of its proposal by which it is known. */
  columns: Partial<Pick<OpenProposal, 'subject' | 'target' | 'value' | 'key' | 'digest' | 'detail'>>;
  needs?: string[];
}

/**
 * Where wishes stand in their lives: to be proposed, voted on, counted, executed; or what they wait for. The steps of a wish are others
 * each time that the chain has gone on.
 */
export function voteSteps(given: Given, wishes: Wish[]): Step[] {
  const proposers = new Proposers(given);
  return wishes.flatMap((wish) => stepsOf(given, wish, proposers));
}

function stepsOf(given: Given, wish: Wish, proposers: Proposers): Step[] {
  const { id, about, is, shall, needs = [] } = wish;
  const step: Step = { id, about, is, shall, actions: [], cost: FREE, needs: [...needs, 'handover'] };
  const { pool, now } = given.state;
  const by = given.deployment.creator;
  const dac = given.deployment.dac.account;
  if (!isLive(given.state) && !given.deployment.handover)
    return [{ ...step, waits: 'the members decide it when the pool is theirs: handover is off in the file' }];
  const found = pool === null ? undefined : newest(pool, wish);
  if (found === undefined || pool === null) return [{ ...step, ...begin(given, wish, proposers), id: `${id}/propose` }];
  const end = (name: string): Step => ({
    ...step,
    id: `${id}/${name}`,
    actions: [action(dac, name, { id: found.id }, by)],
    together: name,
    does: `proposal ${found.id} is ${name === 'tally' ? 'counted' : 'executed'}`,
  });
  if (found.status === PROPOSAL.rejected) {
    if (given.again) return [{ ...step, ...begin(given, wish, proposers), id: `${id}/propose` }];
    const waits = `the members voted it down in proposal ${found.id} (${found.yes} of ${found.electors} said yes): change the file, or have it proposed anew with --again`;
    return [{ ...step, waits }];
  }
  if (found.status === PROPOSAL.voting) {
    return now < found.ends ? voting(given, pool, found).map((part) => ({ ...step, ...part })) : [end('tally')];
  }
  if (now >= found.unlock) return [end('execute')];
  return [
    {
      ...step,
      waits: `proposal ${found.id} has passed and can be executed from ${moment(found.unlock)} on`,
      until: found.unlock,
    },
  ];
}

/** Who proposes: the first member with a vote that has room for one more; before the hand-over the first founder. */
class Proposers {
  private readonly open = new Map<string, number>();
  private readonly live: boolean;

  constructor({ deployment, state }: Given) {
    this.live = isLive(state);
    const { pool, now } = state;
    const voters = pool && this.live ? votersNow(pool, now) : deployment.founders.map(({ account }) => account);
    for (const voter of voters) this.open.set(voter, this.live ? countOpen(pool, voter) : Number.NEGATIVE_INFINITY);
  }

  /** An account, or why there is none. */
  next(): { proposer: string } | { waits: string } {
    for (const [proposer, count] of this.open) {
      if (count >= MOST_OPEN) continue;
      this.open.set(proposer, count + 1);
      return { proposer };
    }
    if (this.open.size === 0) return { waits: 'no member has a vote: it is proposed later' };
    return { waits: `all members have ${MOST_OPEN} proposals that are not finished: it is proposed later` };
  }
}

function countOpen(pool: PoolState | null, account: string): number {
  const isOpen = ({ proposer, status }: OpenProposal) => proposer === account && status <= PROPOSAL.passed;
  return (pool?.proposals ?? []).filter(isOpen).length;
}

function begin(
  given: Given,
  { motion }: Wish,
  proposers: Proposers,
): Pick<Step, 'actions' | 'waits' | 'together' | 'does'> {
  const found = proposers.next();
  if ('waits' in found) return { actions: [], waits: found.waits };
  const { proposer } = found;
  const data = { proposer, ...motion.data, text: motion.text };
  const actions = [action(given.deployment.dac.account, `prop${motion.kind}`, data, proposer)];
  return { actions, together: 'propose', does: `${proposer} proposes it to the members` };
}

/** Votes of those who have not voted, a step each, for they sign for themselves; a time to wait for when all have. */
function voting({ deployment }: Given, pool: PoolState, proposal: OpenProposal): Partial<Step>[] {
  const dac = deployment.dac.account;
  const { id, hash, ends, voters } = proposal;
  const electors = pool.seats.filter((seat) => isElector(seat, proposal)).map(({ account }) => account);
  const silent = electors.filter((account) => !voters.some(({ voter }) => voter === account));
  const yes = voters.filter((each) => each.yes).length;
  const tally = `proposal ${id}: ${yes} of ${electors.length} said yes, the vote ends at ${moment(ends)}`;
  if (silent.length === 0) return [{ id: `vote:${id}`, waits: tally, until: ends }];
  return silent.map((voter) => ({
    id: `vote:${id}:${voter}`,
    actions: [action(dac, 'vote', { voter, id, hash, yes: true }, voter)],
    together: 'vote',
    until: ends,
    does: `${voter} votes yes on proposal ${id}`,
    tally,
  }));
}

/** Source: contracts/pool/ballot.ts, `isElector`. */
function isElector(seat: Seat, proposal: OpenProposal): boolean {
  const { respondent, other, created } = proposal;
  return (
    seat.voting &&
    seat.takesPart &&
    seat.votesFrom <= proposal.id &&
    seat.probationUntil <= created &&
    ![respondent, other].includes(seat.account)
  );
}

/** Members that may propose now. */
export function votersNow({ seats }: PoolState, now: number): string[] {
  return seats
    .filter(({ voting, takesPart, probationUntil }) => voting && takesPart && probationUntil <= now)
    .map(({ account }) => account);
}

/** The newest proposal that means the same; an executed, cancelled or expired one means nothing any more. */
function newest({ proposals }: PoolState, { motion, columns }: Wish): OpenProposal | undefined {
  const alive: number[] = [PROPOSAL.voting, PROPOSAL.passed, PROPOSAL.rejected];
  const same = proposals.filter((row) => row.kind === motion.kind && means(row, columns));
  const last = same.at(-1);
  return last && alive.includes(last.status) ? last : undefined;
}

function means(row: OpenProposal, { key, ...columns }: Wish['columns']): boolean {
  if (key !== undefined && keyId(row.key) !== keyId(key)) return false;
  return Object.entries(columns).every(([column, value]) => row[column as keyof OpenProposal] === value);
}

/** "2026-11-27 05:20:00 UTC" */
export function moment(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}
