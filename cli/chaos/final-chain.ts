import type { ChainBlock, ChainInfo } from '../../common/chain.ts';
import { PoolError } from '../../common/errors.ts';
import { firstSlot, lastSlot, SLOTS_PER_WINDOW, slotOfTimestamp, windowOf } from '../../common/slot.ts';

/** What is asked of a public node. */
export interface Chain {
  info(): Promise<Pick<ChainInfo, 'last_irreversible_block_num'>>;
  block(num: number): Promise<Pick<ChainBlock, 'id' | 'timestamp' | 'producer'>>;
}

export interface FinalBlock {
  id: string;
  slot: number;
}

/**
 * The pool's blocks of some windows on the final chain, by window, in order. Windows have to be in order. Throws PoolError `chain` when the last
 * one can still change.
 */
export async function finalBlocks(
  chain: Chain,
  pool: string,
  windows: readonly number[],
): Promise<Map<number, FinalBlock[]>> {
  const found = new Map<number, FinalBlock[]>(windows.map((window) => [window, []]));
  const [first = 0] = windows;
  const last = windows.at(-1) ?? 0;
  const { last_irreversible_block_num: top } = await chain.info();
  for (let num = top; num > 0; num--) {
    const { id, timestamp, producer } = await chain.block(num);
    const slot = slotOfTimestamp(timestamp);
    if (num === top && slot <= lastSlot(last)) throw new PoolError('chain', `window ${last} is not irreversible yet`);
    if (slot < firstSlot(first)) break;
    if (producer === pool) found.get(windowOf(slot))?.unshift({ id, slot });
  }
  return found;
}

/** Slots of a window for which the final chain has no block of the pool. */
export function missedIn(blocks: readonly FinalBlock[] | undefined): number {
  return SLOTS_PER_WINDOW - new Set(blocks?.map(({ slot }) => slot)).size;
}
