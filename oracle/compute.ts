import { measure } from './metrics/measure.ts';
import { ofOneMode } from './metrics/mode.ts';
import { differentLogs } from './metrics/several.ts';
import type { WindowLog } from './metrics/types.ts';
import { buildReport } from './report/build.ts';
import { readWindowBlocks } from './source/blocks.ts';
import type { BlockRef, OracleChain, ReportData } from './source/chain.ts';
import { gatherEvidence } from './source/evidence.ts';
import { notOffered, type ScheduleLookup } from './source/offered.ts';

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
 * From a window's verified logs, one or more, and the chain to the report of it: blocks → offered? → voted mode? → evidence → metrics → report.
 * Gives `skip` with a reason for a window of which the schedule did not give the pool all slots, or that ran in another mode than the
 * members voted. Writes nothing.
 */
export async function computeReport(
  { chain, oracle, pool, lookup }: ComputeContext,
  window: number,
  logs: WindowLog[],
  irreversible: BlockRef,
): Promise<ReportData | { skip: string }> {
  const blocks = await readWindowBlocks(chain, window, irreversible);
  const skip = notOffered(window, blocks, pool, lookup);
  if (skip !== null) return { skip };
  const right = ofOneMode(window, differentLogs(logs), await chain.votedMode());
  if ('skip' in right) return right;
  const evidence = await gatherEvidence(chain, window, right, blocks.inside);
  return buildReport(oracle, measure(evidence), right);
}
