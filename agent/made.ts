import { lastSlot, SLOT_MS, slotAt, slotTime, windowOf } from '../common/slot.ts';
import type { NodeView } from './node.ts';

/** Receipts come within a second, and are read every two. */
const RECEIPTS_AFTER_MS = 10_000;

/**
 * The slots for which the member's own node made a block. A node that produces takes no others in its window, so the pool's heads that
 * it gets then are its own. Pure: the caller brings what was seen.
 */
export class MadeSlots {
  private readonly pool: string;
  private readonly windows = new Map<number, Set<number>>();

  constructor(pool: string) {
    this.pool = pool;
  }

  /** What the node was like, and is now. */
  seen(before: NodeView, now: NodeView): void {
    const isNew = now.headNum > before.headNum && now.headProducer === this.pool;
    if (!isNew || before.state !== 'producing' || now.state !== 'producing') return;
    const slot = slotAt(now.headTime);
    const slots = this.windows.get(windowOf(slot)) ?? new Set<number>();
    this.windows.set(windowOf(slot), slots.add(slot));
  }

  /** Windows that are over for so long that their receipts must be there, with their slots; each is given once. */
  due(nowMs: number): { window: number; slots: number[] }[] {
    const due = [...this.windows].filter(
      ([window]) => nowMs > slotTime(lastSlot(window)) + SLOT_MS + RECEIPTS_AFTER_MS,
    );
    for (const [window] of due) this.windows.delete(window);
    return due.map(([window, slots]) => ({ window, slots: [...slots].sort((a, b) => a - b) }));
  }
}
