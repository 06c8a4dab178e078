import { slotInWindow, slotTime } from '../../common/slot.ts';
import type { SelectState } from './state.ts';
import type { Candidate } from './types.ts';

/** When a member's block for a slot usually comes. A slot not seen yet is taken to be like the one before: leads only grow. */
export function expectedAt(state: SelectState, signer: string, slot: number): number {
  const learned = state.lead.get(signer);
  const position = slotInWindow(slot);
  return slotTime(slot) - (learned?.[position] ?? learned?.[position - 1] ?? 0);
}

/** Learns how early a member's blocks come. One that came late says that its member was in trouble, not how early it usually is. */
export function learnLead(state: SelectState, { signer, slot, arrivedMs, late }: Candidate): void {
  if (late) return;
  const lead = state.lead.get(signer) ?? [];
  lead[slotInWindow(slot)] = Math.round(slotTime(slot) - arrivedMs);
  state.lead.set(signer, lead);
}
