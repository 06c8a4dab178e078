/** Values at the ranks 50 %, 90 % and 99 % of a list; null where the list is empty. */
export interface Quantiles {
  p50: number | null;
  p90: number | null;
  p99: number | null;
}

/** By nearest rank: of n values in order the one at place ⌈n · p / 100⌉, counted from 1; so each is a value of the list. Integers only. */
export function quantiles(values: number[]): Quantiles {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (percent: number) => sorted[Math.trunc((sorted.length * percent + 99) / 100) - 1] ?? null;
  return { p50: at(50), p90: at(90), p99: at(99) };
}
