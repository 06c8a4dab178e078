import assert from 'node:assert/strict';
import { existsSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import type { PoolEvent } from '../../../common/events.ts';
import { SqliteStore } from '../../../emitter/log/store.ts';
import { goodWindow, WINDOW } from './support/events.ts';
import { TestPool } from './support/pool.ts';

const NEXT = WINDOW + 4;

function change(pool: TestPool, sql: string): void {
  const db = new DatabaseSync(pool.logFile);
  db.exec(sql);
  db.close();
}

/** A pool whose first window was verified by a run and whose chain has made it irreversible since. */
async function verified(): Promise<TestPool> {
  const pool = new TestPool();
  pool.append(WINDOW, goodWindow(WINDOW));
  await pool.oracle();
  pool.chain.pass(7);
  return pool;
}

const TAMPERED: [string, string, RegExp][] = [
  [
    'a changed record',
    `UPDATE events SET event = replace(event, '"at":', '"at":1') WHERE seq = 3`,
    /record 3: its hash does not fit/,
  ],
  ['a mangled record', `UPDATE events SET event = substr(event, 3) WHERE seq = 3`, /record 3: it is damaged/],
  ['a changed hash', `UPDATE events SET hash = 'ff' WHERE seq = 3`, /record 3: its hash does not fit/],
  ['a removed record', 'DELETE FROM events WHERE seq = 5', /record 5: it is missing/],
  ['a removed first record', 'DELETE FROM events WHERE seq = 1', /record 1: it is missing and was there before/],
  ['a record taken out of its window', 'UPDATE events SET window = NULL WHERE seq = 5', /record 5: it is damaged/],
  ['a removed end', 'DELETE FROM events WHERE seq > 50', /record 62: it is missing and was there before/],
];

for (const [name, sql, says] of TAMPERED) {
  test(`${name} of a verified window: nothing is reported`, async () => {
    using pool = await verified();
    change(pool, sql);
    await assert.rejects(pool.oracle(), says);
    assert.equal(pool.chain.pushes, 0);
  });
}

test('a break in what is new stops everything, also windows before it', async () => {
  using pool = await verified();
  pool.append(NEXT, goodWindow(NEXT));
  change(pool, 'DELETE FROM events WHERE seq = 70');
  await assert.rejects(pool.oracle(), /record 70: it is missing; nothing is reported from it/);
  assert.equal(pool.chain.pushes, 0);
});

test('an exchanged log is noticed', async () => {
  using pool = await verified();
  for (const end of ['', '-wal', '-shm', '-lock']) if (existsSync(pool.logFile + end)) rmSync(pool.logFile + end);
  const other = new SqliteStore(pool.logFile, 'process');
  const events = [...goodWindow(WINDOW, 'bob'), goodWindow(WINDOW)[0] as PoolEvent];
  other.append(events.map((event) => ({ window: WINDOW, event })));
  other.close();
  await assert.rejects(pool.oracle(), /record 62: it changed since it was verified/);
});

test('records that come after a window was closed change nothing', async () => {
  using pool = await verified();
  pool.append(WINDOW, goodWindow(WINDOW, 'eve'));
  await pool.oracle();
  assert.equal(pool.row()?.state, 'sent');
  assert.equal(pool.chain.taken.length, 1);
});

test('records of windows that interleave, in many small steps', async () => {
  using pool = new TestPool();
  const one = goodWindow(WINDOW);
  const two = goodWindow(NEXT);
  for (let i = 0; i < one.length; i += 7) {
    pool.append(WINDOW, one.slice(i, i + 7));
    pool.append(null, [{ type: 'fault', at: 1, code: 'x', text: 'y' }]);
    pool.append(NEXT, two.slice(i, i + 7));
    await pool.oracle();
  }
  pool.chain.pass(7);
  await pool.oracle();
  assert.equal(pool.chain.taken.length, 2);
});

test('no log yet is one sentence', async () => {
  using pool = new TestPool();
  Object.assign(pool, { logFile: `${pool.dir}/nowhere.sqlite` });
  await assert.rejects(pool.oracle(), /there is no event log at .*nowhere.sqlite/);
});
