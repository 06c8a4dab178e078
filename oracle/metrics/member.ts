import { firstSlot, SLOTS_PER_WINDOW, slotTime } from '../../common/slot.ts';
import type { ArrivedBlocks } from './arrived.ts';
import { isEligible } from './eligible.ts';
import { quantiles } from './quantiles.ts';
import { reasonOf } from './reasons.ts';
import { STANDING, type Standing, type Standings } from './standing.ts';
import type { MemberMetrics, Mode } from './types.ts';

/** What is known of all members in a window. */
export interface Seen {
  window: number;
  mode: Mode;
  eligiblePercent: number;
  standings: Standings;
  arrived: ArrivedBlocks;
  /** Ids of a member's blocks on the final chain, by their place in the window. */
  selected: Map<string, Map<number, string>>;
}

/** Further from a slot's time than this is made up: blocks come at most 3.5 s before it and 6 s after it. */
const FURTHEST_MS = 9999;

const LETTERS: Record<Standing, string> = {
  [STANDING.absent]: '-',
  [STANDING.standby]: 'b',
  [STANDING.invalid]: '',
  [STANDING.late]: 'l',
  [STANDING.candidate]: 'c',
};

export function measureMember({ account, index }: { account: string; index: number }, seen: Seen): MemberMetrics {
  const { standings, arrived, mode, eligiblePercent } = seen;
  const mine = seen.selected.get(account) ?? new Map<number, string>();
  const load = { transactions: 0, bytes: 0, cpuUs: 0 };
  const arrivals: number[] = [];
  let grid = '';
  for (let k = 0; k < SLOTS_PER_WINDOW; k++) {
    const standing = standings.at(account, k);
    if (standing === STANDING.invalid) grid += arrived.letter(account, k);
    else grid += mine.has(k) ? 's' : LETTERS[standing];
    if (standing !== STANDING.candidate && standing !== STANDING.late) continue;
    const block = arrived.counted(account, k, standing, mine.get(k));
    if (!block) continue;
    arrivals.push(fromSlot(block.at, firstSlot(seen.window) + k));
    if (standing !== STANDING.candidate) continue;
    load.transactions += block.transactions;
    load.bytes += block.bytes;
    load.cpuUs += block.cpuUs;
  }
  const counts = countsOf(grid);
  return {
    ...{ index, name: account, grid, ...counts, arrival: quantiles(arrivals), ...load },
    availability: Math.trunc((1000 * available(counts, mode)) / counts.offered),
    eligible: isEligible(counts, mode, eligiblePercent),
    invalidBy: invalidBy(grid),
  };
}

/** What a grid comes to; every count follows from it. */
export function countsOf(grid: string) {
  const count = (isOne: (letter: string) => boolean) => [...grid].filter(isOne).length;
  const selected = count((letter) => letter === 's');
  const unselected = count((letter) => letter === 'c');
  return {
    ...{ offered: grid.length, candidates: selected + unselected, selected, unselected },
    late: count((letter) => letter === 'l'),
    invalid: count((letter) => reasonOf(letter) !== null),
    standby: count((letter) => letter === 'b'),
    missing: count((letter) => letter === '-'),
  };
}

/** The slots that a grid has as invalid, by reason. */
export function invalidBy(grid: string): MemberMetrics['invalidBy'] {
  const by: MemberMetrics['invalidBy'] = {};
  for (const letter of grid) {
    const reason = reasonOf(letter);
    if (reason !== null) by[reason] = (by[reason] ?? 0) + 1;
  }
  return by;
}

function available({ candidates, selected, standby }: ReturnType<typeof countsOf>, mode: Mode): number {
  return standby + (mode === 'standby' ? selected : candidates);
}

function fromSlot(at: number, slot: number): number {
  return Math.min(FURTHEST_MS, Math.max(-FURTHEST_MS, at - slotTime(slot)));
}
