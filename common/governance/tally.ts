import type { Seat } from './members.ts';
import type { Proposal, Vote } from './proposals.ts';

/** How a vote stands. Source of the rules: contracts/pool/ballot.ts. */
export interface Tally {
  yes: number;
  no: number;
  electors: number;
  /** So many have to say yes. */
  needed: number;
  /** Accounts of the electors by what they say, themselves or by their proxy. */
  voices: { yes: string[]; no: string[]; silent: string[] };
  /** The votes that are missing can change nothing any more. */
  decided: 'yes' | 'no' | null;
}

/** Members that vote on it: active, past their probation when it was made, not concerned by it. */
export function isElector(seat: Seat, proposal: Proposal): boolean {
  return (
    seat.voting &&
    seat.until === 0 &&
    seat.votesFrom <= proposal.id &&
    seat.probationUntil <= proposal.created &&
    seat.account !== proposal.respondent &&
    seat.account !== proposal.other
  );
}

/** More than half of the electors, or two thirds of them rounded up. */
export function needed(electors: number, twoThirds: boolean): number {
  if (electors === 0) return 1;
  return twoThirds ? Math.ceil((electors * 2) / 3) : Math.floor(electors / 2) + 1;
}

/** The count as it would be now; of a counted proposal what the contract wrote down, when nobody can be named any more. */
export function tallyOf(proposal: Proposal, seats: Seat[], votes: Vote[]): Tally {
  if (proposal.status !== 'voting') return counted(proposal);
  const electors = seats.filter((seat) => isElector(seat, proposal));
  const own = new Map(votes.map(({ voter, yes }) => [voter, yes]));
  const votesHere = new Set(electors.map(({ account }) => account));
  const says = ({ account, proxy }: Seat) => own.get(account) ?? (votesHere.has(proxy) ? own.get(proxy) : undefined);
  const named = (wanted: boolean | undefined) =>
    electors.filter((seat) => says(seat) === wanted).map(({ account }) => account);
  const voices = { yes: named(true), no: named(false), silent: named(undefined) };
  const [yes, no] = [voices.yes.length, voices.no.length];
  const enough = needed(electors.length, proposal.twoThirds);
  const decided = yes >= enough ? 'yes' : yes + voices.silent.length < enough ? 'no' : null;
  return { yes, no, electors: electors.length, needed: enough, voices, decided };
}

function counted({ yes, no, electors, twoThirds, status }: Proposal): Tally {
  const enough = needed(electors, twoThirds);
  const decided = status === 'cancelled' ? null : yes >= enough ? 'yes' : 'no';
  return { yes, no, electors, needed: enough, voices: { yes: [], no: [], silent: [] }, decided };
}
