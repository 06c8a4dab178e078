import { count, isElector, needed } from './ballots.ts';
import { after, reached, seconds } from './chain.ts';
import { unfinishedOf } from './counts.ts';
import { perform } from './effects.ts';
import { NO_KEY, packName, sha256 } from './keys.ts';
import { demand, demandRow } from './refusal.ts';
import { requireVoter } from './seats.ts';
import { configOf, FOUNDING, isPaused, requireNotDissolved, requireText } from './setup.ts';
import type { Payload, Pool, Proposal, ProposalStatus } from './state.ts';

const WEEK = 7 * 86_400;
const MAX_UNFINISHED = 5;

export type Draft = Payload & { proposer: string; two_thirds: boolean; respondent: string; other: string };

/** A proposal with nothing in it yet; every amount is in a token, so that every row can be shown. */
export function draft(p: Pool, kind: string, proposer: string, text: string, has: Partial<Draft> = {}): Draft {
  const symbol = demandRow(p.books.get(0), 'there is no token 0').symbol;
  return {
    kind,
    proposer,
    text,
    subject: '',
    target: '',
    token: '',
    value: 0n,
    option: 0n,
    amount: { units: 0n, symbol },
    key: NO_KEY,
    digest: '00'.repeat(32),
    data: '',
    detail: '',
    two_thirds: false,
    respondent: '',
    other: '',
    ...has,
  };
}

export function propose(p: Pool, what: Draft): Proposal {
  demand(configOf(p).phase !== FOUNDING, 'proposals begin with the hand-over');
  requireVoter(p, what.proposer);
  return file(p, what);
}

export function file(p: Pool, what: Draft): Proposal {
  requireNotDissolved(p);
  requireText(what.text);
  requireText(what.detail);
  const counted = p.members.has(what.proposer);
  if (counted) demand(unfinishedOf(p, what.proposer) < MAX_UNFINISHED, '5 are the most');
  const id = p.state.next_proposal++;
  const row: Proposal = {
    ...what,
    id,
    status: 'voting',
    created: seconds(p.chain),
    ends: after(p.chain, configOf(p).votetime),
    unlock: 0,
    done: 0,
    yes: 0,
    no: 0,
    electors: 0,
    hash: payloadHash(what),
    votes: new Map(),
    counted,
  };
  p.proposals.set(id, row);
  return row;
}

/** Over everything that is voted for, so that a fork cannot put something else under the same id. */
export function payloadHash(row: Payload): string {
  const u64 = (value: bigint) => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64LE(value);
    return bytes;
  };
  const [precision, code] = row.amount.symbol.split(',') as [string, string];
  const symbol = Buffer.alloc(8);
  symbol[0] = Number(precision);
  symbol.write(code, 1);
  const data = Buffer.from(row.data, 'hex');
  const names = [row.kind, row.subject, row.target, row.token].map(packName);
  const amount = [u64(BigInt.asUintN(64, row.amount.units)), symbol];
  const rest = [Buffer.from(row.key, 'hex'), Buffer.from(row.digest, 'hex'), packText(data)];
  const texts = [row.detail, row.text].map((text) => packText(Buffer.from(text)));
  return sha256(...names, u64(row.value), u64(row.option), ...amount, ...rest, ...texts).toString('hex');
}

function packText(bytes: Buffer): Buffer {
  const size = bytes.length < 128 ? [bytes.length] : [(bytes.length & 127) | 128, bytes.length >> 7];
  return Buffer.concat([Buffer.from(size), bytes]);
}

export function proposalOf(p: Pool, id: number): Proposal {
  return demandRow(p.proposals.get(id), 'there is no proposal');
}

export function vote(p: Pool, voter: string, id: number, hash: string, yes: boolean): void {
  const row = proposalOf(p, id);
  demand(row.status === 'voting' && !reached(p.chain, row.ends), 'is over');
  demand(hash === row.hash, 'read the proposal again');
  const seat = demandRow(p.seats.get(voter), 'is not a member: it would have to join and be admitted first');
  demand(voter !== row.respondent && voter !== row.other, 'is concerned by proposal');
  demand(isElector(seat, row), 'was not an active member past its probation');
  row.votes.set(voter, yes);
}

export function setProxy(p: Pool, account: string, proxy: string): void {
  const seat = demandRow(p.seats.get(account), 'is not a member: it would have to join and be admitted first');
  demand(proxy !== account, 'cannot be its own proxy');
  if (proxy !== '') {
    const other = demandRow(p.seats.get(proxy), 'is not a member');
    demand(other.proxy === '', 'has itself a proxy');
  }
  seat.proxy = proxy;
}

export function tally(p: Pool, id: number): void {
  const config = configOf(p);
  const row = proposalOf(p, id);
  demand(row.status === 'voting', 'is counted already');
  demand(reached(p.chain, row.ends), 'goes on for');
  Object.assign(row, count(p, row));
  row.votes.clear();
  if (row.yes < needed(row.electors, row.two_thirds)) return finish(p, row, 'rejected');
  row.status = 'passed';
  row.unlock = after(p.chain, config.locktime);
}

export function execute(p: Pool, id: number): void {
  requireNotDissolved(p);
  const row = proposalOf(p, id);
  demand(row.status !== 'voting', 'is not counted');
  demand(row.status === 'passed', 'is finished with status');
  demand(reached(p.chain, row.unlock), 'is locked for');
  demand(!reached(p.chain, row.unlock + WEEK), 'was not executed in time');
  demand(!isPaused(p) || row.kind === 'unpause', 'the pool is paused for');
  finish(p, row, 'executed');
  perform(p, row);
}

export function expire(p: Pool, id: number): void {
  const row = proposalOf(p, id);
  demand(row.status !== 'voting', 'is not counted');
  if (row.status === 'passed') {
    demand(reached(p.chain, row.unlock + WEEK), 'has passed and can be executed');
    return finish(p, row, 'expired');
  }
  demand(reached(p.chain, row.done + WEEK), 'is kept to be read');
  p.proposals.delete(id);
}

export function cancel(p: Pool, proposer: string, id: number): void {
  const row = proposalOf(p, id);
  demand(row.proposer === proposer, 'nobody else can cancel it');
  demand(row.status === 'voting', 'cannot be cancelled');
  demand(row.kind !== 'appeal', 'once made it is voted on');
  row.votes.clear();
  finish(p, row, 'cancelled');
}

/** With its end a verdict's dispute ends, and so does the appeal of a case. */
function finish(p: Pool, row: Proposal, status: ProposalStatus): void {
  row.status = status;
  row.done = seconds(p.chain);
  const window = Number(row.value);
  if ((row.kind === 'void' || row.kind === 'settle') && p.disputes.get(window) === row.id) p.disputes.delete(window);
  const appealed = row.kind === 'appeal' ? p.cases.get(Number(row.value)) : undefined;
  if (appealed?.status !== 'appealed') return;
  appealed.status = 'ruled';
  appealed.until = seconds(p.chain);
  appealed.overturned = status === 'executed';
}
