import { slotInWindow, windowOf } from '../../common/slot.ts';

/** Numbers of blocks, both included. */
export interface NumberRange {
  from: number;
  to: number;
}

/**
 * Which blocks of a member's own branch never came here: those that it made while it had no connection, as before a restarted emitter is
 * back. Known by what it sends on this connection alone. They are asked for once a window, for a peer can make up as many orphans
 * as it likes, and never more than the window can have.
 */
export class LackingBlocks {
  private newest: { num: number; slot: number } | null = null;
  /** Number of the block before the newest. */
  private before = 0;
  private askedIn = -1;

  /** The member sent this pool block. */
  sent(block: { num: number; slot: number }): void {
    this.before = this.newest?.num ?? 0;
    this.newest = block;
  }

  /**
   * What to ask the member for when the parent of its newest block is unknown; null when it has sent what it can have, or was asked. A
   * block in slot k of its window has at most k of that window below it.
   */
  ask(): NumberRange | null {
    if (!this.newest) return null;
    const { num, slot } = this.newest;
    const window = windowOf(slot);
    if (this.askedIn >= window) return null;
    const above = this.before < num ? this.before : 0;
    const from = Math.max(num - slotInWindow(slot), above + 1);
    if (from >= num) return null;
    this.askedIn = window;
    return { from, to: num - 1 };
  }
}
