import { firstSlot, SLOT_MS, slotTime } from '../../common/slot.ts';
import type { BlockRef, FiledReport, OracleChain, PoolConfig } from '../source/chain.ts';

/** How a report of this oracle stands on the chain. */
export type Filing =
  | { on: 'nowhere' }
  /** The report is there, since `at` (ms); `settled` is the hash the window was settled with, null while it waits for other oracles. */
  | { on: 'chain'; irreversible: boolean; settled: string | null; at: number }
  /** The window was settled with another report. */
  | { on: 'other'; filed: FiledReport }
  /** No report counts any more: the members decided by vote, or (`isLate`) nobody but them can. */
  | { on: 'vote'; why: string; isLate: boolean }
  /** Its epoch is over: the contract takes no report of it any more. */
  | { on: 'over'; through: number };

/**
 * Asks the chain where a report with `hash` stands. `irreversible` must have been read before: a row of the tables was
 * written in a block with the row's time, so it is irreversible as soon as the last irreversible block is not older.
 */
export async function findFiling(
  chain: OracleChain,
  window: number,
  hash: string,
  irreversible: BlockRef,
): Promise<Filing> {
  const settled = await chain.settled(window);
  const voted = settled && votedOn(settled);
  if (voted) return { on: 'vote', why: voted, isLate: false };
  if (settled && settled.hash !== hash) return { on: 'other', filed: settled };
  if (settled)
    return { on: 'chain', irreversible: isPast(settled, irreversible), settled: settled.hash, at: settled.at };
  const own = await chain.ownReport(window);
  if (own?.hash === hash) return { on: 'chain', irreversible: isPast(own, irreversible), settled: null, at: own.at };
  const config = await chain.config();
  if (window <= config.closingThrough) return { on: 'over', through: config.closingThrough };
  // By the irreversible block's time: what was sent in time and can still come in is not given up.
  if (slotTime(irreversible.slot) > deadlineOf(window, config)) return { on: 'vote', why: LATE, isLate: true };
  return { on: 'nowhere' };
}

const LATE = 'the time to report it is over, and the members decide';

/** What the members decided about a window, or null when it was settled by reports. */
export function votedOn({ by }: FiledReport): string | null {
  if (by === 'report') return null;
  return by === 'void' ? 'the members made it void' : 'the members settled it by vote';
}

/** In ms since 1970. */
function deadlineOf(window: number, { pausedUntil, deadlineSeconds }: PoolConfig): number {
  return Math.max(slotTime(firstSlot(window + 1)), pausedUntil) + deadlineSeconds * 1000;
}

/** A row's time is cut to whole seconds: its block can be one slot later. */
function isPast({ at }: FiledReport, irreversible: BlockRef): boolean {
  return slotTime(irreversible.slot) >= at + SLOT_MS;
}
