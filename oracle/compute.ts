import type { EventRecord } from '../common/events.ts';
import { measure, modeOf } from './metrics/measure.ts';
import { buildReport } from './report/build.ts';
import { readWindowBlocks } from './source/blocks.ts';
import type { BlockRef, OracleChain, ReportData } from './source/chain.ts';
import { gatherEvidence } from './source/evidence.ts';
import { notOffered, type ScheduleLookup } from './source/offered.ts';
import { otherMode } from './source/voted.ts';

/** What is the same for all windows. */
export interface ComputeContext {
  chain: OracleChain;
  /** Account that reports. */
  oracle: string;
  /** The pool's producer account. */
  pool: string;
  lookup: ScheduleLookup;
}

/**
 * From a window's verified records and the chain to the report of it: blocks → offered? → voted mode? → evidence → metrics → report.
 * Gives `skip` with a reason for a window of which the schedule did not give the pool all slots, or that ran in another mode than the
 * members voted. Writes nothing.
 */
export async function computeReport(
  { chain, oracle, pool, lookup }: ComputeContext,
  window: number,
  records: EventRecord[],
  around: EventRecord[],
  irreversible: BlockRef,
): Promise<ReportData | { skip: string }> {
  const blocks = await readWindowBlocks(chain, window, irreversible);
  const skip = notOffered(window, blocks, pool, lookup);
  if (skip !== null) return { skip };
  const wrong = otherMode(window, modeOf(records), await chain.votedMode());
  if (wrong !== null) return { skip: wrong };
  const evidence = await gatherEvidence(chain, window, records, around, blocks.inside);
  return buildReport(oracle, measure(evidence), records);
}
