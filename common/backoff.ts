const FIRST_MS = 100;
const LONGEST_MS = 5000;
/** Part of a delay that chance takes off, so that many who lost the same peer do not come back in step. */
const JITTER = 0.25;

/** How long to wait before the next dial: 100 ms, doubling to 5 s, each up to a quarter shorter. */
export class Backoff {
  private readonly random: () => number;
  private failures = 0;

  constructor(random: () => number = Math.random) {
    this.random = random;
  }

  /** Ms until the next try. A connection that had lasted `livedMs`, longer than the longest delay, counts as a fresh start. */
  next(livedMs = 0): number {
    if (livedMs > LONGEST_MS) this.failures = 0;
    const delay = Math.min(LONGEST_MS, FIRST_MS * 2 ** this.failures);
    this.failures = Math.min(this.failures + 1, 16);
    return Math.round(delay * (1 - JITTER * this.random()));
  }
}
