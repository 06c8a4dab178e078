/** Who asks for a place, and for the how many-th time: of two the higher counts, and no two emitters, nor two runs of one, have the same. */
export interface Ballot {
  round: number;
  /** The run that asks. */
  by: string;
}

/**
 * Votes before it, for places below `place`, are void: the first entry of a voter, and what one enters that had lost its memory. From here on the
 * votes of these keys count in this log, whatever counted before: that is entered anew when the contract names others.
 */
export interface Begin {
  kind: 'begin';
  place: number;
  keys: string[];
  /** Keys of which votes stand before it and that do not count any more: so who reads the log later knows whose those are. */
  past: string[];
}

/**
 * `promise`: no lower ballot is accepted for the place after it. `accept`: for a proposal. Neither counts when a higher ballot was
 * promised or accepted before it.
 */
export type Vote =
  | { kind: 'promise'; place: number; ballot: Ballot }
  | { kind: 'accept'; place: number; ballot: Ballot; proposal: string };

/** What a voter's log consists of; whatever else stands in it is passed over by all. */
export type Entry = Vote | Begin;

export interface Accepted {
  ballot: Ballot;
  proposal: string;
}

interface PlaceState {
  promised: Ballot;
  accepted: Accepted | null;
}

/** Below every ballot. */
export const NO_BALLOT: Ballot = { round: -1, by: '' };

export function compareBallots(one: Ballot, other: Ballot): number {
  if (one.round !== other.round) return one.round - other.round;
  return one.by < other.by ? -1 : one.by > other.by ? 1 : 0;
}

/** What was accepted with the highest ballot. */
export function highest(votes: readonly (Accepted | null)[]): Accepted | null {
  return votes.reduce((best, vote) => {
    return vote && compareBallots(vote.ballot, best?.ballot ?? NO_BALLOT) > 0 ? vote : best;
  }, null);
}

/** Places that are kept: those of many windows. */
export const PLACES_KEPT = 1024;

/**
 * What one voter's log says: its votes in their order, each counted by what stands before it. Whoever reads the same log has the same tally,
 * so a voter is a log that can append, and decides nothing itself.
 */
export class Tally {
  /** Place up to which its votes are void; null: it has not begun. */
  from: number | null = null;
  /** Whose votes count from here on, and did before. */
  keys: ReadonlySet<string> = new Set();
  past: readonly string[] = [];
  /** The lowest and the highest place that has a vote; 0 without one. */
  lowest = 0;
  highest = 0;
  private readonly places = new Map<number, PlaceState>();

  /** Takes in the next entry of the log, which this key has signed. A beginning is taken from any: see Voter. */
  apply(entry: Entry, key: string): void {
    if (entry.kind === 'begin') return this.begin(entry);
    // By the log alone, so that it is the same for all who read it.
    if (!this.keys.has(key)) return;
    const { place, ballot } = entry;
    this.lowest = this.lowest === 0 ? place : Math.min(this.lowest, place);
    this.highest = Math.max(this.highest, place);
    if (!this.counts(place)) return;
    const state = this.places.get(place) ?? { promised: NO_BALLOT, accepted: null };
    // [quorum: a promise holds] What comes after a higher promise has no effect.
    if (compareBallots(ballot, state.promised) < 0) return;
    state.promised = ballot;
    if (entry.kind === 'accept') state.accepted = { ballot, proposal: entry.proposal };
    this.places.set(place, state);
    this.places.delete(place - PLACES_KEPT);
  }

  /** Votes for places below this one are not kept here any more. */
  get kept(): number {
    return this.highest - PLACES_KEPT + 1;
  }

  /** Whether its votes for a place count. */
  counts(place: number): boolean {
    return this.from !== null && place >= this.from;
  }

  promised(place: number): Ballot {
    return this.places.get(place)?.promised ?? NO_BALLOT;
  }

  accepted(place: number): Accepted | null {
    return this.places.get(place)?.accepted ?? null;
  }

  private begin({ place, keys, past }: Begin): void {
    // Votes that are void stay so.
    this.from = Math.max(place, this.from ?? 0);
    this.keys = new Set(keys);
    this.past = past;
    for (const old of this.places.keys()) if (old < this.from) this.places.delete(old);
  }
}
