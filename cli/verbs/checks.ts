import { PoolError } from '../../common/errors.ts';
import type { Facts } from '../../common/governance/facts.ts';
import { payloadHash } from '../../common/governance/payload-hash.ts';
import type { Proposal, Vote } from '../../common/governance/proposals.ts';
import { stageOf } from '../../common/governance/stage.ts';
import { isElector } from '../../common/governance/tally.ts';
import { spanText, timeText } from '../../common/governance/words.ts';

/** What the contract would refuse, said before anything is printed or pushed: one sentence each, as PoolError `not_now`. */
export function refuse(text: string): PoolError {
  return new PoolError('not_now', text);
}

const MOST_TEXT = 255;

/** `what`: the field, as "text". Source: contracts/pool/words.ts, `requireText`. */
export function requireText(what: string, text: string): void {
  const bytes = Buffer.byteLength(text);
  if (bytes > MOST_TEXT) throw refuse(`the ${what} has ${bytes} bytes: at most ${MOST_TEXT} are allowed`);
}

/** A member with a vote. Source: contracts/pool/seats.ts, `requireVoter`. */
export function requireVoter({ seats, now }: Facts, account: string): void {
  const seat = seats.find((one) => one.account === account);
  if (!seat) throw refuse(`${account} is not a member: it would have to join and be admitted first`);
  if (!seat.voting || seat.until !== 0)
    throw refuse(`${account} is leaving, suspended or gone: only active members do this`);
  if (seat.probationUntil > now) {
    throw refuse(
      `${account} is on probation until ${timeText(seat.probationUntil)} (${spanText(seat.probationUntil - now)}): it has no vote until then`,
    );
  }
}

/** Founders propose nothing before the hand-over, and who has five unfinished proposals no sixth. Source: contracts/pool/proposals.ts. */
export function requireProposer(facts: Facts, account: string): void {
  const { config, members } = facts;
  if (config.phase === 'founding')
    throw refuse('proposals begin with the hand-over: until then the founders only join');
  if (config.phase === 'dissolved') throw refuse('the pool is dissolved: nothing is proposed any more');
  requireVoter(facts, account);
  const open = members.find((one) => one.account === account)?.proposals ?? 0;
  if (open >= 5)
    throw refuse(
      `${account} has ${open} proposals that are not finished, and 5 are the most: have one counted, executed or cancelled`,
    );
}

/** That this action can be pushed for the proposal now. */
export function requireStage(
  proposal: Proposal,
  facts: Facts,
  action: 'vote' | 'tally' | 'execute' | 'expire' | 'cancel',
): void {
  const { stage, until, can } = stageOf(proposal, facts.config, facts.now);
  if (can.some((one) => one.action === action)) return;
  const { id } = proposal;
  const left = until === null ? '' : ` for ${spanText(until - facts.now)}`;
  const why = {
    voting: `the vote on proposal ${id} goes on${left}`,
    'to-count': `the vote on proposal ${id} is over: ./pool tally ${id} counts it`,
    locked: `proposal ${id} has passed and is locked${left}`,
    'to-execute': heldUp(proposal, facts),
    'too-late': `proposal ${id} was not executed in time: ./pool expire ${id} ends it`,
    executed: `proposal ${id} is executed`,
    rejected: `proposal ${id} was rejected`,
    expired: `proposal ${id} has expired`,
    cancelled: `proposal ${id} was cancelled`,
  }[stage];
  if (stage === 'voting' && action === 'cancel') throw refuse(`proposal ${id} is an appeal: once made it is voted on`);
  throw refuse(why);
}

function heldUp({ id, kind }: Proposal, { config, now }: Facts): string {
  if (config.phase === 'dissolved') return 'the pool is dissolved: nothing is executed any more';
  if (config.pausedUntil > now && kind !== 'unpause') {
    return `the pool is paused until ${timeText(config.pausedUntil)}: wait, or end it with ./pool propose unpause`;
  }
  return `proposal ${id} is counted and has passed: ./pool execute ${id} does it`;
}

/** An elector of the proposal. Source: contracts/pool/ballot.ts, `requireElector`. */
export function requireElector(proposal: Proposal, { seats }: Facts, account: string): void {
  const seat = seats.find((one) => one.account === account);
  if (!seat) throw refuse(`${account} is not a member: it would have to join and be admitted first`);
  if (isElector(seat, proposal)) return;
  if (account === proposal.respondent || account === proposal.other) {
    throw refuse(`${account} is concerned by proposal ${proposal.id} and has no vote on it`);
  }
  throw refuse(
    `${account} was not an active member past its probation when proposal ${proposal.id} was made: it has no vote on it`,
  );
}

/** Says so when the same vote stands there already; another one changes it. */
export function requireNewVote({ id }: Proposal, votes: Vote[], voter: string, yes: boolean): void {
  const own = votes.find((vote) => vote.voter === voter);
  if (own?.yes === yes) throw refuse(`${voter} has voted ${yes ? 'yes' : 'no'} on proposal ${id} already`);
}

/** What is shown has the hash that is voted for, and that the member expects when it names one. */
export function requireHash(proposal: Proposal, expected: string | undefined, api: string): void {
  const { id, hash } = proposal;
  if (expected !== undefined && expected !== hash) {
    throw refuse(`proposal ${id} has hash ${hash}, and --hash names ${expected}: read it again before you vote`);
  }
  if (payloadHash(proposal) === hash) return;
  throw refuse(
    `what ${api} shows as proposal ${id} does not have the hash ${hash} that stands beside it: do not vote, ask another node`,
  );
}
