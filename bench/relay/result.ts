import { THROTTLED } from './pace.ts';

/**
 * What stands between the sender and a reader: `raw` passes bytes on, `whole` whole frames, both look at nothing; `emitter` decides by its own
 * log, `cluster` is one that decides through a NATS cluster.
 */
export const PATHS = ['raw', 'whole', 'nodeos', 'emitter', 'cluster'] as const;
export type PathName = (typeof PATHS)[number];

/** Added latency in ms. */
export interface Spread {
  p50: number;
  p90: number;
  p99: number;
}

/** What is measured: each path, and `decision`, what it takes more to decide through the cluster, block by block. */
export const MEASURED = [...PATHS, 'decision'] as const;
export type Measured = (typeof MEASURED)[number];

export interface SizeResult extends Record<Measured, Spread> {
  /** Of a whole frame. */
  bytes: number;
  n: number;
  /** In how many of all measurements the processor was throttled (pace.ts). */
  throttled: number;
  /** Without those; null where none is left. */
  steady: Record<Measured, Spread | null>;
}

/** Added to what a goal allows at small blocks, where a relay's fixed cost shows. */
const FIXED_MS = 0.3;
const SMALL_BYTES = 100_000;
/** What a decision through the cluster may take in the way of a block. */
const DECISION_MS = 5;

/** Of a list that is not empty; the value that so many are not above. */
export function quantile(values: number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] as number;
}

export function spread(values: number[]): Spread {
  const round = (ms: number) => Math.round(ms * 1000) / 1000;
  const [p50, p90, p99] = [0.5, 0.9, 0.99].map((part) => round(quantile(values, part))) as [number, number, number];
  return { p50, p90, p99 };
}

/**
 * What of the goals does not hold: no worse than nodeos in p50 and p99, p50 at most half more than a raw relay's, and a decision through the
 * cluster at most 5 ms more.
 */
export function missedGoals(sizes: SizeResult[]): string[] {
  return sizes.flatMap(({ bytes, raw, nodeos, emitter, decision }) => {
    const allowed = 1.5 * raw.p50 + (bytes < SMALL_BYTES ? FIXED_MS : 0);
    const missed: string[] = [];
    const say = (what: string, is: number, limit: number) => {
      if (is > limit) missed.push(`${bytes} bytes: ${what} is ${is.toFixed(3)} ms, above ${limit.toFixed(3)} ms`);
    };
    say('p50 against nodeos', emitter.p50, nodeos.p50);
    say('p99 against nodeos', emitter.p99, nodeos.p99);
    say('p50 against a raw relay', emitter.p50, allowed);
    say('p99 of a decision through the cluster', decision.p99, DECISION_MS);
    return missed;
  });
}

export function relayTable(sizes: SizeResult[]): string {
  const lines = sizes.flatMap(({ bytes, n, steady, ...paths }) =>
    MEASURED.map((path, i) => {
      const size = i === 0 ? `${bytes}` : '';
      const { p50, p90, p99 } = paths[path];
      const numbers = [p50, p90, p99, steady[path]?.p99].map((ms) => (ms?.toFixed(3) ?? '–').padStart(8)).join('  ');
      return `${size.padStart(8)}  ${(i === 0 ? `${n}` : '').padStart(5)}  ${path.padEnd(8)}${numbers}`;
    }),
  );
  const slow = sizes.reduce((sum, { throttled }) => sum + throttled, 0);
  const all = sizes.reduce((sum, { n }) => sum + n * PATHS.length, 0);
  const told = `In ${slow} of ${all} measurements the processor was throttled: a fixed piece of work took more than ${THROTTLED} times as long as usual. steady p99 is without them.`;
  const head = '   bytes      n  path         p50       p90       p99  steady p99  (added ms)';
  return [head, ...lines, told, ''].join('\n');
}
