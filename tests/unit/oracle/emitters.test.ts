import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { firstSlot, slotTime } from '../../../common/slot.ts';
import { metricsOf } from '../../../oracle/report/build.ts';
import { reportHash } from '../../../oracle/report/hash.ts';
import { candidate, goodWindow, otherLogKey, signedRoot, WINDOW } from './support/events.ts';
import { TestPool } from './support/pool.ts';

const NEXT = WINDOW + 4;
const END = slotTime(firstSlot(WINDOW + 1));

/** A pool of two emitters whose window is irreversible, so many ms after its end by the oracle's clock. */
function twoEmitters(nowAfter = 60_000) {
  const pool = new TestPool();
  const other = pool.addEmitter(otherLogKey);
  pool.chain.pass(3);
  pool.chain.now = () => END + nowAfter;
  const reported = () => pool.chain.taken.map(({ data }) => data);
  return { pool, other, reported, [Symbol.dispose]: () => pool[Symbol.dispose]() };
}

/** The emitter's log with an observation of its own, so that its root is not the other's. */
const ownWindow = (window: number) => [candidate(window, 0, 'zoe'), ...goodWindow(window)];

function change(file: string, sql: string): void {
  const db = new DatabaseSync(file);
  db.exec(sql);
  db.close();
}

test('two logs make one report, whichever is named first and however often', async () => {
  using two = twoEmitters(10_000);
  const { pool, other, reported } = two;
  pool.append(WINDOW, goodWindow(WINDOW));
  other.append(WINDOW, ownWindow(WINDOW));
  const [one, second] = pool.files() as [string, string];
  await pool.oracle();
  for (const [i, files] of [
    [second, one],
    [one, second, one],
  ].entries()) {
    pool.chain.windows.clear();
    Object.assign(pool, { account: `oracle${i + 2}`, journalFile: `${pool.dir}/${i}.sqlite` });
    await pool.oracle(1, files);
  }
  assert.equal(reported().length, 3);
  assert.equal(new Set(reported().map(reportHash)).size, 1);
  const metrics = metricsOf(reported()[0] ?? { metrics: '' });
  assert.deepEqual([metrics.logs, metrics.differing, metrics.unattributed], [2, 0, 1]);
});

test('a dead emitter: its log is waited for until the cut, and the other one makes the window', async () => {
  using two = twoEmitters(20_000);
  const { pool, other, reported } = two;
  pool.append(WINDOW, goodWindow(WINDOW).slice(0, 20));
  other.append(WINDOW, ownWindow(WINDOW));
  await pool.oracle();
  assert.deepEqual([pool.row()?.state, reported().length], ['seen', 0], 'it may still come');
  pool.chain.now = () => END + 36_000;
  await pool.oracle();
  assert.equal('logs' in metricsOf(reported()[0] ?? { metrics: '' }), false);
  assert.equal(metricsOf(reported()[0] ?? { metrics: '' }).unattributed, 1, 'of the other log');
});

test('a log whose root comes late makes no window, whenever an oracle looks', async () => {
  const hashes: string[] = [];
  for (const isEarly of [true, false]) {
    using two = twoEmitters(isEarly ? 40_000 : 500_000);
    const { pool, other, reported } = two;
    pool.append(WINDOW, goodWindow(WINDOW));
    if (!isEarly) other.append(WINDOW, ownWindow(WINDOW), 45_000);
    await pool.oracle();
    hashes.push(...reported().map(reportHash));
  }
  assert.equal(hashes.length, 2);
  assert.equal(hashes[0], hashes[1]);
});

const CHANGED = `UPDATE events SET event = replace(event, '"at":', '"at":1') WHERE seq = 3`;

test('a tampered second log is told and left out; alone it is not reported from', async () => {
  using two = twoEmitters();
  const { pool, other, reported } = two;
  pool.append(WINDOW, goodWindow(WINDOW));
  other.append(WINDOW, ownWindow(WINDOW));
  change(other.file, CHANGED);
  await pool.oracle();
  assert.equal(metricsOf(reported()[0] ?? { metrics: '' }).unattributed, 0);
  Object.assign(pool, { account: 'oracle2', journalFile: `${pool.dir}/alone.sqlite` });
  pool.chain.windows.clear();
  await assert.rejects(pool.oracle(1, [other.file]), { code: 'log_broken' });
  assert.equal(reported().length, 1);
});

test('a log that was changed after it was verified is left out of the window', async () => {
  using two = twoEmitters(10_000);
  const { pool, other, reported } = two;
  pool.append(WINDOW, goodWindow(WINDOW));
  other.append(WINDOW, ownWindow(WINDOW));
  other.append(NEXT, goodWindow(NEXT));
  pool.chain.setIrreversible(WINDOW - 1);
  await pool.oracle();
  change(other.file, CHANGED);
  pool.chain.setIrreversible(WINDOW);
  await pool.oracle();
  assert.equal(reported().length, 0, 'no longer all logs have it: the cut is waited for');
  pool.chain.now = () => END + 36_000;
  await pool.oracle();
  assert.equal('logs' in metricsOf(reported()[0] ?? { metrics: '' }), false);
});

test('a log cut in the window, unsigned, of an unknown key or of two faces: the other log has the window', async () => {
  const stranger = { ...otherLogKey, id: `0:02${'11'.repeat(32)}` };
  const spoil: ((two: ReturnType<typeof twoEmitters>) => void)[] = [
    ({ other }) => other.append(WINDOW, ownWindow(WINDOW).slice(0, 30)),
    ({ other }) => other.append(WINDOW, ownWindow(WINDOW), null),
    ({ pool, other }) => {
      other.append(WINDOW, ownWindow(WINDOW));
      pool.chain.logKeys.pop();
    },
    ({ other }) => {
      other.append(WINDOW, ownWindow(WINDOW), null);
      const event = signedRoot(WINDOW, other.store.window(WINDOW), stranger);
      other.store.append([{ window: WINDOW, event }]);
    },
    ({ pool, other }) => {
      other.append(WINDOW, ownWindow(WINDOW));
      pool.addEmitter(otherLogKey).append(WINDOW, goodWindow(WINDOW, 'bob'));
    },
    ({ other }) =>
      other.append(WINDOW, [{ ...candidate(WINDOW, 0, 'ann'), verdict: 'good' } as never, ...ownWindow(WINDOW)]),
    ({ pool, other }) => {
      other.append(WINDOW, ownWindow(WINDOW));
      other.store.close();
      rmSync(other.file);
      pool.otherLogs.pop();
      pool.files = () => [pool.logFile, other.file];
      pool.chain.now = () => END + 400_000;
    },
  ];
  for (const [i, how] of spoil.entries()) {
    using two = twoEmitters();
    const { pool, reported } = two;
    pool.append(WINDOW, goodWindow(WINDOW));
    how(two);
    await pool.oracle();
    const [data] = reported();
    assert.ok(data, `case ${i}: ${pool.row()?.note}`);
    assert.deepEqual([metricsOf(data).unattributed, metricsOf(data).logs], [0, undefined], `case ${i}`);
  }
});

test('with no log left the window is not reported, and every reason is told', async () => {
  using two = twoEmitters();
  const { pool, other, reported } = two;
  pool.signs = false;
  pool.append(WINDOW, goodWindow(WINDOW));
  other.append(WINDOW, ownWindow(WINDOW));
  pool.chain.logKeys.pop();
  await pool.oracle();
  assert.equal(reported().length, 0);
  assert.match(
    pool.row()?.note ?? '',
    /no log of it is proven: .*did not sign its root.*no key of a registered emitter/,
  );
});

test('a window that one emitter left open and the other closed later is reported', async () => {
  using two = twoEmitters();
  const { pool, other, reported } = two;
  pool.append(WINDOW, goodWindow(WINDOW).slice(0, 20));
  pool.append(NEXT, goodWindow(NEXT));
  await pool.oracle();
  assert.equal(pool.row()?.state, 'unclosed');
  other.append(WINDOW, ownWindow(WINDOW));
  await pool.oracle();
  assert.equal(reported().length, 1);
});

test('another report of the window: it is made anew when more is known by now', async () => {
  using two = twoEmitters();
  const { pool, other, reported } = two;
  pool.append(WINDOW, goodWindow(WINDOW));
  pool.chain.signReport = async () => {
    throw new Error('killed while signing');
  };
  await pool.oracle();
  const before = pool.row()?.hash;
  Reflect.deleteProperty(pool.chain, 'signReport');
  other.append(WINDOW, ownWindow(WINDOW));
  const reports = [{ oracle: 'oracle2', hash: 'ee'.repeat(32), logRoot: 'ff'.repeat(32) }];
  pool.chain.othersReports.set(WINDOW, reports);
  pool.chain.now = () => END + 90_000;
  await pool.oracle();
  assert.notEqual(pool.row()?.hash, before);
  assert.equal(metricsOf(reported()[0] ?? { metrics: '' }).logs, 2);
  assert.equal(pool.row()?.remade, 1);
});

/** The report that an oracle with these logs makes, as it would be filed. */
async function reportOf(pool: TestPool, files: string[]) {
  const [account, journalFile] = [pool.account, pool.journalFile];
  Object.assign(pool, { account: 'oracle2', journalFile: `${pool.dir}/second.sqlite` });
  await pool.oracle(1, files);
  const data = pool.chain.taken.pop()?.data;
  assert.ok(data);
  pool.chain.windows.clear();
  pool.chain.reports.clear();
  Object.assign(pool, { account, journalFile });
  return { oracle: 'oracle2', hash: reportHash(data), logRoot: data.log_root };
}

for (const [name, isCostly] of [
  ['the smaller set of logs is joined in the end when it costs nobody a share', false],
  ['a set of logs that leaves a member out is never joined', true],
] as const) {
  test(name, async () => {
    using two = twoEmitters();
    const { pool, other, reported } = two;
    const theirs = isCostly ? goodWindow(WINDOW, 'ann', ['ann', 'bob']) : goodWindow(WINDOW);
    pool.append(WINDOW, theirs);
    other.append(WINDOW, ownWindow(WINDOW));
    pool.chain.quorum = 2;
    const their = await reportOf(pool, [pool.logFile]);
    await pool.oracle();
    const own = pool.row()?.hash;
    assert.notEqual(own, their.hash);
    let now = END + 60_000;
    pool.chain.pass(14);
    pool.chain.now = () => now;
    await pool.oracle();
    assert.equal(pool.row()?.state, 'irreversible');
    pool.chain.othersReports.set(WINDOW, [their]);
    await pool.oracle();
    now += 100_000;
    await pool.oracle();
    assert.equal(pool.row()?.hash, own, 'the other one may still get what is missing');
    now += 30_000;
    await pool.oracle(2);
    assert.equal(pool.row()?.hash, isCostly ? own : their.hash);
    assert.equal(reportHash(reported().at(-1) as never), isCostly ? own : their.hash);
  });
}

test('settled with a report from fewer logs that gives the same shares: no dispute', async () => {
  using two = twoEmitters();
  const { pool, other } = two;
  pool.append(WINDOW, goodWindow(WINDOW));
  other.append(WINDOW, ownWindow(WINDOW));
  const { hash, logRoot } = await reportOf(pool, [pool.logFile]);
  pool.chain.windows.set(WINDOW, { by: 'report', hash, logRoot, at: pool.chain.now() });
  await pool.oracle();
  assert.equal(pool.row()?.state, 'skipped');
  assert.match(pool.row()?.note ?? '', new RegExp(`settled with ${hash}, made from .*events.sqlite alone`));
});

test('killed before any single step with two logs, and started again: reported exactly once', async () => {
  let died = 0;
  for (let steps = 0; steps < 45; steps++) {
    using two = twoEmitters(10_000);
    const { pool, other, reported } = two;
    pool.append(WINDOW, goodWindow(WINDOW));
    other.append(WINDOW, ownWindow(WINDOW));
    Reflect.deleteProperty(pool.chain, 'now');
    pool.stepsLeft = steps;
    await pool.oracle(2);
    if (pool.stepsLeft < 0) died++;
    pool.stepsLeft = Number.POSITIVE_INFINITY;
    for (let i = 0; i < 3; i++) {
      pool.chain.pass(2);
      await pool.oracle();
    }
    assert.deepEqual([pool.row()?.state, reported().length], ['irreversible', 1], `killed before step ${steps}`);
    assert.equal(metricsOf(reported()[0] ?? { metrics: '' }).logs, 2);
  }
  assert.ok(died > 30, `${died} runs were cut short`);
});

test('a journal of the time of one log is read on: what was sent stays, the log is verified again', async () => {
  using two = twoEmitters();
  const { pool, reported } = two;
  change(
    pool.journalFile,
    `CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
     CREATE TABLE windows (window INTEGER PRIMARY KEY, state TEXT NOT NULL, digest TEXT NOT NULL, decisions INTEGER NOT NULL,
       report TEXT, hash TEXT, trx TEXT, expires INTEGER, signed TEXT, settled TEXT,
       tries INTEGER NOT NULL DEFAULT 0, retry_at INTEGER NOT NULL DEFAULT 0, note TEXT) STRICT;
     INSERT INTO meta VALUES ('seq', '7'), ('hash', 'ab');
     INSERT INTO windows (window, state, digest, decisions, settled, hash) VALUES (${WINDOW}, 'irreversible', 'x', 12, 'aa', 'aa');`,
  );
  pool.append(WINDOW, goodWindow(WINDOW));
  await pool.oracle(1, [pool.logFile]);
  assert.deepEqual([pool.row()?.state, reported().length], ['irreversible', 0]);
});

test("a journal that has windows' records hashed by themselves is read on: the log is verified again, nothing is reported twice", async () => {
  using pool = new TestPool();
  Reflect.deleteProperty(pool.chain, 'now');
  pool.append(WINDOW, goodWindow(WINDOW));
  const old = `ALTER TABLE log_windows RENAME COLUMN newest TO digest; UPDATE log_windows SET digest = 'x'`;
  for (let i = 0; i < 4; i++) {
    await pool.oracle();
    pool.chain.pass(2);
    change(pool.journalFile, old);
  }
  assert.deepEqual([pool.row()?.state, pool.chain.taken.length], ['irreversible', 1]);
});
