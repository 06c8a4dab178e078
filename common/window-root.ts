import { merkleRoot } from './canonical.ts';
import type { EventRecord } from './events.ts';

/** Merkle root over the hashes of a window's records up to and including its closing one; null while it is open. */
export function windowRoot(records: EventRecord[]): string | null {
  const end = records.findIndex((record) => record.event.type === 'window');
  if (end < 0) return null;
  return merkleRoot(records.slice(0, end + 1).map((record) => Buffer.from(record.hash, 'hex'))).toString('hex');
}
