import assert from 'node:assert/strict';
import path from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';
import type { PoolEvent } from '../../../common/events.ts';
import { keyId } from '../../../common/keys.ts';
import { KeyRing } from '../../../devnet/keys.ts';
import { reportOf } from '../../../oracle/dry-run.ts';
import { NodeChain } from '../../../oracle/source/node-chain.ts';
import {
  candidatesOf,
  changeByte,
  copyLog,
  hasRoot,
  logKeyOf,
  removeRecords,
  rewrite,
} from '../../support/changed-log.ts';
import { LONG } from '../../support/nats.ts';
import { type OnChain, OracleScene } from '../../support/oracle-scene.ts';
import { until } from '../../support/processes.ts';

const SEED = 7;
/** Three members with a seat each. */
const ALL = '07';
const WITHOUT_THE_LAST = '03';
const ignored = keyId(new KeyRing(SEED).pair('member3@signing').public);

/** Two emitters, the second of which takes no notice of the third member. */
let scene: OracleScene;

describe('two emitters’ logs, read as files', { timeout: 900_000, ...LONG }, () => {
  before(
    () => {
      process.env.DEAF_TO = ignored;
      const programs = { emitter2: 'tests/support/deaf-emitter.ts' };
      scene = new OracleScene({ emitters: 2, seed: SEED, programs });
      return scene.start();
    },
    { timeout: 240_000 },
  );
  afterEach(() => scene.endOracles());
  after(() => scene.stop());

  const logOf = (i: number) => scene.run.emitters[i]?.eventLog ?? '';
  const inFolder = (name: string) => path.join(scene.dir, name);

  /** The pool's next window, once both logs have its signed root. */
  async function signedWindow(): Promise<number> {
    const window = scene.nextWindow;
    await until(`both roots of window ${window}`, () => [0, 1].every((i) => hasRoot(logOf(i), window)));
    return window;
  }

  function start(account: string, from: number, files: string[]) {
    return scene.oracle(account, { from, env: { ORACLE_NATS: '', ORACLE_EVENT_LOG: files.join(',') } });
  }

  /** Two oracles that read the same files settle a window: its eligible members, and what they reported. */
  async function settledBy(window: number, files: string[]) {
    const oracles = ['oracle1', 'oracle2'].map((name) => start(name, window, files));
    const [settled] = await scene.untilSettled([window]);
    const reports = await scene.reports([window]);
    const { metrics } = reports[0] as OnChain;
    return { oracles, reports, metrics, eligible: settled?.eligible };
  }

  test('an emitter ignores one member: the logs differ, and the member is paid', { timeout: 180_000 }, async () => {
    const window = await signedWindow();
    const { metrics, eligible } = await settledBy(window, [logOf(0), logOf(1)]);
    assert.equal(eligible, ALL);
    assert.deepEqual([metrics.logs, metrics.missed], [2, 0]);
    assert.ok((metrics.differing ?? 0) >= 11, `${metrics.differing} places`);
    assert.equal(metrics.members.find(({ name }) => name === 'member3')?.eligible, true);
    const { dac, pool, publicApi } = scene.run.state;
    const who = { dac, account: 'oracle1', permission: 'report' };
    const alone = await reportOf(new NodeChain(scene.chain, who), {
      ...{ dac, pool, window, oracle: 'oracle1', permission: 'report', api: publicApi },
      eventLog: copyLog(logOf(1), inFolder('deaf.sqlite')),
    });
    assert.equal(alone.eligible, WITHOUT_THE_LAST, 'its log alone would have cost the member its share');
  });

  test('one byte of a log is changed: it is told and left out, and who has no other log reports nothing', {
    timeout: 180_000,
  }, async () => {
    const window = await signedWindow();
    const changed = copyLog(logOf(1), inFolder('changed.sqlite'));
    const [seq = 0] = candidatesOf(changed, window);
    changeByte(changed, seq);
    const blind = start('oracle3', window, [changed]);
    const { oracles, reports, metrics, eligible } = await settledBy(window, [logOf(0), changed]);
    assert.deepEqual([eligible, metrics.logs], [ALL, undefined]);
    for (const { complaints } of oracles) {
      assert.match(complaints.join('\n'), new RegExp(`changed.sqlite .*record ${seq}`));
      assert.match(complaints.join('\n'), new RegExp(`window ${window} is reported without the log .*changed.sqlite`));
    }
    assert.match(blind.complaints.join('\n'), new RegExp(`changed.sqlite .*record ${seq}`));
    assert.deepEqual(reports.map(({ oracle }) => oracle).sort(), ['oracle1', 'oracle2']);
  });

  test('records are missing from a log: it is told and left out', { timeout: 180_000 }, async () => {
    const window = await signedWindow();
    const cut = copyLog(logOf(1), inFolder('cut.sqlite'));
    const [from = 0, , , to = 0] = candidatesOf(cut, window);
    removeRecords(cut, from, to);
    const { oracles, metrics, eligible } = await settledBy(window, [cut, logOf(0)]);
    assert.deepEqual([eligible, metrics.logs], [ALL, undefined]);
    for (const { complaints } of oracles)
      assert.match(complaints.join('\n'), new RegExp(`window ${window} is reported without the log .*cut.sqlite`));
  });

  test('a log tells of a gap: it is whole, and what it lacks is in the other', { timeout: 180_000 }, async () => {
    const window = await signedWindow();
    const { chainId: chain, pool } = scene.run.state;
    const holed = inFolder('holed.sqlite');
    let lost = 0;
    // All that its member proposed after the first candidate of the window was lost, as when its disk was full.
    const gap = (event: PoolEvent): PoolEvent | null => {
      if (event.type !== 'candidate') return event;
      return lost++ === 0 ? { type: 'gap', at: event.at, lost: 20 } : null;
    };
    rewrite(
      copyLog(logOf(1), inFolder('whole.sqlite')),
      holed,
      window,
      logKeyOf(scene.run, 'emitter2'),
      { chain, pool },
      gap,
    );
    const { metrics, eligible } = await settledBy(window, [logOf(0), holed]);
    assert.deepEqual([eligible, metrics.logs], [ALL, 2]);
    assert.ok((metrics.differing ?? 0) >= 30, `${metrics.differing} places`);
  });
});
