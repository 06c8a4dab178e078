import { setTimeout as sleep } from 'node:timers/promises';
import { sentence } from '../common/errors.ts';
import type { Devnet } from './devnet.ts';
import type { Role } from './layout.ts';

const FIRST_DELAY_MS = 1000;
const LONGEST_DELAY_MS = 30_000;

/** Which nodes come back, by what was asked for: never a producer, for its chain would have to be the network's. */
const REVIVED: Record<string, Role[]> = { none: [], members: ['member'], all: ['member', 'relay'] };

/**
 * Brings a node back after an unexpected end, from an empty state: a state that was open at kill -9 is dirty
 * and nodeos refuses it. A node that fails to come back is tried again, at growing intervals, until `signal`.
 */
export async function reviveNode(
  devnet: Devnet,
  name: string,
  restart: string,
  signal: AbortSignal,
  progress: (text: string) => void,
): Promise<void> {
  const plan = devnet.network.plans.find((each) => each.name === name && REVIVED[restart]?.includes(each.role));
  if (!plan) return;
  for (let delay = FIRST_DELAY_MS; !signal.aborted; delay = Math.min(delay * 2, LONGEST_DELAY_MS)) {
    try {
      await sleep(delay, undefined, { signal });
      await devnet.network.start(plan);
      progress(`${name} restarted`);
      devnet.publish('restarted');
      return;
    } catch (thrown) {
      if (!signal.aborted) progress(`${name} did not restart: ${sentence(thrown)}`);
    }
  }
}
