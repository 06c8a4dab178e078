import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { Attendance } from '../../../oracle/peers/attendance.ts';
import { ATTENDANCE_SCHEMA, AttendanceTable } from '../../../oracle/peers/attendance-table.ts';
import { firstReporters, quorumOf } from '../../../oracle/peers/turns.ts';
import { cases, fc } from '../../support/property.ts';
import { goodWindow, WINDOW } from './support/events.ts';
import { TestPool } from './support/pool.ts';

const NAMES = ['oracle1', 'oracle2', 'oracle3'];

/** The n-th window from WINDOW on in which an oracle is first, or is not. */
function windowOf(account: string, isFirst: boolean, from = WINDOW): number {
  let window = from;
  while (firstReporters(NAMES, window).includes(account) !== isFirst) window += 4;
  return window;
}

test('property: as many go first as settle a window, and each its share of the time, however far windows are apart', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 7 }), fc.integer({ min: 1, max: 21 }), (count, stride) => {
      const names = Array.from({ length: count }, (_, i) => `oracle${i + 1}`);
      const turns = new Map(names.map((name) => [name, 0]));
      for (let i = 0; i < 600; i++) {
        const first = firstReporters(names, WINDOW + i * stride);
        assert.equal(first.length, quorumOf(names));
        for (const name of first) turns.set(name, (turns.get(name) ?? 0) + 1);
      }
      const share = (600 * quorumOf(names)) / count;
      for (const [name, times] of turns) assert.ok(Math.abs(times - share) < 90, `${name}: ${times} of ${share}`);
    }),
    cases(30),
  );
});

test('whose turn it is not waits ten seconds, and reports when a window is still open', async () => {
  const mine = windowOf('oracle1', true);
  const theirs = windowOf('oracle1', false);
  for (const [window, sent] of [
    [mine, 1],
    [theirs, 0],
  ] as const) {
    using pool = new TestPool();
    pool.chain.oracleNames = NAMES;
    pool.append(window, goodWindow(window));
    pool.chain.pass(3 + window - WINDOW);
    await pool.oracle(2);
    assert.deepEqual([pool.chain.pushes, pool.row(window)?.state], [sent, sent ? 'sent' : 'computed']);
    pool.chain.pass(2);
    await pool.oracle();
    assert.equal(pool.chain.pushes, 1);
    assert.deepEqual([...pool.attendance().values()], sent ? [0] : [1, 1]);
  }
});

test('a window that others settled meanwhile is not reported again', async () => {
  const window = windowOf('oracle1', false);
  using pool = new TestPool();
  pool.chain.oracleNames = NAMES;
  pool.append(window, goodWindow(window));
  pool.chain.pass(3 + window - WINDOW);
  await pool.oracle();
  const hash = pool.row(window)?.hash ?? '';
  pool.chain.windows.set(window, { by: 'report', hash, logRoot: '', at: pool.chain.now() });
  pool.chain.pass(2);
  await pool.oracle();
  pool.chain.pass(3);
  await pool.oracle();
  assert.deepEqual([pool.chain.pushes, pool.row(window)?.state, pool.row(window)?.settled], [0, 'irreversible', hash]);
  assert.deepEqual(
    pool.attendance(),
    new Map([
      ['oracle2', 0],
      ['oracle3', 0],
    ]),
  );
});

test('a backlog is reported in order, whoever’s turn each window is', async () => {
  using pool = new TestPool();
  pool.chain.oracleNames = NAMES;
  const windows = [0, 4, 8, 12, 16].map((by) => WINDOW + by);
  for (const window of windows) pool.append(window, goodWindow(window));
  pool.chain.pass(20);
  await pool.oracle();
  assert.deepEqual(
    pool.chain.taken.map(({ data }) => data.window),
    windows,
  );
});

/** oracle1's view of the others, on tables that the test writes. */
function attendance() {
  const told: string[] = [];
  const chain = { names: NAMES, reports: [] as string[], isSettled: false };
  const db = new DatabaseSync(':memory:');
  db.exec(ATTENDANCE_SCHEMA);
  const made = new Attendance({
    chain: {
      oracles: async () => chain.names,
      openReports: async () => chain.reports.map((oracle) => ({ oracle, hash: '', logRoot: '' })),
      settled: async () => (chain.isSettled ? { by: 'report', hash: '', logRoot: '', at: 0 } : null),
    },
    ...{ table: new AttendanceTable(db), account: 'oracle1', limit: 3, clock: { now: () => 1_000_000 } },
    alarm: {
      tell: () => {},
      hold: (name, notice) => told.push(notice ? `${name}: ${notice.text.slice(0, 41)}` : `${name}: there`),
    },
  });
  return { made, chain, told };
}

/** Windows in which both are first. */
function windowsOf(a: string, b: string): number[] {
  return Array.from({ length: 60 }, (_, i) => WINDOW + i * 4).filter((window) => {
    const first = firstReporters(NAMES, window);
    return first.includes(a) && first.includes(b);
  });
}

test('who misses three windows in a row of its own turn is told, until it reports again', async () => {
  const { made, chain, told } = attendance();
  const windows = windowsOf('oracle1', 'oracle2');
  chain.reports = ['oracle1'];
  for (const window of windows.slice(0, 2)) await made.waiting(window);
  // A window is looked at again and again while it is open.
  await made.waiting(windows[1] as number);
  assert.deepEqual([made.missing(), told], [new Map([['oracle2', 2]]), []]);
  await made.waiting(windows[2] as number);
  assert.deepEqual(told, ['oracle oracle2: oracle2 did not report 3 windows in a row']);
  chain.reports = ['oracle1', 'oracle2'];
  await made.waiting(windows[3] as number);
  assert.deepEqual([made.missing(), told.at(-1)], [new Map([['oracle2', 0]]), 'oracle oracle2: there']);
});

test('one that is late in a window is there; one that was stood in for is missing when it is settled', async () => {
  const { made, chain } = attendance();
  const [first, second] = windowsOf('oracle2', 'oracle3') as [number, number];
  chain.reports = ['oracle3'];
  await made.waiting(first);
  chain.reports = ['oracle2', 'oracle3'];
  await made.waiting(first);
  assert.deepEqual(
    made.missing(),
    new Map([
      ['oracle2', 0],
      ['oracle3', 0],
    ]),
  );
  chain.reports = ['oracle3'];
  await made.waiting(second);
  await made.settled(second, 999_000);
  assert.deepEqual(
    made.missing(),
    new Map([
      ['oracle2', 1],
      ['oracle3', 0],
    ]),
  );
});

test('what was settled long ago, or just now, says nothing of who is missing; who is no oracle any more is forgotten', async () => {
  const { made, chain, told } = attendance();
  const [first, second] = windowsOf('oracle2', 'oracle3') as [number, number];
  chain.isSettled = true;
  await made.waiting(first);
  assert.deepEqual(made.missing(), new Map(), 'its reports are gone because it is settled');
  chain.isSettled = false;
  await made.waiting(first);
  await made.settled(second, 1000);
  assert.deepEqual(
    made.missing(),
    new Map([
      ['oracle2', 1],
      ['oracle3', 1],
    ]),
    'an old settlement is no sign of life',
  );
  chain.names = ['oracle1', 'oracle3'];
  await made.settled(second, 999_000);
  assert.deepEqual([...made.missing().keys()], ['oracle3']);
  assert.ok(told.includes('oracle oracle2: there'));
});
