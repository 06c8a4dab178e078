import type { EventRecord } from '../../common/events.ts';
import type { GivenReceipt } from '../../common/receipt-bundle.ts';
import { SLOT_MS, slotTime } from '../../common/slot.ts';
import type { SignedLog, WindowIdentity } from './blocks.ts';
import { placeOf } from './place.ts';
import { EVIDENCE_VERSION, type OmissionEvidence } from './schema.ts';

/**
 * Emitters whose own receipts prove that their logs leave a member's candidates out: a document for each emitter and member's key. Of an emitter whose log is not
 * among these nothing is said, nor of candidates that came late: their records can stand after the window's closing one.
 */
export function findOmissions(of: WindowIdentity, logs: SignedLog[], receipts: GivenReceipt[]): OmissionEvidence[] {
  return logs.flatMap(({ signed, records }) => {
    const own = receipts.filter((receipt) => receipt.emitter === signed.key && isInTime(receipt));
    if (own.length === 0) return [];
    const had = candidateKeysIn(records);
    const left = own.filter((receipt) => !had.has(candidateKey(receipt)));
    const signers = [...new Set(left.map(({ signer }) => signer))].sort();
    const end = records.at(-1);
    if (!end) return [];
    return signers.map((signer): OmissionEvidence => {
      const given = left.filter((receipt) => receipt.signer === signer).map(({ emitter: _, ...receipt }) => receipt);
      const log = { ...signed, end: placeOf(end, records) };
      return { v: EVIDENCE_VERSION, kind: 'omission', ...of, log, receipts: given };
    });
  });
}

/** By the emitter's own word; the rule by which it calls candidates late. */
export function isInTime({ slot, arrivedAt }: { slot: number; arrivedAt: number }): boolean {
  return arrivedAt <= slotTime(slot) + SLOT_MS;
}

/** Which blocks a log has as somebody's candidates. */
export function candidateKeysIn(records: EventRecord[]): Set<string> {
  return new Set(
    records.flatMap(({ event }) => (event.type === 'candidate' && event.signer !== null ? [candidateKey(event)] : [])),
  );
}

export function candidateKey({ slot, id, signer }: { slot: number; id: string; signer: string | null }): string {
  return `${slot} ${id} ${signer}`;
}
