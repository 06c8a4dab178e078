import { setImmediate as nextTurn } from 'node:timers/promises';

interface Planned {
  at: number;
  run: () => void;
}

/** Time that passes as fast as what happens in it can be computed: promises get to their end before it goes on. */
export class VirtualTime {
  /** ms since 1970. */
  now: number;
  private readonly queue: Planned[] = [];

  constructor(now: number) {
    this.now = now;
  }

  /** Plans something; of what is planned for one time, the first first. */
  at(time: number, run: () => void): void {
    if (!Number.isFinite(time)) return;
    const at = Math.max(time, this.now);
    let [low, high] = [0, this.queue.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.queue[middle] as Planned).at <= at) low = middle + 1;
      else high = middle;
    }
    this.queue.splice(low, 0, { at, run });
  }

  after(ms: number, run: () => void): void {
    this.at(this.now + ms, run);
  }

  /** Lets happen what is planned up to a time. */
  async runTo(end: number): Promise<void> {
    for (let next = this.queue[0]; next && next.at <= end; next = this.queue[0]) {
      this.queue.shift();
      this.now = next.at;
      next.run();
      await nextTurn();
    }
    this.now = end;
  }
}

/** The way of what reaches one emitter: it waits while that is frozen, and does not arrive once it is dead. */
export class Port {
  private readonly time: VirtualTime;
  private waiting: (() => void)[] | null = null;
  isDead = false;

  constructor(time: VirtualTime) {
    this.time = time;
  }

  get isFrozen(): boolean {
    return this.waiting !== null;
  }

  deliver(run: () => void): void {
    if (this.isDead) return;
    if (this.waiting) this.waiting.push(run);
    else run();
  }

  after(ms: number, run: () => void): void {
    this.time.after(ms, () => this.deliver(run));
  }

  pause(ms: number): Promise<void> {
    return new Promise((resolve) => this.after(ms, resolve));
  }

  freeze(): void {
    this.waiting ??= [];
  }

  /** All that came meanwhile arrives at once, each thing in a turn of its own. */
  thaw(): void {
    const missed = this.waiting ?? [];
    this.waiting = null;
    for (const run of missed) this.after(0, run);
  }
}
