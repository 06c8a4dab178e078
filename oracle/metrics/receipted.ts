import type { GivenReceipt } from '../../common/receipt-bundle.ts';
import { SLOT_MS, slotInWindow, slotTime } from '../../common/slot.ts';
import { isEligible } from './eligible.ts';
import { STANDING, type Standings } from './standing.ts';
import type { Mode } from './types.ts';

/** A member whose share of a window comes from receipts, and how many of its slots do. */
export interface Receipted {
  index: number;
  slots: number;
}

/**
 * Marks the slots for which members have receipts and the logs have no candidate, of those members alone to whom that gives their share of the window back. Whoever is
 * paid without them stays as the logs have it: so receipts take nothing from anybody, and oracles that lack them differ where it matters and nowhere else.
 * A receipt counts when the candidate came in time, as the emitter says it did; in standby mode none does, for a candidate is worth nothing there.
 */
export function creditReceipts(
  best: Standings,
  members: { account: string; index: number }[],
  receipts: GivenReceipt[],
  { owners, mode, percent }: { owners: Map<string, string>; mode: Mode; percent: number },
): Receipted[] {
  if (mode === 'standby' || receipts.length === 0) return [];
  const inTime = receipts.filter(({ slot, arrivedAt }) => arrivedAt <= slotTime(slot) + SLOT_MS);
  return members.flatMap(({ account, index }) => {
    const own = inTime.filter(({ signer }) => owners.get(signer) === account).map(({ slot }) => slot);
    const more = [...new Set(own)].filter((slot) => best.at(account, slotInWindow(slot)) !== STANDING.candidate);
    const candidates = best.count(account, STANDING.candidate);
    const now = { candidates, selected: 0, standby: 0 };
    if (more.length === 0 || isEligible(now, 'propose', percent)) return [];
    if (!isEligible({ ...now, candidates: candidates + more.length }, 'propose', percent)) return [];
    for (const slot of more) best.mark(account, slot, STANDING.candidate);
    return [{ index, slots: more.length }];
  });
}
