import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { firstSlot } from '../../../common/slot.ts';
import { windowRoot } from '../../../common/window-root.ts';
import { reportHash as contractsHash, eligibleBitmap } from '../../../contracts/proof.ts';
import { candidatesNeeded, isEligible } from '../../../oracle/metrics/eligible.ts';
import { measure } from '../../../oracle/metrics/measure.ts';
import type { WindowMetrics } from '../../../oracle/metrics/types.ts';
import { buildReport, metricsOf } from '../../../oracle/report/build.ts';
import { bitmap, reportHash } from '../../../oracle/report/hash.ts';
import { printReport } from '../../../oracle/report/print.ts';
import { holdsSeat } from '../../../oracle/source/evidence.ts';
import { CHAIN, closing, goodWindow, POOL, records, signers, WINDOW } from './support/events.ts';

const METRICS_LIMIT = 16_384;

function measured(members: { account: string; index: number }[]) {
  const log = records(WINDOW, goodWindow(WINDOW));
  const evidence = {
    window: WINDOW,
    pool: POOL,
    chain: CHAIN,
    logs: [{ records: log, around: [] }],
    blocks: [],
    members,
    signers,
  };
  return { log: { records: log, around: [] }, metrics: measure({ ...evidence, eligiblePercent: 50 }) };
}

test('the percentage of 12 slots is rounded up', () => {
  assert.deepEqual(
    [1, 50, 51, 75, 76, 99, 100].map((p) => candidatesNeeded(p)),
    [1, 6, 7, 9, 10, 12, 12],
  );
  fc.assert(
    fc.property(fc.nat({ max: 12 }), fc.integer({ min: 1, max: 100 }), (candidates, percent) => {
      const counts = { candidates, selected: 0, standby: 0 };
      assert.equal(isEligible(counts, 'propose', percent), candidates >= candidatesNeeded(percent));
    }),
  );
});

test('slots in which a member stood by count in standby mode alone, each as one with a block', () => {
  const slots = fc.nat({ max: 12 }).chain((sum) => fc.tuple(fc.constant(sum), fc.nat({ max: sum })));
  fc.assert(
    fc.property(slots, fc.integer({ min: 1, max: 100 }), ([sum, standby], percent) => {
      const made = sum - standby;
      const led = { candidates: made, selected: made, standby };
      assert.equal(isEligible(led, 'standby', percent), sum >= candidatesNeeded(percent));
      assert.equal(isEligible(led, 'propose', percent), made >= candidatesNeeded(percent));
      const inPrivate = { candidates: made, selected: 0, standby };
      assert.equal(isEligible(inPrivate, 'standby', percent), standby >= candidatesNeeded(percent));
    }),
  );
});

test('a seat counts in the windows in which the contract takes its bit', () => {
  const seat = { index: 0, account: 'ann', since: 10, until: 20 };
  assert.deepEqual(
    [9, 10, 20, 21].map((window) => holdsSeat(seat, window)),
    [false, true, true, false],
  );
  assert.ok(holdsSeat({ ...seat, until: 0 }, 1_000_000));
});

test('bitmap and report hash are the contract’s', () => {
  const indexes = fc.uniqueArray(fc.nat({ max: 99 }));
  fc.assert(fc.property(indexes, (list) => assert.equal(bitmap(list), eligibleBitmap(list).toString('hex'))));
  const { log, metrics } = measured([{ account: 'ann', index: 9 }]);
  const data = buildReport('oracle1', metrics, [log]);
  const { window, strategy, version, metrics_hash: metricsHash, log_root: logRoot } = data;
  const eligible = Buffer.from(data.eligible, 'hex');
  assert.equal(reportHash(data), contractsHash({ window, eligible, metricsHash, logRoot, strategy, version }));
  assert.deepEqual([...eligible], [0, 2]);
});

test('a report holds the metrics’ bytes, their hash and the root of the log', () => {
  const { log, metrics } = measured([{ account: 'ann', index: 0 }]);
  const data = buildReport('oracle1', metrics, [log]);
  assert.deepEqual(metricsOf(data), metrics);
  const bytes = Buffer.from(data.metrics, 'hex');
  assert.equal(data.metrics_hash, createHash('sha256').update(bytes).digest('hex'));
  assert.equal(data.log_root, windowRoot(log.records));
  assert.deepEqual([data.strategy, data.version], ['first-delivered', 'metrics/4']);
});

test('a window that the log did not close has no report', () => {
  const { metrics } = measured([]);
  assert.throws(() => buildReport('oracle1', metrics, []), /has no closing record/);
});

/** The largest number that a count can be. */
const COUNT = Number.MAX_SAFE_INTEGER;
const farthest = { p50: -9999, p90: -9999, p99: -9999 };

/** Every number as long as it can be, and all slots leaked. A member's counts are one after the other as large as can be, not all at once. */
function largest(): WindowMetrics {
  const long = {
    ...{ offered: 12, candidates: 12, selected: 12, unselected: 12, late: 12, invalid: 12, standby: 12, missing: 12 },
    ...{ transactions: 12 * 99_999_999, bytes: 12 * 99_999_999, cpuUs: 12 * 99_999_999, availability: 1000 },
    ...{ arrival: farthest, eligible: true, invalidBy: {}, grid: 'ABCDEFGHIJKL' },
  };
  const [slots, id] = [4_294_967_295, 'f'.repeat(64)];
  const odd = { rescues: COUNT, replaced: COUNT, orphaned: COUNT, unsent: COUNT, unconfirmed: COUNT, strays: COUNT };
  const told = { unattributed: COUNT, unproven: COUNT, unshown: COUNT, outsiders: 12 };
  const most = 99_999_999;
  return {
    ...{ v: 4, pool: 'z'.repeat(13), window: slots, firstSlot: slots, lastSlot: slots, slots: 12, mode: 'standby' },
    ...{ emitted: 12, missed: 12, missedRounds: 1, eligiblePercent: 100, logs: 99, differing: 1200, ...odd, ...told },
    addedUs: { p50: most, p90: most, p99: most },
    leaks: Array.from({ length: 12 }, () => ({ slot: slots, id })),
    members: Array.from({ length: 100 }, (_, index) => ({ index, name: 'm'.repeat(13), ...long })),
  };
}

/** Beside what is there each leak may come to carry the hash of its evidence. */
const EVIDENCE_OF_LEAKS = 12 * `"evidence":"${'f'.repeat(64)}",`.length;

test('the metrics of 100 members fit the contract’s limit, with every number as long as it can be', () => {
  const log = { records: records(WINDOW, [closing(WINDOW)]), around: [] };
  const data = buildReport('oracle1', largest(), [log]);
  const bytes = data.metrics.length / 2;
  assert.ok(bytes + EVIDENCE_OF_LEAKS <= METRICS_LIMIT, `${bytes} bytes`);
  assert.equal(data.metrics, buildReport('oracle1', metricsOf(data), [log]).metrics, 'what is posted has everything');
});

test('with everything odd at once the lists that tell of no share are left out, and no others', () => {
  const log = { records: records(WINDOW, [closing(WINDOW)]), around: [] };
  const evidence = 'f'.repeat(64);
  const odd = largest();
  const leaks = odd.leaks.map((leak) => ({ ...leak, evidence }));
  const orphans = Array.from({ length: 12 }, (_, k) => ({ slot: firstSlot(WINDOW) + k, evidence }));
  const members = Array.from({ length: 99 }, (_, i) => i);
  const posted = (ignored: number) => {
    const more = { ignored: Array.from({ length: ignored }, (_, i) => ({ emitter: `emitter1234${i}`, members })) };
    const data = buildReport('oracle1', { ...odd, leaks, orphans, ...more }, [log]);
    assert.ok(data.metrics.length / 2 <= METRICS_LIMIT, `${data.metrics.length / 2} bytes`);
    const { orphans: kept, ignored: told, members: each } = metricsOf(data);
    assert.equal(each.length, 100);
    return [kept !== undefined, told !== undefined];
  };
  assert.deepEqual(
    [posted(1), posted(3), posted(9)],
    [
      [true, true],
      [false, true],
      [false, false],
    ],
  );
});

test('the printed report has a cleos line that a shell takes', () => {
  const { log, metrics } = measured([{ account: 'ann', index: 0 }]);
  const data = { ...buildReport('oracle1', metrics, [log]), strategy: `it's` };
  const text = printReport(data, { api: 'http://127.0.0.1:8888', dac: 'pooldac', permission: 'report' });
  assert.match(text, /ann +c{12} +12 +0 +12 +0 +0 +0 +0 +-100\/-100\/-100 +36 +10800 +8400 +100\.0 % +yes/);
  const line = text.trim().split('\n').at(-1) ?? '';
  assert.match(line, /^cleos -u http:\/\/127.0.0.1:8888 push action pooldac report '.*' -p oracle1@report$/);
  const quoted = /report '(.*)' -p/.exec(line)?.[1] ?? '';
  assert.deepEqual(JSON.parse(quoted.replaceAll(`'\\''`, "'")), data);
});
