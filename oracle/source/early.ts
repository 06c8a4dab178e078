import { windowOf } from '../../common/slot.ts';

/** However much there is to hear, looks are so far apart: one costs the node some ten requests. */
const GAP_MS = 1000;

/**
 * When to look before the timetable says so: an irreversible block was the first of a new window, so that the one before it can be
 * reported; or one holds a report, so that somebody's is irreversible; or somebody gave a hint.
 */
export class EarlyLook {
  private readonly look: () => void;
  private readonly gapMs: number;
  private window: number | null = null;
  private last = Number.NEGATIVE_INFINITY;
  private timer: NodeJS.Timeout | null = null;
  private stopped = false;

  /** @param look begins one; it may take as long as it likes */
  constructor(look: () => void, gapMs = GAP_MS) {
    this.look = look;
    this.gapMs = gapMs;
  }

  /** Of any source, in any order, as often as it comes. `reports`: how many are known to be in it. */
  irreversible(slot: number, reports = 0): void {
    const window = windowOf(slot);
    const isNew = this.window !== null && window > this.window;
    this.window = Math.max(window, this.window ?? window);
    if (isNew || reports > 0) this.hint();
  }

  /** Looks soon: at once, or when the gap since the last look is over. */
  hint(): void {
    if (this.timer || this.stopped) return;
    const wait = Math.max(0, this.last + this.gapMs - performance.now());
    this.timer = setTimeout(() => {
      this.timer = null;
      this.last = performance.now();
      this.look();
    }, wait);
  }

  stop(): void {
    this.stopped = true;
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
  }
}
