import { firstBlockFrom } from '../../common/block-search.ts';
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
