import { setTimeout as sleep } from 'node:timers/promises';
import { sentence } from '../common/errors.ts';
import type { NodePlan, Role } from './layout.ts';
import type { StartFrom } from './nodeos.ts';

const FIRST_DELAY_MS = 1000;
const LONGEST_DELAY_MS = 30_000;

/** Which nodes come back, by what was asked for: never a producer, for its chain would have to be the network's. */
const REVIVED: Record<string, Role[]> = { none: [], members: ['member'], all: ['member', 'relay'] };

/** What is needed of a network. */
export interface Revivable {
  plans: NodePlan[];
  start(plan: NodePlan, from: StartFrom): Promise<void>;
}

export interface ReviverOptions {
  /** Key of REVIVED. */
  restart: string;
  /** Ends all tries. */
  signal: AbortSignal;
  progress(text: string): void;
  onRevived(): void;
  firstDelayMs?: number;
}

/**
 * Brings nodes back after an unexpected end, with the irreversible blocks that they have, as an operator would: the state that was open at
 * kill -9 is dirty and nodeos refuses it. One that fails to come back is tried again, from nothing, at growing intervals.
 */
export class Reviver {
  readonly #network: Revivable;
  readonly #options: ReviverOptions;
  /** A node that ends while it is coming back is under way already: a second start would take its folder away. */
  readonly #underWay = new Set<string>();

  constructor(network: Revivable, options: ReviverOptions) {
    this.#network = network;
    this.#options = options;
  }

  /** A node has ended; resolves when it is back, or is not to come back. */
  async revive(name: string): Promise<void> {
    const plan = this.#network.plans.find((each) => each.name === name);
    const roles = REVIVED[this.#options.restart] ?? [];
    if (!plan || !roles.includes(plan.role) || this.#underWay.has(name)) return;
    this.#underWay.add(name);
    await this.#untilBack(plan);
    this.#underWay.delete(name);
  }

  async #untilBack(plan: NodePlan): Promise<void> {
    const { signal, progress, onRevived, firstDelayMs = FIRST_DELAY_MS } = this.#options;
    let from: StartFrom = 'blocks';
    for (let delay = firstDelayMs; !signal.aborted; delay = Math.min(delay * 2, LONGEST_DELAY_MS)) {
      try {
        await sleep(delay, undefined, { signal });
        await this.#network.start(plan, from);
        progress(`${plan.name} restarted`);
        return onRevived();
      } catch (thrown) {
        from = 'nothing'; // What is left of its blocks may be damaged.
        if (!signal.aborted) progress(`${plan.name} did not restart: ${sentence(thrown)}`);
      }
    }
  }
}
