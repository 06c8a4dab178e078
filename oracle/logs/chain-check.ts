import { sha256 } from '../../common/canonical.ts';
import { PoolError } from '../../common/errors.ts';
import { type EventRecord, recordHash } from '../../common/events.ts';
import type { Arrived } from './source.ts';

/** How far a log's hash chain was verified. */
export interface LogPosition {
  seq: number;
  hash: string;
}

/** Gives where the records end, which follow a position one by one; throws PoolError `log_broken` with the first that does not. */
export function verifyRecords(log: string, from: LogPosition, records: EventRecord[]): LogPosition {
  let { seq, hash } = from;
  for (const record of records) {
    if (record.seq !== seq + 1) throw broken(log, seq + 1, 'it is missing');
    if (record.prev !== hash) throw broken(log, record.seq, 'it does not follow the record before it');
    if (!hashFits(record)) throw broken(log, record.seq, 'its hash does not fit');
    ({ seq, hash } = record);
  }
  return { seq, hash };
}

/** A log that was pruned begins with a checkpoint, a trimmed one with any record: an oracle that is new to it starts there. */
export function beginning(from: LogPosition, [first]: Arrived[], isTrimmed: boolean): LogPosition {
  if (from.seq > 0 || !first) return from;
  const { seq, prev, event } = first.record;
  return isTrimmed || event.type === 'checkpoint' ? { seq: seq - 1, hash: prev } : from;
}

/** Whether a record hashes to what it says; what cannot be hashed does not. */
export function hashFits({ hash, ...body }: EventRecord): boolean {
  try {
    return recordHash(body) === hash;
  } catch {
    return false;
  }
}

/** Hash over the hashes of records, one after the other: pins exactly which they are. */
export function addToDigest(digest: string, record: EventRecord): string {
  return sha256(digest, record.hash).toString('hex');
}

export function broken(log: string, seq: number, why: string): PoolError {
  const text = `the event log ${log} is not to be trusted: record ${seq}: ${why}; nothing is reported from it`;
  return new PoolError('log_broken', text, { seq });
}
