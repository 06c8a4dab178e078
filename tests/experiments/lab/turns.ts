import { setTimeout as sleep } from 'node:timers/promises';
import { firstSlot, lastSlot, SLOTS_PER_WINDOW, slotAt, slotTime, windowOf } from '../../../common/slot.ts';

/** Whose window is when: the producers' order repeats for ever. */
export class Turns {
  readonly order: string[];

  constructor(order: string[]) {
    this.order = order;
  }

  producerOf(window: number): string {
    return this.order[window % this.order.length] as string;
  }

  /** The producer's first window that begins at least `marginMs` from now. */
  next(producer: string, marginMs = 1500): number {
    const soonest = Date.now() + marginMs;
    let window = windowOf(slotAt(Date.now())) + 1;
    while (this.producerOf(window) !== producer || slotTime(firstSlot(window)) < soonest) window++;
    return window;
  }
}

/** Waits until the clock says so. */
export async function untilTime(ms: number): Promise<void> {
  while (Date.now() < ms) await sleep(Math.min(500, ms - Date.now() + 1));
}

/** Waits until `afterMs` past the time of a window's last slot. */
export async function untilOver(window: number, afterMs: number): Promise<void> {
  await untilTime(slotTime(lastSlot(window)) + afterMs);
}

/** "3:5": slot 5 of a window, counted from 0. */
export function place(slot: number): string {
  return `${windowOf(slot)}:${slot % SLOTS_PER_WINDOW}`;
}
