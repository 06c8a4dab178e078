import { SLOT_MS, slotTime } from '../common/slot.ts';
import { HEADER_START } from './decode/block.ts';
import { LIMITS } from './limits.ts';
import type { CandidateEvent } from './log/candidate.ts';
import type { Verified } from './verify/candidate.ts';
import { signerEvidence } from './verify/evidence.ts';
import type { Arrival } from './verify/intake.ts';

/** What the log says of a block that was refused. */
export function refusedRecord(
  arrival: Arrival<unknown>,
  reason: string,
  signer: string | null,
  member: string | null,
): CandidateEvent {
  const nothing = { reducedAt: null, transactions: 0, cpuUs: 0, evidence: null };
  return { ...placeOf(arrival), ...nothing, signer, member, verdict: 'invalid', reason };
}

/** What it says of one that is valid, or would be had it come in time, and is given to the selection at `reducedAt`. */
export function verifiedRecord(
  arrival: Arrival<unknown>,
  verified: Extract<Verified, { ok: true }>,
  reducedAt: number,
  member: string | null,
): CandidateEvent {
  const { signer, transactions, cpuUs, state } = verified;
  const late = arrival.at > slotTime(arrival.header.slot) + SLOT_MS;
  // A header too long to be kept has none.
  const isShort = arrival.header.headerEnd - HEADER_START <= LIMITS.evidenceBytes;
  const evidence = isShort ? signerEvidence(arrival.frame, arrival.header, state) : null;
  const said = { verdict: late ? 'late' : 'valid', reason: late ? 'late' : null } as const;
  const { irreversible } = state.dpos;
  return { ...placeOf(arrival), irreversible, reducedAt, signer, member, transactions, cpuUs, ...said, evidence };
}

function placeOf({ header, frame, at }: Arrival<unknown>) {
  const { slot, id, num, previous, confirmed } = header;
  return { type: 'candidate', at, slot, id, num, previous, confirmed, bytes: frame.length } as const;
}
