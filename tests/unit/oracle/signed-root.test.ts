import assert from 'node:assert/strict';
import { test } from 'node:test';
import { requireSignedRoot, rootAmong } from '../../../oracle/logs/signed-root.ts';
import { CHAIN, goodWindow, logKey, otherLogKey, POOL, records, signedRoot, WINDOW } from './support/events.ts';
import { TestPool } from './support/pool.ts';

function check(change: { pool?: string; window?: number; sign?: 'nothing' | 'other' | 'other root'; keys?: string[] }) {
  const all = records(WINDOW, goodWindow(WINDOW));
  const key = change.sign === 'other' ? otherLogKey : logKey;
  const of = change.sign === 'other root' ? records(WINDOW, goodWindow(WINDOW, 'bob')) : all;
  const after = change.sign === 'nothing' ? [] : records(WINDOW, [signedRoot(WINDOW, of, key)]);
  const identity = { chain: CHAIN, pool: change.pool ?? POOL };
  requireSignedRoot(identity, change.window ?? WINDOW, { records: all }, rootAmong(after), change.keys ?? [logKey.id]);
}

test('a root signed by a registered emitter counts, any other does not, and it is said why', () => {
  check({});
  assert.throws(() => check({ sign: 'nothing' }), { code: 'unsigned_root', message: /did not sign its root/ });
  assert.throws(() => check({ sign: 'other root' }), { code: 'unsigned_root', message: /another root/ });
  assert.throws(() => check({ sign: 'other' }), { code: 'unsigned_root', message: /no key of a registered emitter/ });
  assert.throws(() => check({ keys: [] }), { code: 'unsigned_root', message: /no key of a registered emitter/ });
  assert.throws(() => check({ pool: 'otherpool' }), { code: 'unsigned_root', message: /not for this pool/ });
  assert.throws(() => check({ window: WINDOW + 4 }), { code: 'unsigned_root', message: /not for this pool/ });
});

test('a window without a signed root is not reported, and the others are', async () => {
  using pool = new TestPool();
  pool.signs = false;
  pool.append(WINDOW, goodWindow(WINDOW));
  pool.signs = true;
  pool.append(WINDOW + 4, goodWindow(WINDOW + 4));
  pool.chain.pass(8);
  await pool.oracle(3);
  assert.deepEqual(
    pool.chain.taken.map(({ data }) => data.window),
    [WINDOW + 4],
  );
  assert.match(pool.row()?.note ?? '', /did not sign its root/);
  assert.deepEqual([pool.row()?.state, pool.row()?.tries], ['seen', 1], 'it is not tried at every run');
  pool.store.append([{ window: WINDOW, event: signedRoot(WINDOW, pool.store.window(WINDOW)) }]);
  pool.chain.pass(1);
  await pool.oracle();
  assert.equal(pool.chain.taken.length, 2, 'signed later, reported later');
});

test('an emitter that the contract does not name any more: its windows are not reported', async () => {
  using pool = new TestPool();
  pool.append(WINDOW, goodWindow(WINDOW));
  pool.chain.logKeys = [];
  pool.chain.pass(7);
  await pool.oracle();
  assert.equal(pool.chain.pushes, 0);
});
