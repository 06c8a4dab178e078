import { windowOf } from '../../common/slot.ts';

/** By then nodeos has applied what it was given. */
const APPLIED_MS = 1000;
/** Two windows, each with some blocks to spare. */
const KEPT = 30;

interface Entry {
  id: string;
  slot: number;
  at: number;
}

/** The pool blocks that were written to one member, and when: what its own later blocks have to be built on. */
export class WrittenBlocks {
  private entries: Entry[] = [];

  wrote(id: string, slot: number, at: number): void {
    this.entries.push({ id, slot, at });
    if (this.entries.length > KEPT) this.entries.shift();
  }

  /**
   * The newest written block that a member's block for `slot` has to descend from, or null. In the window of the block itself: one
   * that the member had applied before. Of earlier windows: not the one just before, for until another producer's block
   * comes a nodeos stays with its own branch.
   */
  ancestorOf(slot: number, now: number): { id: string } | null {
    const due = this.entries.filter((entry) => {
      const windows = windowOf(slot) - windowOf(entry.slot);
      return now - entry.at >= APPLIED_MS && entry.slot < slot && windows !== 1;
    });
    return due.reduce<Entry | null>((newest, entry) => (newest && newest.slot > entry.slot ? newest : entry), null);
  }
}
