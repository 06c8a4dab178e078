import { SLOT_MS, slotTime } from '../../common/slot.ts';
import type { BlockRef, FiledReport, OracleChain } from '../source/chain.ts';

/** How a report of this oracle stands on the chain. */
export type Filing =
  | { on: 'nowhere' }
  /** The report is there; `settled` is the hash the window was settled with, null while it waits for other oracles. */
  | { on: 'chain'; irreversible: boolean; settled: string | null }
  /** The window was settled with another report. */
  | { on: 'other'; settled: string }
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
  if (settled && settled.hash !== hash) return { on: 'other', settled: settled.hash };
  if (settled) return { on: 'chain', irreversible: isPast(settled, irreversible), settled: settled.hash };
  const own = await chain.ownReport(window);
  if (own?.hash === hash) return { on: 'chain', irreversible: isPast(own, irreversible), settled: null };
  const { closingThrough } = await chain.config();
  return window <= closingThrough ? { on: 'over', through: closingThrough } : { on: 'nowhere' };
}

/** A row's time is cut to whole seconds: its block can be one slot later. */
function isPast({ at }: FiledReport, irreversible: BlockRef): boolean {
  return slotTime(irreversible.slot) >= at + SLOT_MS;
}
