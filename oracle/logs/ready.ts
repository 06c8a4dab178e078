import { firstSlot, slotTime } from '../../common/slot.ts';

/**
 * A log makes a window's metrics when its root came within this after the window's end. An emitter signs 2.3 s after it and the cluster has it
 * within another second; who is later was dead, frozen or cut off.
 */
export const CUT_MS = 30_000;
/** How far the clocks of oracles, emitters and cluster may be apart, with the time that reading takes. */
export const SLACK_MS = 5000;
/** A log that cannot be read just now is waited for so long: what the others get should not be missing here for a moment's trouble. */
export const PATIENCE_MS = 300_000;

/** How a log stands to a window. */
export type Told =
  /** It closed the window, and the root came then, in ms since 1970. */
  | { as: 'signed'; arrivedAt: number }
  /** It has nothing of the window, or no signed end of it so far. */
  | { as: 'unsigned' }
  /** It is not to be trusted. */
  | { as: 'broken' }
  /** It cannot be read now. */
  | { as: 'away' };

/**
 * The time up to which roots of a window had to come, in ms since 1970: CUT_MS after its end; when none had come by then twice that, and so on.
 * So which logs make a window depends on the logs alone and not on when an oracle looks.
 * @param arrivals of all logs that have the window, at least one
 */
export function cutOf(window: number, arrivals: number[]): number {
  const end = slotTime(firstSlot(window + 1));
  const first = Math.min(...arrivals);
  let after = CUT_MS;
  while (end + after < first) after *= 2;
  return end + after;
}

/**
 * From when on it is certain which logs make a window, in ms since 1970: at once when all have it; else when the cut is over for everybody, and
 * a log that cannot be read was waited for. Infinity while no log has the window.
 */
export function readyAt(window: number, told: Told[]): number {
  const arrivals = told.flatMap((each) => (each.as === 'signed' ? [each.arrivedAt] : []));
  if (arrivals.length === 0) return Number.POSITIVE_INFINITY;
  if (arrivals.length === told.length) return 0;
  const patience = told.some(({ as }) => as === 'away') ? slotTime(firstSlot(window + 1)) + PATIENCE_MS : 0;
  return Math.max(cutOf(window, arrivals), patience) + SLACK_MS;
}
