import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { firstSlot } from '../../../common/slot.ts';
import { metricsOf } from '../../../oracle/report/build.ts';
import { candidate, closing, decision, goodWindow, WINDOW } from './support/events.ts';
import type { Trouble } from './support/fake-chain.ts';
import { TestPool } from './support/pool.ts';

const NEXT = WINDOW + 4;

test('a window is reported once, and only when it is irreversible', async () => {
  using pool = new TestPool();
  pool.append(WINDOW, goodWindow(WINDOW).slice(0, -1));
  await pool.oracle();
  assert.equal(pool.row()?.state, 'open');
  pool.append(WINDOW, [closing(WINDOW)]);
  await pool.oracle();
  assert.deepEqual([pool.row()?.state, pool.chain.taken.length], ['seen', 0], 'closed, and reversible');
  pool.chain.pass(3);
  await pool.oracle(3);
  assert.deepEqual([pool.row()?.state, pool.chain.taken.length], ['sent', 1], 'on the chain, and reversible');
  pool.chain.pass(3);
  await pool.oracle(3);
  assert.deepEqual([pool.row()?.state, pool.chain.pushes], ['irreversible', 1]);
  const metrics = metricsOf(pool.chain.taken[0]?.data ?? { metrics: '' });
  assert.deepEqual([metrics.emitted, metrics.missed, metrics.leaks], [12, 0, []]);
});

test('windows that were missed are caught up with in order', async () => {
  using pool = new TestPool();
  for (const window of [WINDOW, NEXT, NEXT + 4]) pool.append(window, goodWindow(window));
  pool.chain.pass(12);
  await pool.oracle();
  assert.deepEqual(
    pool.chain.taken.map(({ data }) => data.window),
    [WINDOW, NEXT, NEXT + 4],
  );
});

for (const trouble of ['kill-before', 'kill-after', 'lose', 'refuse'] satisfies Trouble[]) {
  test(`push: ${trouble}; the report is on the chain exactly once in the end`, async () => {
    using pool = new TestPool();
    pool.append(WINDOW, goodWindow(WINDOW));
    pool.chain.pass(3);
    pool.chain.trouble.push(trouble);
    await pool.oracle();
    assert.equal(pool.row()?.state, 'sent');
    for (let i = 0; i < 4; i++) {
      pool.chain.pass(1);
      await pool.oracle();
    }
    assert.deepEqual([pool.row()?.state, pool.chain.taken.length, pool.chain.signs], ['irreversible', 1, 1]);
  });
}

test('killed before any single step, and started again: reported exactly once', async () => {
  const KILLS = 40;
  let died = 0;
  for (let steps = 0; steps < KILLS; steps++) {
    using pool = new TestPool();
    pool.append(WINDOW, goodWindow(WINDOW));
    pool.chain.pass(3);
    pool.stepsLeft = steps;
    await pool.oracle(2);
    if (pool.stepsLeft < 0) died++;
    pool.stepsLeft = Number.POSITIVE_INFINITY;
    pool.chain.pass(1);
    await pool.oracle();
    pool.chain.pass(3);
    await pool.oracle();
    assert.deepEqual([pool.row()?.state, pool.chain.taken.length], ['irreversible', 1], `killed before step ${steps}`);
  }
  assert.ok(died > 30 && died < KILLS, `${died} of ${KILLS} runs were cut short`);
});

test('a transaction that expired without being on the chain is replaced by a new one', async () => {
  using pool = new TestPool();
  pool.append(WINDOW, goodWindow(WINDOW));
  pool.chain.pass(3);
  pool.chain.trouble.push('lose');
  await pool.oracle();
  pool.chain.pass(11);
  await pool.oracle(2);
  assert.deepEqual([pool.chain.signs, pool.chain.pushes], [1, 1], 'expired, but a reversible block could have it');
  pool.chain.pass(3);
  await pool.oracle();
  assert.deepEqual([pool.chain.signs, pool.chain.taken.length], [2, 1]);
});

test('a window waits for the one before it, while nobody can know whether that one’s transaction got in', async () => {
  using pool = new TestPool();
  pool.append(WINDOW, goodWindow(WINDOW));
  pool.chain.pass(3);
  pool.chain.trouble.push('lose');
  await pool.oracle();
  pool.append(WINDOW + 4, goodWindow(WINDOW + 4));
  pool.chain.pass(11);
  await pool.oracle(2);
  assert.deepEqual([pool.row(WINDOW + 4)?.state, pool.chain.taken.length], ['seen', 0]);
  pool.chain.pass(3);
  await pool.oracle();
  assert.deepEqual(
    pool.chain.taken.map(({ data }) => data.window),
    [WINDOW, WINDOW + 4],
  );
});

test('killed with a computed report: it is sent after the restart', async () => {
  using pool = new TestPool();
  pool.append(WINDOW, goodWindow(WINDOW));
  pool.chain.pass(3);
  pool.chain.signReport = async () => {
    throw new Error('killed while signing');
  };
  await pool.oracle();
  assert.deepEqual([pool.row()?.state, pool.row()?.trx], ['computed', null]);
  Reflect.deleteProperty(pool.chain, 'signReport');
  pool.chain.pass(1);
  await pool.oracle();
  assert.deepEqual([pool.row()?.state, pool.chain.taken.length], ['sent', 1]);
});

test('a new journal finds its report on the chain and sends none', async () => {
  using pool = new TestPool();
  pool.append(WINDOW, goodWindow(WINDOW));
  pool.chain.pass(3);
  await pool.oracle();
  const db = new DatabaseSync(pool.journalFile);
  db.exec('DELETE FROM windows; DELETE FROM meta; DELETE FROM logs; DELETE FROM log_windows');
  db.close();
  pool.chain.pass(3);
  await pool.oracle();
  assert.deepEqual([pool.row()?.state, pool.chain.pushes], ['irreversible', 1]);
});

test('settled otherwise: a dispute, said once and not retried', async () => {
  using pool = new TestPool();
  pool.append(WINDOW, goodWindow(WINDOW));
  pool.chain.windows.set(WINDOW, { by: 'report', hash: 'ab'.repeat(32), logRoot: '', at: pool.chain.now() });
  pool.chain.pass(3);
  await pool.oracle(3);
  assert.equal(pool.row()?.state, 'disputed');
  assert.match(pool.row()?.note ?? '', new RegExp(`settled with report ${'ab'.repeat(32)}, this oracle's is`));
  assert.equal(pool.chain.pushes, 0);
});

test('what the members decided by vote is no dispute, and nothing is reported any more', async () => {
  using pool = new TestPool();
  for (const window of [WINDOW, NEXT]) pool.append(window, goodWindow(window));
  const at = pool.chain.now();
  pool.chain.windows.set(WINDOW, { by: 'vote', hash: '00'.repeat(32), logRoot: '', at });
  pool.chain.windows.set(NEXT, { by: 'void', hash: '00'.repeat(32), logRoot: '', at });
  pool.chain.pass(7);
  await pool.oracle();
  assert.deepEqual([pool.row()?.state, pool.row()?.note], ['skipped', 'the members settled it by vote']);
  assert.deepEqual([pool.row(NEXT)?.state, pool.row(NEXT)?.note], ['skipped', 'the members made it void']);
  assert.equal(pool.chain.pushes, 0);
});

test('a report that waits for others is given up when the members decide', async () => {
  using pool = new TestPool();
  pool.chain.quorum = 2;
  pool.append(WINDOW, goodWindow(WINDOW));
  pool.chain.pass(3);
  await pool.oracle();
  pool.chain.pass(3);
  await pool.oracle();
  assert.equal(pool.row()?.state, 'irreversible');
  pool.chain.windows.set(WINDOW, { by: 'vote', hash: '00'.repeat(32), logRoot: '', at: pool.chain.now() });
  await pool.oracle();
  assert.deepEqual([pool.row()?.state, pool.row()?.note], ['skipped', 'the members settled it by vote']);
});

test('past its deadline a window is left to the members; a pause begins the deadline anew', async () => {
  using pool = new TestPool();
  pool.chain.deadlineSeconds = 60;
  for (const window of [WINDOW, NEXT]) pool.append(window, goodWindow(window));
  // 6 s each: WINDOW's time is over, NEXT's is not.
  pool.chain.pass(13);
  await pool.oracle();
  assert.deepEqual([pool.row()?.state, pool.row(NEXT)?.state], ['skipped', 'sent']);
  assert.match(pool.row()?.note ?? '', /time to report it is over/);
  using paused = new TestPool();
  paused.chain.deadlineSeconds = 60;
  paused.append(WINDOW, goodWindow(WINDOW));
  paused.chain.pass(13);
  paused.chain.pausedUntil = paused.chain.now() - 30_000;
  await paused.oracle();
  assert.equal(paused.row()?.state, 'sent');
});

test('a report that waits for other oracles is watched until they settle', async () => {
  using pool = new TestPool();
  pool.chain.quorum = 2;
  for (const window of [WINDOW, NEXT]) pool.append(window, goodWindow(window));
  pool.chain.pass(7);
  await pool.oracle();
  pool.chain.pass(3);
  await pool.oracle();
  assert.deepEqual([pool.row()?.state, pool.row()?.settled], ['irreversible', null]);
  const own = pool.chain.reports.get(WINDOW);
  assert.ok(own);
  pool.chain.windows.set(WINDOW, own);
  pool.chain.windows.set(NEXT, { ...own, hash: 'ee'.repeat(32) });
  await pool.oracle();
  assert.deepEqual([pool.row()?.settled, pool.row(NEXT)?.state], [own.hash, 'disputed']);
});

test('one refused window does not keep the next from its report', async () => {
  using pool = new TestPool();
  for (const window of [WINDOW, NEXT]) pool.append(window, goodWindow(window));
  pool.chain.pass(7);
  pool.chain.trouble.push('refuse');
  await pool.oracle();
  assert.deepEqual(
    pool.chain.taken.map(({ data }) => data.window),
    [NEXT],
  );
  assert.match(pool.row()?.note ?? '', /no CPU left/);
  await pool.oracle();
  assert.equal(pool.chain.pushes, 2, 'not before the pause is over');
  pool.chain.pass(1);
  await pool.oracle();
  assert.equal(pool.chain.taken.length, 2);
});

test('a node that is down ends the run and loses nothing', async () => {
  using pool = new TestPool();
  for (const window of [WINDOW, NEXT]) pool.append(window, goodWindow(window));
  pool.chain.pass(7);
  pool.chain.trouble.push('down');
  await assert.rejects(pool.oracle(), /no answer/);
  await pool.oracle();
  assert.equal(pool.chain.taken.length, 2);
});

test('windows of the past and of closed epochs are left alone', async () => {
  using pool = new TestPool();
  for (const window of [WINDOW, NEXT, NEXT + 4]) pool.append(window, goodWindow(window));
  pool.firstWindow = NEXT;
  pool.chain.closingThrough = NEXT;
  pool.chain.pass(12);
  await pool.oracle();
  assert.deepEqual(
    pool.chain.taken.map(({ data }) => data.window),
    [NEXT + 4],
  );
  assert.deepEqual([pool.row()?.state, pool.row(NEXT)?.state], ['seen', 'skipped']);
});

test('a missed slot is a missed slot, a window of another producer is none of ours', async () => {
  using pool = new TestPool([firstSlot(WINDOW), firstSlot(WINDOW) + 7]);
  pool.append(WINDOW, goodWindow(WINDOW));
  pool.append(WINDOW + 1, goodWindow(WINDOW + 1));
  pool.chain.pass(4);
  await pool.oracle();
  const metrics = metricsOf(pool.chain.taken[0]?.data ?? { metrics: '' });
  assert.deepEqual([metrics.emitted, metrics.missed, pool.chain.taken.length], [10, 2, 1]);
  assert.match(pool.row(WINDOW + 1)?.note ?? '', /gave poolbp only 0 of its 12/);
});

test('a window without a closing record is given up when a later one is closed', async () => {
  using pool = new TestPool();
  pool.append(WINDOW, [candidate(WINDOW, 0, 'ann'), decision(WINDOW, 0, 'ann')]);
  pool.append(NEXT, goodWindow(NEXT));
  await pool.oracle();
  assert.equal(pool.row()?.state, 'unclosed');
  assert.match(pool.row()?.note ?? '', /no closing one/);
});

test('wrong wiring is one sentence', async () => {
  using pool = new TestPool();
  await pool.oracle();
  pool.account = 'oracle2';
  await assert.rejects(pool.oracle(), /the journal belongs to oracle1 of pooldac on chain [c0]+ and not to oracle2/);
  const config = await pool.chain.config();
  pool.chain.config = async () => ({ ...config, producer: 'otherpool' });
  await assert.rejects(pool.oracle(), /pooldac runs the pool otherpool, but ORACLE_POOL says poolbp/);
});
