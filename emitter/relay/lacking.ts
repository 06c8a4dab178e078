import { SLOTS_PER_WINDOW, slotInWindow, windowOf } from '../../common/slot.ts';

/** What a member is asked for, numbers both included, and why: its block `id`, or its head, of about `slot`, is not known. */
export interface Asked {
  slot: number;
  id: string;
  from: number;
  to: number;
}

/** Blocks leave before their slots' times: a member's head can be so many slots ahead of the clock. */
const EARLY_SLOTS = 2;

/**
 * Which blocks of a member's own branch never came here: those that it made while it had no connection, as before a restarted emitter is
 * back. Known by what it tells on this connection alone. They are asked for once a window by its head and once by a block, for a peer can make up as
 * many as it likes, and never more than the window can have.
 */
export class LackingBlocks {
  private newest: { num: number; slot: number; id: string } | null = null;
  /** Number of the block before the newest. */
  private before = 0;
  private askedIn = -1;
  private askedAtHead = false;

  /** The member sent this pool block. */
  sent(block: { num: number; slot: number; id: string }): void {
    this.before = this.newest?.num ?? 0;
    this.newest = block;
  }

  /**
   * What to ask a member for that comes in a window of the pool's, `slot` being that of the clock, with a head that is not known: it can have
   * made its last block of the window, and no other would tell of those before it.
   */
  atHead({ num, id }: { num: number; id: string }, slot: number): Asked | null {
    if (this.askedAtHead) return null;
    this.askedAtHead = true;
    const most = Math.min(slotInWindow(slot) + EARLY_SLOTS, SLOTS_PER_WINDOW - 1);
    return { slot, id, from: Math.max(1, num - most), to: num };
  }

  /**
   * What to ask the member for when the parent of its newest block is unknown; null when it has sent what it can have, or was asked. A
   * block in slot k of its window has at most k of that window below it.
   */
  below(): Asked | null {
    if (!this.newest) return null;
    const { num, slot, id } = this.newest;
    const window = windowOf(slot);
    if (this.askedIn >= window) return null;
    const above = this.before < num ? this.before : 0;
    const from = Math.max(num - slotInWindow(slot), above + 1);
    if (from >= num) return null;
    this.askedIn = window;
    return { slot, id, from, to: num - 1 };
  }
}
