/** Block time. Source: EOSIO `block_timestamp`: slots of 500 ms counted from 2000-01-01T00:00:00Z. */
export const SLOT_MS = 500;
export const SLOTS_PER_WINDOW = 12;
const EPOCH_MS = 946_684_800_000;

/** The time a slot's block carries, in ms since 1970. */
export function slotTime(slot: number): number {
  return EPOCH_MS + slot * SLOT_MS;
}

/** The last slot whose time is not after `ms`. */
export function slotAt(ms: number): number {
  return Math.floor((ms - EPOCH_MS) / SLOT_MS);
}

/** Window of a slot: 12 slots in a row of one producer. */
export function windowOf(slot: number): number {
  return Math.floor(slot / SLOTS_PER_WINDOW);
}

/** Position of a slot in its window, 0 to 11. */
export function slotInWindow(slot: number): number {
  return slot % SLOTS_PER_WINDOW;
}

export function firstSlot(window: number): number {
  return window * SLOTS_PER_WINDOW;
}

export function lastSlot(window: number): number {
  return window * SLOTS_PER_WINDOW + SLOTS_PER_WINDOW - 1;
}

/** Slot of a block timestamp as nodeos prints it, "2026-11-23T18:00:00.500" (UTC, no zone). */
export function slotOfTimestamp(timestamp: string): number {
  return slotAt(Date.parse(timestamp.endsWith('Z') ? timestamp : `${timestamp}Z`));
}
