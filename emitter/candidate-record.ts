import type { SignerEvidence } from '../common/events.ts';
import { SLOT_MS, slotTime } from '../common/slot.ts';
import type { BlockHeader } from './decode/block.ts';
import { LENGTH_BYTES } from './decode/message.ts';
import { LIMITS } from './limits.ts';
import type { CandidateEvent } from './log/candidate.ts';
import type { Verified } from './verify/candidate.ts';
import type { HeaderState } from './verify/header-tree.ts';
import type { Arrival } from './verify/intake.ts';
import { rootOf } from './verify/merkle.ts';

/** Type byte and the 65 bytes of a K1 or R1 signature, between a frame's header and its body. */
const SIGNATURE_BYTES = 66;

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
  const evidence = signerEvidence(arrival.frame, arrival.header, state);
  const said = { verdict: late ? 'late' : 'valid', reason: late ? 'late' : null } as const;
  return { ...placeOf(arrival), reducedAt, signer, member, transactions, cpuUs, ...said, evidence };
}

function placeOf({ header, frame, at }: Arrival<unknown>) {
  const { slot, id, num, previous, confirmed } = header;
  return { type: 'candidate', at, slot, id, num, previous, confirmed, bytes: frame.length } as const;
}

/** What proves, without the rest of the chain, who signed a block; null for a header too long to be kept. */
function signerEvidence(frame: Buffer, header: BlockHeader, state: HeaderState): SignerEvidence | null {
  const packed = frame.subarray(LENGTH_BYTES + 1, header.bodyOffset - SIGNATURE_BYTES);
  if (packed.length > LIMITS.evidenceBytes) return null;
  const { type, bytes } = header.signature;
  return {
    header: packed.toString('hex'),
    signature: `${type}:${bytes.toString('hex')}`,
    root: rootOf(state.merkle).toString('hex'),
    schedule: state.scheduleHash.toString('hex'),
  };
}
