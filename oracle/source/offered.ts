import { firstSlot, SLOTS_PER_WINDOW, slotInWindow, windowOf } from '../../common/slot.ts';
import type { WindowBlocks } from './blocks.ts';
import type { BlockRef } from './chain.ts';

/** Producers of a schedule version in the order of their turns, or null when this oracle never saw that version. */
export type ScheduleLookup = (version: number) => string[] | null;

/**
 * Why a window is no whole window of the pool, or null when the schedule gave the pool all its 12 slots, missed ones
 * included. A slot belongs to the schedule in force after its parent, which is the version that the first block at or after
 * the slot carries. Under one version an aligned window has one producer: that of any of its blocks, else the
 * schedule's own word for the turn.
 */
export function notOffered(
  window: number,
  { inside, after }: WindowBlocks,
  pool: string,
  lookup: ScheduleLookup,
): string | null {
  const blocks = [...inside, after];
  let slots = 0;
  for (let slot = firstSlot(window); slot < firstSlot(window + 1); slot++) {
    const version = (blocks.find((block) => block.slot >= slot) as BlockRef).scheduleVersion;
    const producer = inside.find((block) => block.scheduleVersion === version)?.producer ?? turn(lookup(version), slot);
    if (producer === null)
      return `slot ${slotInWindow(slot)} was missed under schedule ${version}, unknown to this oracle`;
    if (producer === pool) slots++;
  }
  if (slots === SLOTS_PER_WINDOW) return null;
  return `the schedule gave ${pool} only ${slots} of its ${SLOTS_PER_WINDOW} slots`;
}

function turn(producers: string[] | null, slot: number): string | null {
  return producers?.[windowOf(slot) % producers.length] ?? null;
}
