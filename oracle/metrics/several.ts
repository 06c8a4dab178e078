import { SLOTS_PER_WINDOW } from '../../common/slot.ts';
import { windowRoot } from '../../common/window-root.ts';
import { STANDING, type Standing, Standings } from './standing.ts';
import type { Mode, WindowLog } from './types.ts';

/** Each log once, however often it is given: by its root. */
export function differentLogs(logs: WindowLog[]): WindowLog[] {
  return [...new Map(logs.map((log) => [rootOf(log) ?? '', log])).values()];
}

/** Merkle root over a log's records of a window; null when it has no closing one. */
export function rootOf({ records, root }: Pick<WindowLog, 'records' | 'root'>): string | null {
  return root ?? windowRoot(records);
}

/** What most of them are; of several such the smallest text. Null for none. */
export function mostCommon(texts: string[]): string | null {
  const times = new Map<string, number>();
  for (const text of [...texts].sort()) times.set(text, (times.get(text) ?? 0) + 1);
  const most = Math.max(...times.values());
  return [...times.keys()].find((text) => times.get(text) === most) ?? null;
}

const { candidate, standby, late, invalid, absent } = STANDING;

/**
 * The worth of what different logs say of one slot of a member, the most first. Within a log a block hides that its member stood by; between
 * logs it does not: a block that one log has must not take what another proves by the member's own words.
 */
const BY_WORTH: Record<Mode, Standing[]> = {
  propose: [candidate, standby, late, invalid, absent],
  standby: [standby, candidate, late, invalid, absent],
};

/**
 * Slot by slot the best that any of the logs says of each member, and in how many places (member and slot) they say different things. One
 * log, or one given twice, is what it was; the order plays no part.
 */
export function bestOfLogs(
  window: number,
  accounts: string[],
  logs: Standings[],
  mode: Mode,
): { best: Standings; differing: number } {
  const best = new Standings(window, accounts);
  let differing = 0;
  for (const account of accounts) {
    for (let k = 0; k < SLOTS_PER_WINDOW; k++) {
      const said = new Set(logs.map((log) => log.at(account, k)));
      if (said.size > 1) differing++;
      best.put(account, k, BY_WORTH[mode].find((standing) => said.has(standing)) ?? absent);
    }
  }
  return { best, differing };
}

/** How many different things the logs tell; one that a log tells more than once counts as often as the log has it that has it most often. */
export function mostTold(logs: string[][]): number {
  const most = new Map<string, number>();
  for (const things of logs) {
    const here = new Map<string, number>();
    for (const thing of things) here.set(thing, (here.get(thing) ?? 0) + 1);
    for (const [thing, times] of here) most.set(thing, Math.max(most.get(thing) ?? 0, times));
  }
  return [...most.values()].reduce((sum, times) => sum + times, 0);
}
