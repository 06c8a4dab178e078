import { sha256 } from '../../common/canonical.ts';
import { PoolError } from '../../common/errors.ts';
import type { EventRecord } from '../../common/events.ts';
import { producerBytes, wrongEvidence } from '../metrics/evidence.ts';

/** Candidates of a window, besides the emitted ones, whose signers are recovered: all of a pool of three, a sample of a larger one's. */
export const SIGNER_SAMPLE = 32;

/**
 * Recovers who signed the blocks that a log says were let out, and a sample of the others, the same for everybody who has the log. Throws
 * PoolError `false_signer` with the first candidate that its evidence does not show: what else the log says is not to be trusted then.
 * Candidates without evidence are passed over here, and count for nothing in the metrics.
 * @param root over these records, in hex
 * @param sample how many of the others; Infinity for all
 */
export function requireSigners(
  log: string,
  pool: string,
  records: EventRecord[],
  root: string,
  sample = SIGNER_SAMPLE,
): void {
  const producer = producerBytes(pool);
  const [out, others] = split(records);
  for (const record of [...out, ...drawn(root, others, sample)]) {
    const { event, seq, window } = record;
    if (event.type !== 'candidate') continue;
    const why = wrongEvidence(event, producer);
    if (why === null) continue;
    const text = `window ${window} is not reported from the log ${log}: record ${seq} is no candidate of who it says: ${why}`;
    throw new PoolError('false_signer', text, { seq });
  }
}

/** Candidates with evidence: those whose blocks were let out, and the others; both in the order of the log. */
function split(records: EventRecord[]): [EventRecord[], EventRecord[]] {
  const left = new Map<string, Set<string>>();
  for (const { event } of records) {
    if (event.type !== 'emission' && event.type !== 'decision') continue;
    left.set(event.id, (left.get(event.id) ?? new Set()).add(event.signer));
  }
  const [out, others]: [EventRecord[], EventRecord[]] = [[], []];
  for (const record of records) {
    const { event } = record;
    if (event.type !== 'candidate' || !event.evidence || event.verdict === 'invalid') continue;
    if (left.get(event.id)?.has(event.signer ?? '')) out.push(record);
    else others.push(record);
  }
  return [out, others];
}

/** So many of a list, drawn by the root: the j-th draw is sha256(root ‖ j), its first six bytes modulo the length, and one that was drawn is passed over. */
function drawn(root: string, list: EventRecord[], count: number): EventRecord[] {
  if (list.length <= count) return list;
  const found = new Set<EventRecord>();
  const seed = Buffer.alloc(36);
  seed.write(root, 'hex');
  for (let draw = 0; found.size < count; draw++) {
    seed.writeUInt32LE(draw, 32);
    found.add(list[sha256(seed).readUIntBE(0, 6) % list.length] as EventRecord);
  }
  return [...found];
}
