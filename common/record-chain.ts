import { sha256 } from './canonical.ts';
import { PoolError } from './errors.ts';
import { type EventRecord, GENESIS_HASH, recordText } from './events.ts';
import { type LogEnd, STORE_LIMITS } from './pool-store.ts';

/** The newest of these records of a log that ends there that is in it already; null when none is. All before it are known by its hash. */
export function newestKnown(records: readonly EventRecord[], end: LogEnd | null): EventRecord | null {
  return records.findLast(({ seq }) => seq <= (end?.seq ?? 0)) ?? null;
}

/**
 * Those of `records` that come after the end of a log, each with its text, checked one by one: it hashes to what it says, and follows the one
 * before it. A log that is empty (`end` null) begins with record 1, or with a checkpoint. At the first that is wrong it throws the PoolError of
 * RecordStream.append.
 */
export function* takeNext(
  records: readonly EventRecord[],
  end: LogEnd | null,
): Generator<{ record: EventRecord; text: string }> {
  let last = end;
  for (const record of records) {
    if (last && record.seq <= last.seq) continue;
    requireNext(record, last);
    const text = recordText(record);
    if (sha256(text).toString('hex') !== record.hash)
      throw new PoolError('damaged', `record ${record.seq} is damaged: its hash does not fit`);
    const [bytes, most] = [Buffer.byteLength(text), STORE_LIMITS.recordBytes];
    if (bytes > most)
      throw new PoolError('too_big', `record ${record.seq} takes ${bytes} bytes, and ${most} are allowed`);
    yield { record, text };
    last = record;
  }
}

function requireNext({ seq, prev, event }: EventRecord, last: LogEnd | null): void {
  if (last === null && event.type === 'checkpoint') return;
  const next = (last?.seq ?? 0) + 1;
  if (seq !== next) throw new PoolError('gap', `record ${seq} cannot be added: record ${next} comes next`);
  if (prev !== (last?.hash ?? GENESIS_HASH)) throw otherLog(seq - 1);
}

/** Two logs of one name that went their own ways. */
export function otherLog(seq: number): PoolError {
  const todo = 'one of them is an old copy that was written on, or the name is used twice';
  return new PoolError('other_log', `record ${seq} is another in the store than in this emitter's log: ${todo}`);
}
