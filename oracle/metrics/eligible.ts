import { SLOTS_PER_WINDOW } from '../../common/slot.ts';

/** Candidates needed in a window of 12 slots: the voted percentage of it, rounded up. */
export function candidatesNeeded(percent: number, slots = SLOTS_PER_WINDOW): number {
  return Math.ceil((slots * percent) / 100);
}

/** Whether valid blocks in `candidates` slots give a share of the window; integers only, so no rounding comes in. */
export function isEligible(candidates: number, percent: number, slots = SLOTS_PER_WINDOW): boolean {
  return candidates * 100 >= slots * percent;
}
