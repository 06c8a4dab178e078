/** Some 20 µs of a processor at full speed. */
const ROUNDS = 20_000;
/** A thread that is interrupted is slow once; a processor that is throttled is so each time. */
const TRIES = 3;
/** So many times the usual pace is throttled: what shares caches and memory with others is slower by less. */
export const THROTTLED = 2.5;

/** Ms that a fixed piece of work takes now, which needs nothing but the processor. */
export function paceNow(): number {
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < TRIES; i++) {
    const from = performance.now();
    work();
    best = Math.min(best, performance.now() - from);
  }
  return best;
}

/** Above this, of such paces, are those of a throttled processor; the list's median is the usual one. */
export function throttledAbove(paces: readonly number[]): number {
  return THROTTLED * (paces.toSorted((a, b) => a - b)[paces.length >> 1] ?? 0);
}

let state = 1;

function work(): void {
  let x = state;
  for (let i = 0; i < ROUNDS; i++) {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
  }
  // Kept, so that the loop is not taken out.
  state = x;
}
