import { canonicalJson, sha256 } from '../../common/canonical.ts';
import { firstSlot, lastSlot, SLOTS_PER_WINDOW } from '../../common/slot.ts';
import { eligibleBitmap } from '../../contracts/proof.ts';
import { countsOf } from '../../oracle/metrics/member.ts';
import { pack } from '../../oracle/metrics/packed.ts';
import { METRICS_VERSION, type MemberMetrics, type WindowMetrics } from '../../oracle/metrics/types.ts';

/** The report of a window in which all members took part: as many bytes as an oracle's, and every bit of the bitmap set. */
export function sampleReport(oracle: string, window: number, members: string[]): Record<string, unknown> {
  const metrics = Buffer.from(canonicalJson(pack(sampleMetrics(window, members))));
  return {
    oracle,
    window,
    eligible: [...eligibleBitmap(members.keys())],
    metrics: [...metrics],
    metrics_hash: sha256(metrics).toString('hex'),
    log_root: sha256(`log of ${window}`).toString('hex'),
    strategy: 'first-delivered',
    version: `metrics/${METRICS_VERSION}`,
  };
}

/** What an oracle would measure when all members propose and the first one leads. */
function sampleMetrics(window: number, members: string[]): WindowMetrics {
  const slots = SLOTS_PER_WINDOW;
  const none = { missed: 0, missedRounds: 0, rescues: 0, replaced: 0, orphaned: 0, unsent: 0, unconfirmed: 0 };
  const quiet = { outsiders: 0, unattributed: 0, unproven: 0, unshown: 0, strays: 0, leaks: [] };
  return {
    ...{ v: METRICS_VERSION, pool: 'poolbp', window, firstSlot: firstSlot(window), lastSlot: lastSlot(window) },
    ...{ slots, mode: 'propose', emitted: slots, ...none, ...quiet },
    addedUs: { p50: 640, p90: 910, p99: 2480 },
    eligiblePercent: 50,
    members: members.map((name, index) => sampleMember(name, index)),
  };
}

function sampleMember(name: string, index: number): MemberMetrics {
  const grid = (index === 0 ? 's' : 'c').repeat(SLOTS_PER_WINDOW);
  return {
    ...{ index, name, grid, ...countsOf(grid), arrival: { p50: -310, p90: -120, p99: -62 } },
    ...{ transactions: 3048, bytes: 614_400, cpuUs: 982_113, availability: 1000, eligible: true, invalidBy: {} },
  };
}
