import type { Clock } from '../common/clock.ts';

export interface AwakeParts {
  clock: Clock;
  /** When the next candidate is expected, in clock ms; null while none is. */
  expectedAt(): number | null;
  /** Goes through a half of what a candidate goes through, to no effect. */
  rehearse(): void;
  /** Called when it begins to stay awake, unless what is expected may come at once: takes a millisecond or two. */
  tidy(): void;
  /** Called once after that, when nothing is expected for a while. */
  rest(): void;
  /** So many ms before and after a candidate is expected nothing sleeps; 0: it is not done at all. */
  awakeMs: number;
  /** Those of the process, but in tests. */
  timers?: Timers;
  monotonic?: () => number;
}

interface Timers {
  soon(run: () => void): void;
  after(ms: number, run: () => void): NodeJS.Timeout;
  cancel(timer: NodeJS.Timeout): void;
  /** Lets so many ms pass without returning. */
  pause(ms: number): void;
}

const PROCESS_TIMERS: Timers = {
  soon: (run) => void setImmediate(run),
  after: (ms, run) => setTimeout(run, ms),
  cancel: (timer) => clearTimeout(timer),
  pause: (ms) => {
    for (const until = performance.now() + ms; performance.now() < until; );
  },
};

/** How often it is asked when the next candidate is expected. */
const ASK_MS = 100;
/**
 * A half takes 0.1 to 0.2 ms, for which a candidate that comes meanwhile waits. Every other millisecond is worse all the same: 0.04 ms of the way of
 * a block of 20 kB (medians of 159, one run). It leaves some 40 kB behind: 1 MB in 24 ms, of the 16 that there are (`common/node-flags.ts`).
 */
const REHEARSE_EVERY_MS = 1;
/** Who begins so late, for the thread was busy or not run, does not tidy up first: the block would wait for that. */
const TIDY_AHEAD_MS = 3;
/** A turn of the event loop takes 3 µs and leaves 400 bytes behind: 3 MB in 24 ms without a pause, 0.4 with it. */
const PAUSE_MS = 0.02;

/**
 * Half a slot after the last one, what a candidate needs of code and data is out of the processor's caches, and a sleeping thread is woken
 * late: that costs a block of 20 kB more than its verification does (docs/performance.md). So around the moment when one is expected the
 * event loop does not sleep, and goes through the newest candidate again.
 */
export class Awake {
  private readonly parts: AwakeParts;
  private readonly timers: Timers;
  private readonly monotonic: () => number;
  private timer: NodeJS.Timeout | null = null;
  private isStopped = false;
  private rehearsedAt = 0;
  private isAwake = false;
  private isRested = true;
  private readonly turn = () => this.watch();

  constructor(parts: AwakeParts) {
    this.parts = parts;
    this.timers = parts.timers ?? PROCESS_TIMERS;
    this.monotonic = parts.monotonic ?? (() => performance.now());
  }

  start(): void {
    if (this.parts.awakeMs > 0) this.watch();
  }

  stop(): void {
    this.isStopped = true;
    if (this.timer) this.timers.cancel(this.timer);
  }

  private watch(): void {
    if (this.isStopped) return;
    const { clock, awakeMs } = this.parts;
    const expected = this.parts.expectedAt();
    const ahead = expected === null ? Number.POSITIVE_INFINITY : expected - clock.now();
    if (ahead < -awakeMs || ahead > awakeMs + 1) return this.relax(ahead - awakeMs);
    if (!this.isAwake && ahead > TIDY_AHEAD_MS) this.parts.tidy();
    this.isAwake = true;
    this.isRested = false;
    this.rehearse();
    this.timers.pause(PAUSE_MS);
    this.timers.soon(this.turn);
  }

  /** Not at once, for the block that was waited for has just come: at the next question. */
  private relax(ms: number): void {
    if (!this.isAwake && !this.isRested) {
      this.parts.rest();
      this.isRested = true;
    }
    this.isAwake = false;
    this.sleep(ms);
  }

  private sleep(ms: number): void {
    this.timer = this.timers.after(ms > 0 && ms < ASK_MS ? ms : ASK_MS, () => this.watch());
  }

  private rehearse(): void {
    if (this.monotonic() < this.rehearsedAt + REHEARSE_EVERY_MS) return;
    this.parts.rehearse();
    this.rehearsedAt = this.monotonic();
  }
}
