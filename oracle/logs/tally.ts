import type { PoolEvent } from '../../common/events.ts';
import { readStored } from '../../common/stored-record.ts';
import type { Arrived } from './source.ts';

export type RootEvent = Extract<PoolEvent, { type: 'root' }>;

/** What is known of a window's records in one log; grows until its closing record, and then by its root. */
export interface WindowTally {
  window: number;
  /** Sequence numbers of its first record and of the newest that counts. */
  first: number;
  last: number;
  /** Hash of the newest, which by the chain says which all before it are. */
  newest: string;
  decisions: number;
  closed: boolean;
  /** The first root that was signed after its end, and when that came, in ms since 1970. */
  root: RootEvent | null;
  arrivedAt: number | null;
}

/**
 * What a page of a verified log adds to what is known of its windows. `known`: of a window, null when it is new. Throws PoolError `damaged`
 * for a root that is none.
 */
export function tallyPage(page: Arrived[], known: (window: number) => WindowTally | null): WindowTally[] {
  const tallies = new Map<number, WindowTally>();
  for (const arrived of page) {
    const { window } = arrived;
    if (window === null) continue;
    const tally = tallies.get(window) ?? known(window) ?? empty(window, arrived.seq);
    tallies.set(window, tally);
    if (tally.closed) noteRoot(tally, arrived);
    else count(tally, arrived);
  }
  return [...tallies.values()];
}

function empty(window: number, first: number): WindowTally {
  return { window, first, last: first, newest: '', decisions: 0, closed: false, root: null, arrivedAt: null };
}

function count(tally: WindowTally, record: Arrived): void {
  tally.newest = record.hash;
  tally.last = record.seq;
  if (record.kind === 'decision') tally.decisions++;
  tally.closed = record.kind === 'window';
}

/** It came when the emitter made it, or when the store took it, whichever is later. */
function noteRoot(tally: WindowTally, arrived: Arrived): void {
  if (arrived.kind !== 'root' || tally.root) return;
  const { event } = readStored(arrived);
  if (event.type !== 'root') return;
  const at = Math.max(event.at, arrived.takenAt ?? event.at);
  if (!Number.isSafeInteger(at)) return;
  tally.root = event;
  tally.arrivedAt = at;
}
