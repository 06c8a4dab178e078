import { canonicalJson, sha256 } from '../../common/canonical.ts';
import { PoolError } from '../../common/errors.ts';
import type { EventRecord } from '../../common/events.ts';
import { windowRoot } from '../../common/window-root.ts';
import type { WindowMetrics } from '../metrics/types.ts';
import type { ReportData } from '../source/chain.ts';
import { bitmap } from './hash.ts';

/**
 * The data of the action `report`. Its `version` names the rules of the metrics and not the program, so that oracles of
 * different releases agree as long as their rules are the same. Throws PoolError `open_window` without a closing record.
 */
export function buildReport(oracle: string, metrics: WindowMetrics, records: EventRecord[]): ReportData {
  const root = windowRoot(records);
  const closing = records.find(({ event }) => event.type === 'window')?.event;
  if (root === null || closing?.type !== 'window') {
    throw new PoolError('open_window', `window ${metrics.window} has no closing record in the log yet`);
  }
  const bytes = Buffer.from(canonicalJson(metrics));
  const eligible = metrics.members.filter((member) => member.eligible).map((member) => member.index);
  return {
    oracle,
    window: metrics.window,
    eligible: bitmap(eligible),
    metrics: bytes.toString('hex'),
    metrics_hash: sha256(bytes).toString('hex'),
    log_root: root,
    strategy: closing.strategy,
    version: `metrics/${metrics.v}`,
  };
}

/** The metrics that a report carries. */
export function metricsOf(data: Pick<ReportData, 'metrics'>): WindowMetrics {
  return JSON.parse(Buffer.from(data.metrics, 'hex').toString()) as WindowMetrics;
}
