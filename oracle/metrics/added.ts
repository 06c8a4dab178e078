import type { EventRecord } from '../../common/events.ts';
import type { BlockRef } from '../source/chain.ts';
import { type Quantiles, quantiles } from './quantiles.ts';

/** 100 s: a block that left later than this after it came is of another window. */
const MOST_US = 99_999_999;

/** What the emitters add: for each block on the final chain the least that one of them says. */
export function addedLatency(logs: EventRecord[][], blocks: BlockRef[]): Quantiles {
  const onChain = new Set(blocks.map(({ id }) => id));
  const least = new Map<string, number>();
  for (const { event } of logs.flat()) {
    if (event.type !== 'emission' || !onChain.has(event.id)) continue;
    least.set(event.id, Math.min(least.get(event.id) ?? MOST_US, Math.max(0, event.addedUs)));
  }
  return quantiles([...least.values()]);
}
