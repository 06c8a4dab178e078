import { sentence } from '../../../common/errors.ts';

/** An answer, how old it is, and why it is not newer. */
export interface Aged<T> {
  value: T;
  ageMs: number;
  /** One sentence, when the newest try failed. */
  stale: string | null;
}

/**
 * One thing that is read for all visitors together: at most one request is under way, an answer serves for `freshMs`, and the last one
 * serves on when there is no newer. Rejects only when there never was one.
 */
export class Shared<T> {
  private readonly read: () => Promise<T>;
  private readonly freshMs: number;
  private readonly now: () => number;
  private last: { value: T; at: number } | null = null;
  private triedAt = Number.NEGATIVE_INFINITY;
  private failure: unknown = null;
  private pending: Promise<void> | null = null;

  constructor(read: () => Promise<T>, freshMs: number, now: () => number = () => performance.now()) {
    this.read = read;
    this.freshMs = freshMs;
    this.now = now;
  }

  async get(): Promise<Aged<T>> {
    if (this.now() - this.triedAt >= this.freshMs) this.pending ??= this.renew();
    // Who has an answer is not kept waiting for long by a node that is away.
    if (this.pending && !(this.last && this.failure)) await this.pending;
    if (!this.last) throw this.failure;
    const stale = this.failure ? sentence(this.failure) : null;
    return { value: this.last.value, ageMs: Math.round(this.now() - this.last.at), stale };
  }

  private async renew(): Promise<void> {
    try {
      const value = await this.read();
      this.last = { value, at: this.now() };
      this.failure = null;
    } catch (thrown) {
      this.failure = thrown;
    }
    this.triedAt = this.now();
    this.pending = null;
  }
}
