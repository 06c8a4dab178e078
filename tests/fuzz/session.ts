import { seededRandom } from '../../common/random.ts';
import { seedInputs } from './corpus.ts';
import { mutate } from './mutate.ts';
import { type Target, targets } from './targets.ts';

/** An input that takes longer, again and again, counts as a hang: the largest frame of the corpus takes well under a ms. */
const SLOW_MS = 50;
const TRIES = 5;
/** How many mutants are kept as parents of others. */
const MUTANTS = 512;

export interface Failure {
  target: string;
  what: string;
  bytes: Buffer;
  execution: number;
}

export interface SessionHooks {
  /** Told before each execution, so that a hang can be pinned to its input. */
  before?(target: string, bytes: Buffer): void;
  /** Every so often. */
  progress?(executions: number): void;
}

const PROGRESS_EVERY = 20_000;

/** Fuzzes for so many executions; ends at the first failure. The same seed gives the same inputs in the same order. */
export function fuzz(executions: number, seed: number, hooks: SessionHooks = {}): Failure | null {
  const restore = withoutTimers();
  try {
    return run(executions, seed, hooks);
  } finally {
    restore();
  }
}

function run(executions: number, seed: number, hooks: SessionHooks): Failure | null {
  const random = seededRandom(seed);
  const seeds = seedInputs();
  const mutants: Buffer[] = [];
  const all = targets();
  const wheel = all.flatMap((target) => new Array<Target>(target.share).fill(target));
  for (let n = 1; n <= executions; n++) {
    const target = wheel[random.below(wheel.length)] as Target;
    const bytes = mutate(mutants.length > 0 && random.below(3) === 0 ? mutants : seeds, random);
    hooks.before?.(target.name, bytes);
    const what = attempt(target, bytes);
    if (what) return { target: target.name, what, bytes, execution: n };
    // Some mutants become parents, so that changes pile up.
    if (random.below(16) === 0) mutants[mutants.length < MUTANTS ? mutants.length : random.below(MUTANTS)] = bytes;
    if (n % PROGRESS_EVERY === 0) hooks.progress?.(n);
  }
  return null;
}

/** Runs one input; gives what went wrong, or null. */
export function attempt(target: Target, bytes: Buffer): string | null {
  let fastest = Number.POSITIVE_INFINITY;
  // A busy machine makes anything slow once: only what is slow each time counts.
  for (let tries = 0; tries < TRIES && fastest > SLOW_MS; tries++) {
    const start = performance.now();
    try {
      target.run(Buffer.from(bytes));
    } catch (thrown) {
      return String((thrown as Error).stack ?? thrown);
    }
    fastest = Math.min(fastest, performance.now() - start);
  }
  return fastest > SLOW_MS ? `took ${Math.round(fastest)} ms` : null;
}

/** Links arm timers; nobody waits for them here. */
function withoutTimers(): () => void {
  const { setTimeout: set, clearTimeout: clear } = globalThis;
  globalThis.setTimeout = (() => 0) as unknown as typeof setTimeout;
  globalThis.clearTimeout = (() => {}) as typeof clearTimeout;
  return () => {
    globalThis.setTimeout = set;
    globalThis.clearTimeout = clear;
  };
}
