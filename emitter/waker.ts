import type { Clock } from '../common/clock.ts';

/** A timer later than this fired after a standstill; as long again is enough to read what came. */
const LATE_TIMER_MS = 25;
/** Not twice within this: on a machine that is always late somebody must be judged all the same. */
const STALL_REST_MS = 500;

/** Wakes the selection at the time that it asked for, once; after a standstill of the process not before what came meanwhile was read. */
export class Waker {
  private readonly clock: Clock;
  private readonly onWake: () => void;
  private timer: NodeJS.Timeout | null = null;
  /** Until then, on the clock, what arrived during a standstill is read before anyone is judged by the time. */
  private readUntil = 0;

  constructor(clock: Clock, onWake: () => void) {
    this.clock = clock;
    this.onWake = onWake;
  }

  /** In place of what was asked for before; `at` in ms of the clock. */
  wakeAt(at: number): void {
    this.stop();
    const due = Math.max(at, this.readUntil);
    const tick = () => {
      const now = this.clock.now();
      if (now <= due + LATE_TIMER_MS || now < this.readUntil + STALL_REST_MS) return this.onWake();
      this.readUntil = now + LATE_TIMER_MS;
      this.wakeAt(at);
    };
    this.timer = setTimeout(() => setImmediate(tick), Math.max(1, due - this.clock.now()));
  }

  stop(): void {
    if (this.timer) clearTimeout(this.timer);
  }
}
