import { setTimeout as sleep } from 'node:timers/promises';
import { SLOT_MS, SLOTS_PER_WINDOW, slotInWindow, slotTime } from '../../common/slot.ts';
import { setShift } from '../../devnet/shift.ts';

/** The emitter reads its clock's file again after 50 ms. */
const REREAD_MS = 55;

/** An emitter's clock, which the benchmark puts near each slot's time, so that slots can pass faster than in life. */
export class BenchClock {
  readonly file: string;
  private shift = 0;

  constructor(file: string) {
    this.file = file;
    setShift(file, 0);
  }

  /** Sets the clock to when a member can send its block of a slot; in whole seconds, as the file has it. */
  async near(slot: number): Promise<void> {
    const k = slotInWindow(slot);
    // Not before a node with cpu effort 50 % could, with something to spare; the last one before the next producer begins.
    const earliest = -(SLOT_MS + (SLOT_MS / 2) * (k + 1)) + 50;
    const latest = k === SLOTS_PER_WINDOW - 1 ? -300 : 300;
    const ahead = () => Date.now() + this.shift * 1000 - slotTime(slot);
    if (ahead() > earliest && ahead() < latest) return;
    this.shift = Math.floor((slotTime(slot) + latest - REREAD_MS - Date.now()) / 1000);
    setShift(this.file, this.shift);
    await sleep(Math.max(REREAD_MS, earliest - ahead()));
  }
}
