import { takesPart } from './seats.ts';
import type { Pool, Proposal, Seat } from './state.ts';

/** Active and past its probation when it was made, still active now, and not concerned by it. */
export function isElector(seat: Seat | undefined, row: Proposal): boolean {
  if (!seat?.voting || !takesPart(seat)) return false;
  if (seat.account === row.respondent || seat.account === row.other) return false;
  return seat.votes_from <= row.id && seat.probation_until <= row.created;
}

/** One elector has one vote: its own, or else the one that its proxy, an elector too, gave itself. */
export function count(p: Pool, row: Proposal): { yes: number; no: number; electors: number } {
  const electors = [...p.seats.values()].filter((seat) => isElector(seat, row));
  const given = electors.map((seat) => {
    const own = row.votes.get(seat.account);
    if (own !== undefined) return own;
    return isElector(p.seats.get(seat.proxy), row) ? row.votes.get(seat.proxy) : undefined;
  });
  const yes = given.filter((vote) => vote === true).length;
  const no = given.filter((vote) => vote === false).length;
  return { yes, no, electors: electors.length };
}

export function needed(electors: number, twoThirds: boolean): number {
  return Math.max(1, twoThirds ? Math.ceil((2 * electors) / 3) : Math.floor(electors / 2) + 1);
}
