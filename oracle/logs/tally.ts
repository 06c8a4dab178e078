import type { EventRecord, PoolEvent } from '../../common/events.ts';
import { addToDigest } from './chain-check.ts';
import type { Arrived } from './source.ts';

export type RootEvent = Extract<PoolEvent, { type: 'root' }>;

/** What is known of a window's records in one log; grows until its closing record, and then by its root. */
export interface WindowTally {
  window: number;
  /** Sequence numbers of its first record and of the newest that counts. */
  first: number;
  last: number;
  digest: string;
  decisions: number;
  closed: boolean;
  /** The first root that was signed after its end, and when that came, in ms since 1970. */
  root: RootEvent | null;
  arrivedAt: number | null;
}

/** What a page of a verified log adds to what is known of its windows. `known`: of a window, null when it is new. */
export function tallyPage(page: Arrived[], known: (window: number) => WindowTally | null): WindowTally[] {
  const tallies = new Map<number, WindowTally>();
  for (const arrived of page) {
    const { window } = arrived.record;
    if (window === null) continue;
    const tally = tallies.get(window) ?? known(window) ?? empty(window, arrived.record.seq);
    tallies.set(window, tally);
    if (tally.closed) noteRoot(tally, arrived);
    else count(tally, arrived.record);
  }
  return [...tallies.values()];
}

function empty(window: number, first: number): WindowTally {
  return { window, first, last: first, digest: '', decisions: 0, closed: false, root: null, arrivedAt: null };
}

function count(tally: WindowTally, record: EventRecord): void {
  tally.digest = addToDigest(tally.digest, record);
  tally.last = record.seq;
  if (record.event.type === 'decision') tally.decisions++;
  tally.closed = record.event.type === 'window';
}

function noteRoot(tally: WindowTally, { record, at }: Arrived): void {
  if (record.event.type !== 'root' || tally.root || !Number.isSafeInteger(at)) return;
  tally.root = record.event;
  tally.arrivedAt = at;
}
