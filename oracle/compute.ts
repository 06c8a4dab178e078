import type { GivenReceipt } from '../common/receipt-bundle.ts';
import { type Findings, findInWindow } from './evidence/findings.ts';
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
  /** The members' receipts of a window, each checked; without it nothing but the logs counts. */
  receipts?: (window: number) => Promise<GivenReceipt[]>;
  /** Told what is found in a window beside its metrics. */
  onFound?: (window: number, found: Findings) => void;
}

/**
 * From a window's verified logs, one or more, and the chain to the report of it: blocks → offered? → voted mode? → evidence → metrics → findings → report.
 * Gives `skip` with a reason for a window of which the schedule did not give the pool all slots, or that ran in another mode than the
 * members voted. `withReceipts` false: as an oracle that has no receipts makes it.
 */
export async function computeReport(
  context: ComputeContext,
  window: number,
  logs: WindowLog[],
  irreversible: BlockRef,
  withReceipts = true,
): Promise<ReportData | { skip: string }> {
  const { chain, oracle, pool, lookup } = context;
  const blocks = await readWindowBlocks(chain, window, irreversible);
  const skip = notOffered(window, blocks, pool, lookup);
  if (skip !== null) return { skip };
  const right = ofOneMode(window, differentLogs([...logs].sort(bySigner)), await chain.votedMode());
  if ('skip' in right) return right;
  const receipts = withReceipts ? await context.receipts?.(window) : undefined;
  const evidence = { ...(await gatherEvidence(chain, window, right, blocks.inside)), ...(receipts && { receipts }) };
  const metrics = measure(evidence);
  const found = await findInWindow(chain, evidence, metrics);
  context.onFound?.(window, found);
  return buildReport(oracle, { ...metrics, ...found.fields }, right);
}

/** One log under two emitters' signatures is one log: whose it is must not depend on the order in which they were read. */
function bySigner({ signed: a }: WindowLog, { signed: b }: WindowLog): number {
  return (a?.key ?? '') < (b?.key ?? '') ? -1 : 1;
}
