import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Replay } from '../../../cli/log/replay.ts';
import { EventLogReader } from '../../../common/event-log.ts';
import { verifyLog } from '../../../common/verify-log.ts';
import { untilSettled } from '../../experiments/lab/chain.ts';
import { Lab } from '../../experiments/lab/lab.ts';
import { table } from '../../experiments/lab/report.ts';
import { playCase, type Result } from './case.ts';
import { CASES, casesNamed } from './list/all.ts';
import { row } from './row.ts';
import { Stage } from './stage.ts';

/** All of them take 13 minutes: without their name given, or --deep, one stands for them. */
const cases = process.env.POOL_ALL_CASES ? CASES : casesNamed('leader-dies-5');

const lab = new Lab('cases');
const results: Result[] = [];
let stage: Stage;

before(
  async () => {
    stage = await Promise.race([Stage.start(lab), lab.failed]);
    await untilSettled(lab, stage.pool.bp1.api);
  },
  { timeout: 120_000 },
);
after(async () => {
  process.stderr.write(`\n${table(results.map(row))}\n`);
  await lab.stop(false);
});

for (const one of cases) {
  test(`${one.name}: ${one.about}`, { timeout: 180_000 }, async () => {
    const result = await Promise.race([playCase(stage, one), lab.failed]);
    results.push(result);
    assert.deepEqual(result.problems, []);
  });
}

test('the event log of all that verifies, and every choice in it can be computed again', () => {
  const log = new EventLogReader(stage.pool.eventLog);
  const { ok, why } = verifyLog(log, [new Replay()]);
  log.close();
  assert.ok(ok, why ?? '');
});
