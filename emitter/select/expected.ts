import { firstSlot, slotInWindow, slotTime, windowOf } from '../../common/slot.ts';
import { isHere, type SelectState, type WindowState } from './state.ts';
import type { Candidate } from './types.ts';

/**
 * When a member's block for a slot usually comes. A slot not seen yet is taken to be like the one before: leads only grow. A member
 * that became slow in this window stays so for its next block: it is healthy, and its blocks are in time.
 */
export function expectedAt(state: SelectState, signer: string, slot: number): number {
  const learned = state.lead.get(signer);
  const position = slotInWindow(slot);
  const slow = state.slow.get(signer);
  const later = slow?.window === windowOf(slot) ? slow.ms : 0;
  return slotTime(slot) - (learned?.[position] ?? learned?.[position - 1] ?? 0) + later;
}

/** The slot whose block is to come next. */
export function awaitedSlot(window: WindowState): number {
  return (window.emitted[window.emitted.length - 1]?.block.slot ?? firstSlot(window.id) - 1) + 1;
}

/** When the earliest block for a slot is expected, of all members that are connected here; null without any. */
export function firstExpectedAt(state: SelectState, slot: number): number | null {
  // Asked in each turn of a loop that waits for the block: in no order, for that takes time.
  let first: number | null = null;
  for (const signer of state.sessions.keys()) {
    if (!isHere(state, signer)) continue;
    const at = expectedAt(state, signer, slot);
    if (first === null || at < first) first = at;
  }
  return first;
}

/** Learns how early a member's blocks come. One that came late says that its member was in trouble, not how early it usually is. */
export function learnLead(state: SelectState, { signer, slot, arrivedMs, late }: Candidate): void {
  if (late) return;
  const lead = state.lead.get(signer) ?? [];
  const position = slotInWindow(slot);
  const now = Math.round(slotTime(slot) - arrivedMs);
  // Never below zero: a block that was full left early, and the next one need not.
  state.slow.set(signer, { window: windowOf(slot), ms: Math.max(0, (lead[position] ?? now) - now) });
  lead[position] = now;
  state.lead.set(signer, lead);
}
