import { setTimeout as sleep } from 'node:timers/promises';
import { lastSlot, slotTime } from '../common/slot.ts';

/** Past a window's last slot members still get what was held for them (150 ms), then nothing is left to do. */
const AFTER_WINDOW_MS = 200;
const LOOK_MS = 20;

interface Running {
  /** Clock time in ms. */
  now(): number;
  /** The pool window that is open, if one is. */
  readonly openWindow: number | null;
}

/** Waits until the running window of the pool is over; at once when none runs, or when nothing can come or leave any more. */
export async function untilWindowIsOver(running: Running, isOfUse: () => boolean): Promise<void> {
  const window = running.openWindow;
  if (window === null) return;
  const end = slotTime(lastSlot(window)) + AFTER_WINDOW_MS;
  while (running.now() < end && isOfUse()) await sleep(Math.min(LOOK_MS, end - running.now()));
}
