import { setTimeout as sleep } from 'node:timers/promises';
import type { ChainBlock, ChainClient, Pushed } from './chain.ts';
import { PoolError } from './errors.ts';

const POLL_MS = 200;

/**
 * Waits until a pushed transaction stands in a block, at the head or, with `final`, in an irreversible one. A node's answer
 * to a push is speculative: the transaction can land in a later block, or in none. Gives the block's number; throws
 * PoolError `expired` when the chain passed its expiration without it.
 */
export async function untilInBlock(chain: ChainClient, pushed: Pushed, final = false): Promise<number> {
  let next = Math.max(1, pushed.processed.block_num - 1);
  for (;;) {
    const info = await chain.info();
    const reached = final ? info.last_irreversible_block_num : info.head_block_num;
    for (; next <= reached; next++) {
      const block = await chain.block(next);
      if (contains(block, pushed.transaction_id)) return next;
      if (Date.parse(`${block.timestamp}Z`) > pushed.expiresAt) {
        throw new PoolError('expired', `the transaction ${pushed.transaction_id} expired without being in a block`);
      }
    }
    await sleep(POLL_MS);
  }
}

function contains(block: ChainBlock, id: string): boolean {
  return block.transactions.some(({ trx }) => (typeof trx === 'string' ? trx : trx.id) === id);
}
