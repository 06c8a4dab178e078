import { setTimeout as sleep } from 'node:timers/promises';
import type { ChainClient } from '../common/chain.ts';
import { PoolError, sentence } from '../common/errors.ts';

/**
 * Asks `probe` every `everyMs` until it gives a value other than undefined. A probe that throws counts as "not yet";
 * its error is part of the PoolError `timeout` thrown after `timeoutMs`.
 */
export async function eventually<T>(
  what: string,
  probe: () => Promise<T | undefined>,
  timeoutMs = 60_000,
  everyMs = 100,
): Promise<T> {
  const end = performance.now() + timeoutMs;
  let last = '';
  while (performance.now() < end) {
    try {
      const value = await probe();
      if (value !== undefined) return value;
    } catch (thrown) {
      last = ` (${sentence(thrown)})`;
    }
    await sleep(everyMs);
  }
  throw new PoolError('timeout', `${what} did not happen in ${timeoutMs / 1000} s${last}`, { what });
}

/** Waits until the node's head has grown by `count` blocks. */
export async function nextBlocks(client: ChainClient, count = 1): Promise<void> {
  const goal = (await client.info()).head_block_num + count;
  const grown = async () => ((await client.info()).head_block_num >= goal ? true : undefined);
  await eventually(`block ${goal}`, grown, 30_000, 50);
}
