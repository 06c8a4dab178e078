import { sha256 } from '../../common/canonical.ts';
import type { EventRecord, SignerEvidence } from '../../common/events.ts';
import { isSignedBy } from '../../common/signature.ts';
import { mostCommon } from './several.ts';

/**
 * Whose block an id is, when logs name different keys: blocks of two members without transactions can have one id. First come keys whose
 * signature of that very block is in a log, as a candidate's evidence, for nobody can make that up; then what more logs say; then the
 * smaller text, so that all oracles choose alike.
 * @param named what each log says, null where it says nothing
 */
export function signerOf(id: string, named: (string | null)[], logs: EventRecord[][]): string | null {
  const votes = named.filter((key) => key !== null);
  const keys = new Set(votes);
  if (keys.size < 2) return votes[0] ?? null;
  const proven = votes.filter((key) => logs.some((records) => records.some((record) => proves(record, id, key))));
  return mostCommon(proven.length > 0 ? proven : votes);
}

function proves({ event }: EventRecord, id: string, key: string): boolean {
  if (event.type !== 'candidate' || event.id !== id || event.signer !== key || !event.evidence) return false;
  try {
    return isOf(event.evidence, id, key);
  } catch {
    // Who wrote the log may be hostile: evidence of another form proves nothing.
    return false;
  }
}

/** An id is the sha256 of the header, but for its first four bytes, which are the block's number. */
function isOf({ header, signature, root, schedule }: SignerEvidence, id: string, key: string): boolean {
  const bytes = (hex: string) => Buffer.from(hex, 'hex');
  const digest = sha256(bytes(header));
  if (digest.toString('hex').slice(8) !== id.slice(8)) return false;
  return isSignedBy(sha256(sha256(digest, bytes(root)), bytes(schedule)), signature, key);
}

/** The member that a key is of. The emitter's own word for it is not used: the key is what signed, the contract says whose it is. */
export function owner(signers: Map<string, string>, signer: string | null): string | undefined {
  return signer === null ? undefined : signers.get(signer);
}
