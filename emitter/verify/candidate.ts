import { SLOT_MS, slotInWindow, slotTime } from '../../common/slot.ts';
import type { BlockHeader } from '../decode/block.ts';
import { summarizeBody } from '../decode/body.ts';
import type { HeaderState, HeaderTree, LinkProblem } from './header-tree.ts';

export type RefusalCode = LinkProblem | 'too_early' | 'stale' | 'bad_block_body';

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

/** Whether a pool block could be a member's proposal for a slot, cheap checks first, the signer last. */
export function verifyCandidate(frame: Buffer, header: BlockHeader, nowMs: number, tree: HeaderTree): Verified {
  const early = slotTime(header.slot) - nowMs;
  if (early > SLOT_MS + GAIN_PER_SLOT_MS * (slotInWindow(header.slot) + 1)) return { ok: false, code: 'too_early' };
  if (-early > STALE_MS) return { ok: false, code: 'stale' };
  const body = summarizeBody(frame, header.bodyOffset);
  if (!body.ok) return { ok: false, code: 'bad_block_body' };
  const linked = tree.link(header);
  if (!linked.ok) return linked;
  return { ok: true, state: linked.state, signer: linked.signer, ...body.value };
}
