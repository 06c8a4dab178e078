import type { EventRecord } from '../../common/events.ts';

/** In the ten seconds that can count a hundred members' agents say some 3,000 words, and send 2,400 blocks. */
const RECORDS_BEFORE = 8192;

/**
 * From which record to which a log is needed around a window: in standby mode from shortly before it, other windows' records included, for words
 * that came then count as well. Null in propose mode. `records`: the window's up to its closing one.
 */
export function aroundOf(records: EventRecord[]): [number, number] | null {
  const [begin, end] = [records[0], records.at(-1)];
  if (!begin || end?.event.type !== 'window' || end.event.mode !== 'standby') return null;
  return [Math.max(1, begin.seq - RECORDS_BEFORE), end.seq];
}
