import { type EventRecord, recordHash } from '../../common/events.ts';
import { merklePath, rootOfPath } from '../../common/merkle-path.ts';
import type { Place } from './schema.ts';

/** A record of a window, with the path from it to the window's root. `records`: the window's, up to its closing one. */
export function placeOf(record: EventRecord, records: EventRecord[]): Place {
  const leaves = records.map(({ hash }) => Buffer.from(hash, 'hex'));
  const { window } = record;
  if (window === null) throw new RangeError(`record ${record.seq} is in no window`);
  return { record: { ...record, window }, path: merklePath(leaves, records.indexOf(record)) };
}

/** Whether a record is what its hash says and is under this root. Any record that fits the schema gives an answer. */
export function isUnder({ record, path }: { record: object; path: string[] }, root: string): boolean {
  const { hash, ...body } = record as EventRecord;
  try {
    return recordHash(body) === hash && rootOfPath(Buffer.from(hash, 'hex'), path) === root;
  } catch {
    // What cannot be hashed, such as a fraction, is no record.
    return false;
  }
}
