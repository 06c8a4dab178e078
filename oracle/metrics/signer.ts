import type { EventRecord } from '../../common/events.ts';
import { isSignatureOf } from './evidence.ts';
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
  return isSignatureOf(event.evidence, id, key);
}

/** The member that a key is of. The emitter's own word for it is not used: the key is what signed, the contract says whose it is. */
export function owner(signers: Map<string, string>, signer: string | null): string | undefined {
  return signer === null ? undefined : signers.get(signer);
}
