import { LIMITS } from '../../emitter/limits.ts';

/** One setting: so many members, each with two candidates a second. */
export interface GrowthResult {
  members: number;
  bytes: number;
  /** ms from the last byte of the candidate that is emitted to the first byte of its emission, as the emitter logs it. */
  addedP50: number;
  addedP99: number;
  /** CPU time of the emitter for each candidate, in ms. */
  cpuPerBlock: number;
  /** Highest resident memory seen, bytes. */
  rss: number;
}

export interface EmitterResult {
  candidatesPerSecond: number;
  growth: GrowthResult[];
}

const LEAST_A_SECOND = 2000;
/** What a block costs may vary by so much between two settings before it counts as growth. */
const NOISE = 1.25;
const NOISE_MS = 0.3;
/** Beside the candidates: Node itself, the log, and frames that the garbage collector has not come to. */
const OTHER_BYTES = 350_000_000;

/** What of the goals does not hold, a sentence each: the rate, per candidate no growth with the members, memory below its limit. */
export function missedLimits({ candidatesPerSecond, growth }: EmitterResult): string[] {
  const missed: string[] = [];
  const say = (what: string, is: number, limit: number) => {
    if (is > limit) missed.push(`${what} is ${is.toFixed(3)}, above ${limit.toFixed(3)}`);
  };
  if (candidatesPerSecond < LEAST_A_SECOND)
    missed.push(`${candidatesPerSecond} candidates a second are below ${LEAST_A_SECOND}`);
  const most = LIMITS.candidateMb * 1_000_000 + OTHER_BYTES;
  for (const { members, bytes, addedP50, cpuPerBlock, rss } of growth) {
    const where = `${members} members with ${bytes} bytes`;
    const least = growth.find((one) => one.bytes === bytes) as GrowthResult;
    say(`${where}: added latency in ms`, addedP50, least.addedP50 * NOISE + NOISE_MS);
    say(`${where}: CPU for a candidate in ms`, cpuPerBlock, least.cpuPerBlock * NOISE);
    say(`${where}: memory in MB`, rss / 1e6, most / 1e6);
  }
  return missed;
}

export function emitterTable({ candidatesPerSecond, growth }: EmitterResult): string {
  const rows = growth.map(({ members, bytes, addedP50, addedP99, cpuPerBlock, rss }) => {
    const numbers = [addedP50, addedP99, cpuPerBlock].map((ms) => ms.toFixed(3).padStart(10)).join('');
    return `${String(members).padStart(8)}${String(bytes).padStart(9)}${numbers}${(rss / 1e6).toFixed(0).padStart(9)}`;
  });
  const head = ' members    bytes  added p50       p99 CPU/block  rss (MB)   (ms)';
  return [head, ...rows, `${candidatesPerSecond} candidates of 20 kB a second`, ''].join('\n');
}
