import { SLOT_MS, slotInWindow, slotTime } from '../../common/slot.ts';
import type { BlockHeader } from '../decode/block.ts';
import type { Signature } from '../decode/reader.ts';
import type { HeaderState, HeaderTree, Linked, LinkProblem } from './header-tree.ts';
import type { IncomingBlock } from './incoming.ts';
import { recoverKey } from './signer.ts';

type BodyProblem = 'bad_block_body' | 'bad_block_extension' | 'wrong_transaction_root';
type TimeProblem = 'too_early' | 'stale';
type SignatureProblem = 'foreign_key' | 'several_signatures';

export type RefusalCode = LinkProblem | TimeProblem | BodyProblem | SignatureProblem;

export type Verified =
  | { ok: true; state: HeaderState; signer: string; transactions: number; cpuUs: number }
  | { ok: false; code: RefusalCode; signer?: string };

/**
 * A nodeos that ends each block after half a slot (cpu effort 50 %) gains this much a block over the slots' own times;
 * lower efforts are not accepted. Members send slot k at about its time minus (500 − effort) × (k + 1).
 */
const GAIN_PER_SLOT_MS = SLOT_MS / 2;

/** Older blocks are answers to sync requests, not proposals: nothing can be done with them. */
const STALE_MS = 12 * SLOT_MS;

/** Whether a block's slot is one that an honest member could propose for now. */
export function timeProblem(header: BlockHeader, nowMs: number): TimeProblem | null {
  const early = slotTime(header.slot) - nowMs;
  if (early > SLOT_MS + GAIN_PER_SLOT_MS * (slotInWindow(header.slot) + 1)) return 'too_early';
  return -early > STALE_MS ? 'stale' : null;
}

/** Whether a pool block could be a member's proposal for a slot, cheap checks first. */
export function verifyCandidate(block: IncomingBlock, header: BlockHeader, nowMs: number, tree: HeaderTree): Verified {
  const time = timeProblem(header, nowMs);
  if (time) return { ok: false, code: time };
  const linked = block.link(tree);
  if (!linked.ok) return linked;
  const { state, signer } = linked;
  const body = block.body();
  if (!body.ok) return { ok: false, code: 'bad_block_body', signer };
  const { transactions, cpuUs, additionalSignatures, extensionsWellFormed, root } = body.value;
  if (!root.equals(header.transactionRoot)) return { ok: false, code: 'wrong_transaction_root', signer };
  if (!extensionsWellFormed) return { ok: false, code: 'bad_block_extension', signer };
  const signatures = signatureProblem(linked, additionalSignatures);
  if (signatures) return { ok: false, code: signatures, signer };
  return { ok: true, state, signer, transactions, cpuUs };
}

/**
 * nodeos takes further signatures when all are by different keys of the authority; a pool takes one, or the slot would count for
 * two members. Source: Leap block_header_state.cpp, `verify_signee`.
 */
function signatureProblem(linked: Extract<Linked, { ok: true }>, others: Signature[]): SignatureProblem | null {
  const { digest, keys, signer } = linked;
  if (others.length === 0) return null;
  // More than there are keys cannot all be relevant; so a list without end costs nothing.
  if (others.length >= keys.length) return 'foreign_key';
  const signers = [signer, ...others.map((signature) => recoverKey(digest, signature))];
  const relevant = new Set(signers.filter((key) => key !== null && keys.includes(key)));
  return relevant.size === signers.length ? 'several_signatures' : 'foreign_key';
}
