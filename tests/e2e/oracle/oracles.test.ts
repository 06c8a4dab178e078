import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { quantile } from '../../../cli/chaos/result.ts';
import { seededRandom } from '../../../common/random.ts';
import { firstSlot, lastSlot, slotOfTimestamp } from '../../../common/slot.ts';
import { ApiGate, nodeAt } from '../../support/api-gate.ts';
import { LONG } from '../../support/nats.ts';
import type { OracleProcess } from '../../support/oracle-process.ts';
import { type OnChain, OracleScene } from '../../support/oracle-scene.ts';
import { until } from '../../support/processes.ts';

const seed = Number(process.env.POOL_SEED ?? 7);
const PUSH = '/v1/chain/push_transaction';
/** Three members with a seat each. */
const ALL = '07';
const WITHOUT_THE_LAST = '03';

const scene = new OracleScene();
/** Ms from a window's irreversibility to a report in a block, of oracles that were up all the time. */
const delays: number[] = [];

/** "oracle window" of each report. */
const names = (reports: OnChain[]) => reports.map(({ oracle, window }) => `${oracle} ${window}`);

/** Every oracle's own reports are of different windows and in their order. */
function assertInOrder(reports: OnChain[]): void {
  for (const oracle of new Set(reports.map((report) => report.oracle))) {
    const own = reports.filter((report) => report.oracle === oracle).map(({ window }) => window);
    assert.deepEqual(own, [...new Set(own)].sort(), `${oracle} reported out of order, or twice`);
  }
}

/** The public node's API for one oracle, with a gate. */
async function gated(): Promise<ApiGate> {
  return new ApiGate(nodeAt(scene.run.state.publicApi)).start();
}

describe('three oracles on a real chain', { timeout: 1_200_000 }, () => {
  before(() => scene.start(), { timeout: 240_000 });
  afterEach(() => scene.endOracles());
  after(() => scene.stop());

  test('one of three lies: the window is settled without it, the others tell, and it gains nothing', {
    timeout: 120_000,
  }, async () => {
    const window = scene.nextWindow;
    const before = await scene.chain.balance('eosio.token', 'oracle3', 'EOS');
    const liar = scene.oracle('oracle3', { from: window, entry: 'tests/support/lying-oracle.ts', journal: 'liar' });
    await scene.untilFiled(window, 'oracle3');
    const honest = ['oracle1', 'oracle2'].map((name) => scene.oracle(name, { from: window }));
    const [settled] = await scene.untilSettled([window]);
    assert.deepEqual([settled?.reports, settled?.eligible], [2, ALL]);
    const reports = await scene.reports([window], 'head');
    assert.deepEqual(
      names(reports).sort(),
      ['oracle1', 'oracle2', 'oracle3'].map((name) => `${name} ${window}`),
    );
    assert.equal(reports.find(({ oracle }) => oracle === 'oracle3')?.eligible, WITHOUT_THE_LAST);
    const tells = new RegExp(`^reports of window ${window} differ: this oracle has ${settled?.hash}, oracle3 has `);
    for (const { complaints } of honest)
      assert.ok(
        complaints.some((line) => tells.test(line)),
        complaints.join('\n'),
      );
    await until('the dispute', () => scene.journalRow('liar', window)?.state === 'disputed');
    assert.match(liar.complaints.join('\n'), new RegExp(`dispute: window ${window} was settled with report`));
    const { dac } = scene.run.state;
    const [seats, all] = await Promise.all([
      scene.chain.rows<{ shares: number }>(dac, dac, 'seats'),
      scene.chain.rows(dac, dac, 'windows'),
    ]);
    for (const { shares } of seats)
      assert.ok(Math.abs(Number(shares) - all.length) <= 1, 'a share a window for everybody');
    assert.equal(await scene.chain.balance('eosio.token', 'oracle3', 'EOS'), before);
  });

  test('one of three is dead: two settle', { timeout: 120_000, ...LONG }, async () => {
    const windows = scene.windows(scene.nextWindow, 1);
    const [from = 0] = windows;
    const all = ['oracle1', 'oracle2', 'oracle3'].map((name) => scene.oracle(name, { from }));
    await all[0]?.kill();
    const [settled] = await scene.untilSettled(windows);
    assert.deepEqual([settled?.reports, settled?.eligible], [2, ALL]);
    const reports = await scene.reports(windows);
    assert.deepEqual(names(reports).sort(), [`oracle2 ${from}`, `oracle3 ${from}`]);
    delays.push(...scene.delays(reports));
  });

  /** The pool's blocks in a window of the final chain. */
  async function poolBlocks(window: number): Promise<number> {
    const { chain, run } = scene;
    let found = 0;
    for (let num = (await chain.info()).last_irreversible_block_num; ; num--) {
      const { producer, timestamp } = await chain.block(num);
      const slot = slotOfTimestamp(timestamp);
      if (slot < firstSlot(window)) return found;
      if (slot <= lastSlot(window) && producer === run.state.pool) found++;
    }
  }

  /** The next producer gets slots 9 to 11 of a window when it makes blocks already: it has to build below them. */
  async function forkAtTheEnd(window: number): Promise<void> {
    const producer = scene.run.state.nodes.find(({ role }) => role === 'producer')?.name ?? '';
    await scene.untilSlot(window, 8, -100);
    scene.run.kill(producer, 'SIGSTOP');
    await scene.untilSlot(window, 12, 100);
    scene.run.kill(producer, 'SIGCONT');
  }

  test('a fork puts the last blocks of a window out: it is reported by the final chain', {
    timeout: 180_000,
    ...LONG,
  }, async () => {
    const window = scene.nextWindow;
    for (const name of ['oracle1', 'oracle2']) scene.oracle(name, { from: window });
    await forkAtTheEnd(window);
    const [settled] = await scene.untilSettled([window]);
    assert.deepEqual([settled?.reports, settled?.eligible], [2, ALL]);
    const emitted = await poolBlocks(window);
    assert.ok(emitted < 12, 'no block was put out');
    const reports = await scene.reports([window]);
    assert.deepEqual(names(reports).sort(), [`oracle1 ${window}`, `oracle2 ${window}`]);
    for (const { metrics } of reports) {
      assert.deepEqual([metrics.emitted, metrics.missed, metrics.leaks], [emitted, 12 - emitted, []]);
      assert.ok(metrics.orphaned >= metrics.missed, JSON.stringify(metrics));
    }
    delays.push(...scene.delays(reports));
  });

  test('all oracles are dead for five windows: they catch up in order, each window once', {
    timeout: 240_000,
    ...LONG,
  }, async () => {
    const windows = scene.windows(scene.nextWindow, 5);
    const [from = 0] = windows;
    await scene.untilIrreversible(windows.at(-1) ?? 0);
    for (const window of windows) assert.equal(await scene.settled(window), null);
    for (const name of ['oracle1', 'oracle2']) scene.oracle(name, { from });
    const settled = await scene.untilSettled(windows);
    for (const { reports, eligible } of settled) assert.deepEqual([reports, eligible], [2, ALL]);
    const reports = await scene.reports(windows);
    assertInOrder(reports);
    assert.deepEqual(
      names(reports).sort(),
      windows.flatMap((window) => [`oracle1 ${window}`, `oracle2 ${window}`]).sort(),
    );
  });

  test("an oracle's node is away for a minute: it goes on, reports what it missed, and nothing twice", {
    timeout: 240_000,
    ...LONG,
  }, async (t) => {
    const node = await gated();
    t.after(() => node.stop());
    const windows = scene.windows(scene.nextWindow, 7);
    const [from = 0] = windows;
    const cut = scene.oracle('oracle1', { from, env: { ORACLE_CHAIN_API: node.url } });
    scene.oracle('oracle2', { from });
    await scene.untilSettled(windows.slice(0, 1));
    // Half of the time it is not there, then it takes requests and does not answer.
    node.gate = () => null;
    await sleep(30_000);
    const { promise: frozen, resolve: thaw } = Promise.withResolvers<null>();
    node.gate = () => frozen;
    await sleep(30_000);
    thaw(null);
    node.gate = (_, work) => work();
    await scene.untilSettled(windows);
    const reports = await scene.reports(windows);
    assertInOrder(reports);
    assert.deepEqual(
      names(reports).sort(),
      windows.flatMap((window) => [`oracle1 ${window}`, `oracle2 ${window}`]).sort(),
    );
    assert.match(cut.complaints.join('\n'), /no answer from .*; tried again at the next turn/);
    delays.push(...scene.delays(reports.filter(({ oracle }) => oracle === 'oracle2')));
  });

  /** kill -9 while a report is pushed: before the node gets it, or when it has it and the answer is on its way back. */
  async function killInFlight(done: boolean, node: ApiGate): Promise<void> {
    const window = scene.nextWindow;
    const settings = { from: window, journal: `in-flight-${done}`, env: { ORACLE_CHAIN_API: node.url } };
    const killed = Promise.withResolvers<void>();
    const first = scene.oracle('oracle1', settings);
    node.gate = async (path, work) => {
      if (path !== PUSH) return work();
      if (done) await work();
      await first.kill();
      killed.resolve();
      return null;
    };
    await killed.promise;
    assert.equal(scene.journalRow(settings.journal, window)?.state, 'sent');
    node.gate = (_, work) => work();
    scene.oracle('oracle1', settings);
    scene.oracle('oracle2', { from: window });
    await scene.untilSettled([window]);
    const reports = await scene.reports([window]);
    assert.deepEqual(names(reports).sort(), [`oracle1 ${window}`, `oracle2 ${window}`]);
  }

  test('killed before a report reaches the node: it is posted once', { timeout: 180_000, ...LONG }, async (t) => {
    const node = await gated();
    t.after(() => node.stop());
    await killInFlight(false, node);
  });

  test('killed when the node has a report and its answer is on the way: it is posted once', {
    timeout: 180_000,
    ...LONG,
  }, async (t) => {
    const node = await gated();
    t.after(() => node.stop());
    await killInFlight(true, node);
  });

  test('100 kills of two oracles at random moments: each window is reported once by each, in order', {
    timeout: 600_000,
    ...LONG,
  }, async () => {
    const random = seededRandom(seed);
    const from = scene.nextWindow;
    const living = new Map<string, OracleProcess>();
    const start = (name: string) => {
      const settings = { from, journal: `killed-${name}`, env: { ORACLE_CRON: '* * * * * *' } };
      living.set(name, scene.oracle(name, settings));
    };
    for (const name of ['oracle1', 'oracle2']) start(name);
    for (let i = 0; i < 100; i++) {
      await sleep(1000 + random.below(1000));
      const name = `oracle${1 + random.below(2)}`;
      await living.get(name)?.kill();
      start(name);
    }
    const { round } = scene.run.turns;
    const last = scene.nextWindow - round;
    const windows = scene.windows(from, (last - from) / round + 1);
    const settled = await scene.untilSettled(windows);
    for (const { reports, eligible } of settled) assert.deepEqual([reports, eligible], [2, ALL]);
    const reports = await scene.reports(windows);
    console.log(`seed ${seed}: 100 kills, ${windows.length} windows, ${reports.length} reports on the chain`);
    assertInOrder(reports);
    assert.deepEqual(
      names(reports).sort(),
      windows.flatMap((window) => [`oracle1 ${window}`, `oracle2 ${window}`]).sort(),
    );
  });

  test('a report is in a block within 5 s of its window’s irreversibility', LONG, () => {
    const [p50, p99] = [quantile(delays, 0.5) ?? 0, quantile(delays, 0.99) ?? 0];
    console.log(`from irreversible to a report in a block: p50 ${p50} ms, p99 ${p99} ms (${delays.length} reports)`);
    assert.ok(p99 <= 5000, delays.join(' '));
  });
});
