import { SLOTS_PER_WINDOW } from '../../common/slot.ts';
import type { Mode } from './types.ts';

/** Candidates needed in a window of 12 slots: the voted percentage of it, rounded up. */
export function candidatesNeeded(percent: number, slots = SLOTS_PER_WINDOW): number {
  return Math.ceil((slots * percent) / 100);
}

/**
 * Whether a member has a share of a window; integers only, so no rounding comes in. In propose mode slots with a valid block
 * count; in standby mode, where one alone makes blocks, its blocks on the final chain and the slots in which it could have taken
 * over: blocks that it makes though others lead are worth nothing.
 */
export function isEligible(
  { candidates, selected, standby }: { candidates: number; selected: number; standby: number },
  mode: Mode,
  percent: number,
  slots = SLOTS_PER_WINDOW,
): boolean {
  const counted = mode === 'standby' ? selected + standby : candidates;
  return counted * 100 >= slots * percent;
}
