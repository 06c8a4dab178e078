import { hasBit } from '../../common/bitmap.ts';
import type { GivenReceipt } from '../../common/receipt-bundle.ts';
import { SLOTS_PER_WINDOW, slotInWindow } from '../../common/slot.ts';
import { isEligible } from '../metrics/eligible.ts';
import { candidatesIn } from '../report/member-of.ts';
import { isInTime } from './omission.ts';

/** A member's receipts against a report of the window. */
export interface Weighed {
  /** Slots of the window with receipts for candidates in time, 0 to 11. */
  slots: number[];
  /** Candidates that the report gives the member; null when it does not say. */
  reported: number | null;
  /** Slots that the report has too few, at least. */
  short: number;
  /** Whether the report gives it the share, and whether the receipts do. */
  hasShare: boolean;
  earnsShare: boolean;
}

/** `report`: bitmap and metrics, both hex; metrics '' when they were not found, as of a window that was settled by vote. */
export function weigh(
  receipts: GivenReceipt[],
  index: number,
  percent: number,
  report: { eligible: string; metrics: string },
): Weighed {
  const inTime = receipts.filter(isInTime).map(({ slot }) => slotInWindow(slot));
  const slots = [...new Set(inTime)].sort((a, b) => a - b);
  const reported = candidatesIn(report.metrics, index);
  const short = Math.max(0, slots.length - (reported ?? slots.length));
  const candidates = Math.min(Math.max(slots.length, reported ?? 0), SLOTS_PER_WINDOW);
  const earnsShare = isEligible({ candidates, selected: 0, standby: 0 }, 'propose', percent);
  return { slots, reported, short, hasShare: hasBit(report.eligible, index), earnsShare };
}
