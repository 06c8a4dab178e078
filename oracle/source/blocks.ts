import { PoolError } from '../../common/errors.ts';
import { firstSlot, lastSlot } from '../../common/slot.ts';
import type { BlockRef, OracleChain } from './chain.ts';

/** A window on the final chain: its blocks in order, whoever made them, and the first block after it. */
export interface WindowBlocks {
  inside: BlockRef[];
  after: BlockRef;
}

/** Whether a window and the first block after it are irreversible, given the last irreversible block. */
export function isIrreversible(window: number, irreversible: BlockRef): boolean {
  return irreversible.slot > lastSlot(window);
}

/** Reads a window's blocks; only for one that `isIrreversible` says yes to, so that none of them can change. Throws PoolError `chain_unreachable` when they are in no order. */
export async function readWindowBlocks(
  chain: OracleChain,
  window: number,
  irreversible: BlockRef,
): Promise<WindowBlocks> {
  const inside: BlockRef[] = [];
  let num = await firstBlockFrom(chain, firstSlot(window), irreversible);
  let slot = firstSlot(window) - 1;
  for (;;) {
    const block = await chain.block(num++);
    // Each block is at least a slot after the one before; a node that says otherwise would be asked for ever.
    if (block.slot <= slot)
      throw new PoolError('chain_unreachable', `the node gave block ${block.num} for a slot that is over`);
    slot = block.slot;
    if (slot > lastSlot(window)) return { inside, after: block };
    inside.push(block);
  }
}

/**
 * Number of the first block whose slot is not before `target`. Each block is at least one slot after the one before: that
 * bounds the number from both sides, as many blocks apart as slots were missed, and a binary search does the rest.
 */
export async function firstBlockFrom(chain: OracleChain, target: number, irreversible: BlockRef): Promise<number> {
  let low = Math.max(1, irreversible.num - (irreversible.slot - target));
  const { slot } = await chain.block(low);
  if (slot >= target) return low;
  let high = Math.min(irreversible.num, low + (target - slot));
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((await chain.block(middle)).slot < target) low = middle;
    else high = middle;
  }
  return high;
}
