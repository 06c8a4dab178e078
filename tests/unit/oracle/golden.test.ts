import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EventRecord } from '../../../common/events.ts';
import { readStored, textFits } from '../../../common/stored-record.ts';
import { computeReport } from '../../../oracle/compute.ts';
import { aroundOf } from '../../../oracle/logs/around.ts';
import { requireSignedRoot, rootAmong } from '../../../oracle/logs/signed-root.ts';
import { requireSigners } from '../../../oracle/logs/signers.ts';
import { metricsOf } from '../../../oracle/report/build.ts';
import { reportHash } from '../../../oracle/report/hash.ts';
import type { BlockRef, OracleChain, ReportData } from '../../../oracle/source/chain.ts';
import { setOf } from '../../../oracle/window/agreement.ts';
import { type GoldenLog, type GoldenRun, type GoldenWindow, goldenRuns } from '../../support/golden.ts';

/** What a window's node said, again. */
function chainOf(run: GoldenRun, golden: GoldenWindow): Partial<OracleChain> {
  const first = golden.blocks[0]?.num ?? 0;
  const before = (num: number): BlockRef => ({ num, id: '', slot: 0, producer: '', scheduleVersion: 0 });
  return {
    block: async (num) => golden.blocks[num - first] ?? before(num),
    chainId: async () => run.chain,
    config: async () => golden.config,
    seats: async () => golden.seats,
    signers: async () => new Map(golden.signers),
    votedMode: async () => golden.votedMode,
  };
}

function provenLog(run: GoldenRun, { window, emitters }: GoldenWindow, { records }: GoldenLog) {
  for (const record of records) assert.ok(textFits(record), `record ${record.seq}`);
  const all = records.map(readStored);
  const own = all.filter((record) => record.window === window);
  const end = own.findIndex(({ event }) => event.type === 'window');
  const inside = own.slice(0, end + 1);
  const keys = emitters.map(({ key }) => key);
  const { root } = requireSignedRoot(run, window, { records: inside }, rootAmong(own.slice(end + 1)), keys);
  requireSigners('golden', run.pool, inside, root, Number.POSITIVE_INFINITY);
  return { records: inside, around: aroundOf(inside) ? upTo(all, inside) : [], root };
}

function upTo(all: EventRecord[], inside: EventRecord[]): EventRecord[] {
  const last = inside.at(-1)?.seq ?? 0;
  return all.filter(({ seq }) => seq <= last);
}

async function reportOf(run: GoldenRun, golden: GoldenWindow): Promise<ReportData> {
  const proven = golden.logs.flatMap((log) => (log.records.length > 0 ? [provenLog(run, golden, log)] : []));
  const logs = setOf(golden.settled.log_root, proven);
  assert.ok(logs, 'the logs are those of the report');
  const chain = chainOf(run, golden) as OracleChain;
  const lookup = (version: number) => (version === golden.schedule.version ? golden.schedule.producers : null);
  const after = golden.blocks.at(-1) as BlockRef;
  const report = await computeReport({ chain, oracle: 'oracle1', pool: run.pool, lookup }, golden.window, logs, after);
  assert.ok(!('skip' in report), JSON.stringify(report));
  return report;
}

const runs = goldenRuns();

test('windows of one emitter, of several, with a kill and in standby mode were captured', () => {
  const names = runs.flatMap(([name, { windows }]) => (windows.length > 0 ? [name] : []));
  assert.deepEqual(names.sort(), ['kill', 'one', 'several', 'standby']);
});

for (const [name, run] of runs) {
  for (const golden of run.windows) {
    test(`${name}: of window ${golden.window} the report comes out that the chain settled`, async () => {
      const report = await reportOf(run, golden);
      const { eligible, metrics_hash, log_root, strategy, version } = report;
      const { hash, ...settled } = golden.settled;
      assert.deepEqual({ eligible, metrics_hash, log_root, strategy, version }, settled);
      assert.equal(reportHash(report), hash);
      assert.equal(metricsOf(report).emitted, golden.blocks.filter(({ producer }) => producer === run.pool).length);
    });
  }
}
