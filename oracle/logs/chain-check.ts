import { PoolError } from '../../common/errors.ts';
import type { EventRecord } from '../../common/events.ts';
import { follows, previousHash, readStored, type StoredRecord, textFits } from '../../common/stored-record.ts';

/** How far a log's hash chain was verified. */
export interface LogPosition {
  seq: number;
  hash: string;
}

/** Gives where the records end, which follow a position one by one; throws PoolError `log_broken` with the first that does not. */
export function verifyRecords(log: string, from: LogPosition, records: StoredRecord[]): LogPosition {
  let { seq, hash } = from;
  for (const record of records) {
    if (record.seq !== seq + 1) throw broken(log, seq + 1, 'it is missing');
    const previous = follows(record, hash) ? hash : previousOf(log, record);
    if (!textFits(record)) throw broken(log, record.seq, 'its hash does not fit');
    if (previous === null) throw broken(log, record.seq, 'it is damaged');
    if (previous !== hash) throw broken(log, record.seq, 'it does not follow the record before it');
    ({ seq, hash } = record);
  }
  return { seq, hash };
}

/** A log that was pruned begins with a checkpoint, a trimmed one with any record: an oracle that is new to it starts there. */
export function beginning(from: LogPosition, [first]: StoredRecord[], isTrimmed: boolean): LogPosition {
  if (from.seq > 0 || !first || !(isTrimmed || first.kind === 'checkpoint')) return from;
  return { seq: first.seq - 1, hash: previousHash(first) ?? from.hash };
}

/** What a record says of a log that was verified; throws PoolError `log_broken` when it is not the one that its hash is of. */
export function readVerified(log: string, stored: StoredRecord): EventRecord {
  const record = readStored(stored);
  if (!textFits(stored)) throw broken(log, stored.seq, 'its hash does not fit');
  return record;
}

function previousOf(log: string, record: StoredRecord): string | null {
  try {
    return previousHash(record);
  } catch (thrown) {
    if (!(thrown instanceof PoolError)) throw thrown;
    throw new PoolError(thrown.code, `${log}: ${thrown.message}`, thrown.fields);
  }
}

export function broken(log: string, seq: number, why: string): PoolError {
  const text = `the event log ${log} is not to be trusted: record ${seq}: ${why}; nothing is reported from it`;
  return new PoolError('log_broken', text, { seq });
}
