import { canonicalJson, sha256 } from '../../common/canonical.ts';
import { SLOTS_PER_WINDOW } from '../../common/slot.ts';
import { eligibleBitmap } from '../../contracts/proof.ts';

/** The report of a window in which all members took part: as many bytes as an oracle's, and every bit of the bitmap set. */
export function sampleReport(oracle: string, window: number, members: string[]): Record<string, unknown> {
  const metrics = Buffer.from(canonicalJson(sampleMetrics(window, members)));
  return {
    oracle,
    window,
    eligible: [...eligibleBitmap(members.keys())],
    metrics: [...metrics],
    metrics_hash: sha256(metrics).toString('hex'),
    log_root: sha256(`log of ${window}`).toString('hex'),
    strategy: 'first-delivered',
    version: 'metrics/3',
  };
}

/** In the form of docs/metrics.md. */
function sampleMetrics(window: number, members: string[]) {
  const slots = SLOTS_PER_WINDOW;
  const none = { missed: 0, rescues: 0, replaced: 0, orphaned: 0, unsent: 0, unconfirmed: 0, outsiders: 0 };
  return {
    v: 1,
    pool: 'poolbp',
    window,
    firstSlot: window * slots,
    lastSlot: window * slots + slots - 1,
    slots,
    emitted: slots,
    ...none,
    unattributed: 0,
    strays: 0,
    leaks: [],
    eligiblePercent: 50,
    members: members.map((name, index) => ({
      index,
      name,
      candidates: slots,
      late: 0,
      invalid: 0,
      standby: 0,
      absent: 0,
      selected: index === 0 ? slots : 0,
      eligible: true,
    })),
  };
}
