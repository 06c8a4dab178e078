import assert from 'node:assert/strict';
import { test } from 'node:test';
import { slotTime } from '../../../common/slot.ts';
import { cases, fc } from '../../support/property.ts';
import { candidate, closing, decision, goodWindow, WINDOW } from './support/events.ts';
import type { Trouble } from './support/fake-chain.ts';
import { TestPool } from './support/pool.ts';

const at = (i: number) => WINDOW + 4 * i;

test('an oracle with an empty journal that begins at a window reports what can be reported, compares what is settled, and says the rest', async () => {
  using other = new TestPool();
  for (let i = 0; i < 6; i++) other.append(at(i), goodWindow(at(i)));
  other.chain.pass(24);
  await other.oracle();
  const [, equal] = other.chain.taken.map(({ data }) => other.chain.windows.get(data.window));
  assert.ok(equal);
  using pool = new TestPool();
  for (let i = 0; i < 6; i++) pool.append(at(i), goodWindow(at(i)));
  pool.firstWindow = at(1);
  pool.chain.deadlineSeconds = 60;
  pool.chain.windows.set(at(1), equal);
  pool.chain.windows.set(at(2), { ...equal, hash: 'ab'.repeat(32) });
  // The contract knows nothing of the third, and its time is over; the fourth and fifth can be reported.
  pool.chain.pass(26);
  await pool.oracle();
  pool.chain.pass(3);
  await pool.oracle();
  assert.deepEqual(
    [0, 1, 2, 3, 4, 5].map((i) => pool.row(at(i))?.state),
    ['seen', 'irreversible', 'disputed', 'skipped', 'irreversible', 'irreversible'],
  );
  assert.deepEqual(
    pool.chain.taken.map(({ data }) => data.window),
    [at(4), at(5)],
  );
  assert.equal(pool.row(at(1))?.trx, null, 'compared and not reported');
  assert.match(pool.row(at(2))?.note ?? '', /settled with report (ab)+, this oracle's is/);
  assert.deepEqual(pool.told, [`dispute ${at(2)}`, `unreported ${at(3)}`]);
});

test('a window of an epoch that is over and was settled is compared, and not reported', async () => {
  using pool = new TestPool();
  for (let i = 0; i < 2; i++) pool.append(at(i), goodWindow(at(i)));
  pool.chain.windows.set(at(0), { by: 'report', hash: 'ab'.repeat(32), logRoot: '', at: pool.chain.now() });
  pool.chain.closingThrough = at(1);
  pool.chain.pass(8);
  await pool.oracle();
  assert.deepEqual([pool.row(at(0))?.state, pool.row(at(1))?.state], ['disputed', 'skipped']);
});

test('a window that no log proves is given up once it is decided, and not before', async () => {
  using pool = new TestPool();
  pool.signs = false;
  pool.append(WINDOW, goodWindow(WINDOW));
  pool.chain.pass(3);
  await pool.oracle();
  assert.equal(pool.row()?.state, 'seen');
  pool.chain.windows.set(WINDOW, { by: 'report', hash: 'ab'.repeat(32), logRoot: '', at: pool.chain.now() });
  pool.chain.pass(2);
  await pool.oracle();
  assert.equal(pool.row()?.state, 'skipped');
  assert.match(pool.row()?.note ?? '', /the chain settled it with the reports of others, and it cannot be compared: /);
});

test('missed slots, leaks and windows without an end are told once, also when the oracle dies right after', async () => {
  using pool = new TestPool([at(0) * 12 + 3]);
  pool.append(at(0), goodWindow(at(0)));
  // Of the second one block on the chain was never let out.
  pool.append(at(1), [
    ...goodWindow(at(1))
      .filter(({ type }) => type !== 'decision' && type !== 'emission')
      .slice(0, -1),
    closing(at(1), 0),
  ]);
  pool.append(at(2), [candidate(at(2), 0, 'ann'), decision(at(2), 0, 'ann')]);
  pool.append(at(3), goodWindow(at(3)));
  pool.chain.pass(16);
  for (let steps = 20; steps < 60; steps += 7) {
    pool.stepsLeft = steps;
    await pool.oracle();
  }
  pool.stepsLeft = Number.POSITIVE_INFINITY;
  await pool.oracle();
  const told = [...new Set(pool.told)];
  assert.ok(
    told.includes(`missed_slots ${at(0)}`) && told.includes(`leak ${at(1)}`) && told.includes(`unreported ${at(2)}`),
    told.join(),
  );
});

type Step = { do: 'pass'; windows: number } | { do: 'run'; steps: number; trouble: Trouble | null };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant('pass' as const), windows: fc.integer({ min: 1, max: 6 }) }),
  fc.record({
    do: fc.constant('run' as const),
    steps: fc.integer({ min: 0, max: 90 }),
    trouble: fc.constantFrom<(Trouble | null)[]>(null, null, 'kill-before', 'kill-after', 'lose', 'refuse', 'down'),
  }),
);

test('property: killed at any step, with any answer of the node: each window is reported exactly once in effect, and never two transactions of one are valid at a time', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 12 }), async (steps) => {
      using pool = new TestPool();
      const windows = [0, 1, 2].map(at);
      for (const window of windows) pool.append(window, goodWindow(window));
      const live = new Map<number, number>();
      const doubles: number[] = [];
      const sign = pool.chain.signReport.bind(pool.chain);
      pool.chain.signReport = async (data) => {
        const signed = await sign(data);
        const lib = slotTime((await pool.chain.irreversible()).slot);
        const before = live.get(data.window);
        if (before !== undefined && before >= lib) doubles.push(data.window);
        live.set(data.window, signed.expiresAt);
        return signed;
      };
      for (const one of steps) {
        if (one.do === 'pass') {
          pool.chain.pass(one.windows);
          continue;
        }
        if (one.trouble) pool.chain.trouble.push(one.trouble);
        pool.stepsLeft = one.steps;
        await pool.oracle(2).catch(() => {});
        pool.stepsLeft = Number.POSITIVE_INFINITY;
      }
      pool.chain.trouble.length = 0;
      for (let i = 0; i < 12; i++) {
        pool.chain.pass(4);
        await pool.oracle();
      }
      assert.deepEqual(
        pool.chain.taken.map(({ data }) => data.window).sort((a, b) => a - b),
        windows,
      );
      assert.deepEqual(doubles, [], 'a second transaction while the first could still get in');
      for (const window of windows) assert.equal(pool.row(window)?.state, 'irreversible');
    }),
    cases(12),
  );
});
