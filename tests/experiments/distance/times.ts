import { setTimeout as sleep } from 'node:timers/promises';

/** "p50 p99 most" of times in ms, and how many there are. */
export function quantiles(times: number[]): string {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (part: number) => round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? NaN);
  return `${at(0.5)} | ${at(0.99)} | ${at(1)} | ${sorted.length}`;
}

function round(ms: number): string {
  return ms < 10 ? ms.toFixed(1) : ms.toFixed(0);
}

/** Runs the work once every so many ms, or later when it takes longer; gives how long each took. */
export async function timed(samples: number, everyMs: number, work: () => Promise<unknown>): Promise<number[]> {
  const times: number[] = [];
  for (let i = 0; i < samples; i++) {
    const start = performance.now();
    await work();
    times.push(performance.now() - start);
    await sleep(Math.max(0, start + everyMs - performance.now()));
  }
  return times;
}
