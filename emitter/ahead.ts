import type { Clock } from '../common/clock.ts';
import { slotAt, windowOf } from '../common/slot.ts';

/** Before a window: six times what a lease takes when a round trip takes 250 ms, and time for a second emitter when the first one is gone. */
const AHEAD_MS = 3000;
const ASK_MS = 100;

/** Tells once of each of the pool's windows, some 3 s before it begins. The clock says only when to ask, never who may decide. */
export class Ahead {
  private readonly clock: Clock;
  private readonly isPoolWindow: (window: number) => boolean;
  private readonly tell: (window: number) => void;
  private timer: NodeJS.Timeout | null = null;
  private told = 0;

  constructor(clock: Clock, isPoolWindow: (window: number) => boolean, tell: (window: number) => void) {
    this.clock = clock;
    this.isPoolWindow = isPoolWindow;
    this.tell = tell;
  }

  start(): void {
    this.timer = setInterval(() => this.look(), ASK_MS);
  }

  stop(): void {
    if (this.timer) clearInterval(this.timer);
  }

  /** A clock that was set back tells of no window again; one that stood still, of the one it is in then. */
  private look(): void {
    // A window's first block leaves up to a slot before its time.
    const window = windowOf(slotAt(this.clock.now() + AHEAD_MS) + 1);
    if (window <= this.told || !this.isPoolWindow(window)) return;
    this.told = window;
    this.tell(window);
  }
}
