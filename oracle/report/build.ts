import { canonicalJson, merkleRoot, sha256 } from '../../common/canonical.ts';
import { PoolError } from '../../common/errors.ts';
import { type PackedMetrics, pack, unpack } from '../metrics/packed.ts';
import { mostCommon, rootOf } from '../metrics/several.ts';
import type { WindowLog, WindowMetrics } from '../metrics/types.ts';
import type { ReportData } from '../source/chain.ts';
import { bitmap } from './hash.ts';

/**
 * The data of the action `report`. Its `version` names the rules of the metrics and not the program, so that oracles of
 * different releases agree as long as their rules are the same. Throws PoolError `open_window` without a closing record.
 */
export function buildReport(oracle: string, metrics: WindowMetrics, logs: WindowLog[]): ReportData {
  const roots = logs.map(rootOf).filter((root) => root !== null);
  const strategy = mostCommon(logs.flatMap(strategyOf));
  if (roots.length === 0 || roots.length < logs.length || strategy === null) {
    throw new PoolError('open_window', `window ${metrics.window} has no closing record in the log yet`);
  }
  const bytes = postedBytes(metrics);
  const eligible = metrics.members.filter((member) => member.eligible).map((member) => member.index);
  return {
    oracle,
    window: metrics.window,
    eligible: bitmap(eligible),
    metrics: bytes.toString('hex'),
    metrics_hash: sha256(bytes).toString('hex'),
    log_root: rootOfLogs(roots),
    strategy,
    version: `metrics/${metrics.v}`,
  };
}

/** What the contract takes. Source: contracts/pool/windows.ts, `MAX_METRICS`. */
const MOST_BYTES = 16_384;

/** Of 100 members and everything odd at once more would come than is taken: then the lists that tell of no share are left out, the same ones by every oracle. */
function postedBytes(metrics: WindowMetrics): Buffer {
  const { orphans: _, ...fewer } = metrics;
  const { ignored: __, ...fewest } = fewer;
  for (const form of [metrics, fewer]) {
    const bytes = Buffer.from(canonicalJson(pack(form)));
    if (bytes.length <= MOST_BYTES) return bytes;
  }
  return Buffer.from(canonicalJson(pack(fewest)));
}

/**
 * The root that a report carries: the window's in its log; with several logs the Merkle root over their different ones in order, so that it
 * says which logs the report was made from.
 */
export function rootOfLogs(roots: string[]): string {
  const different = [...new Set(roots)].sort();
  const [only] = different;
  if (different.length === 1 && only !== undefined) return only;
  return merkleRoot(different.map((root) => Buffer.from(root, 'hex'))).toString('hex');
}

function strategyOf({ records }: WindowLog): string[] {
  return records.flatMap(({ event }) => (event.type === 'window' ? [event.strategy] : []));
}

/** The metrics that a report carries. */
export function metricsOf(data: Pick<ReportData, 'metrics'>): WindowMetrics {
  return unpack(JSON.parse(Buffer.from(data.metrics, 'hex').toString()) as PackedMetrics);
}
