import type { ChainClient } from '../../common/chain.ts';
import { PoolError } from '../../common/errors.ts';
import { firstSlot, slotOfTimestamp, windowOf } from '../../common/slot.ts';

/** The pool's windows: the first in which it has all 12 slots, and how many windows a round has. */
export interface Turns {
  first: number;
  round: number;
}

/** Number of a window, counted from 1; 0 or less for one before the first. */
export function turnOf(turns: Turns, window: number): number {
  return Math.floor((window - turns.first) / turns.round) + 1;
}

export function windowOfTurn(turns: Turns, turn: number): number {
  return turns.first + (turn - 1) * turns.round;
}

/**
 * Finds the first window of the active schedule that is the pool's from its first slot on. A schedule is promoted within
 * some window's first block, so the blocks that carry its version tell from which slot on it counts.
 */
export async function findTurns(chain: ChainClient, pool: string): Promise<Turns> {
  const { active } = await chain.post<{ active: { version: number; producers: { producer_name: string }[] } }>(
    '/v1/chain/get_producer_schedule',
  );
  const round = active.producers.length;
  const place = active.producers.findIndex((producer) => producer.producer_name === pool);
  if (place < 0) throw new PoolError('schedule', `${pool} is not in the active schedule (version ${active.version})`);
  let num = (await chain.info()).head_block_num;
  let from: number | null = null;
  for (; num > 1; num--) {
    const block = await chain.block(num);
    if (block.schedule_version !== active.version) break;
    from = slotOfTimestamp(block.timestamp);
  }
  // None yet: the schedule became active in the head block, and counts from the next slot on.
  const since = from ?? slotOfTimestamp((await chain.block(num)).timestamp) + 1;
  let first = windowOf(since);
  while (first % round !== place || firstSlot(first) < since) first++;
  return { first, round };
}
