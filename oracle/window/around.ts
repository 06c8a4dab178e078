import type { EventLogReader } from '../../common/event-log.ts';
import type { EventRecord } from '../../common/events.ts';

/** In the ten seconds that can count a hundred members' agents say some 3,000 words, and send 2,400 blocks. */
const RECORDS_BEFORE = 8192;

/**
 * What the log says shortly before a window and up to its end, other windows' records included: in standby mode words that came before it
 * count as well. Empty for a window in propose mode. `records`: the window's up to its closing one.
 */
export function recordsAround(log: EventLogReader, records: EventRecord[]): EventRecord[] {
  const end = records.at(-1);
  if (end?.event.type !== 'window' || end.event.mode !== 'standby') return [];
  return log.between(Math.max(1, (records[0] as EventRecord).seq - RECORDS_BEFORE), end.seq);
}
