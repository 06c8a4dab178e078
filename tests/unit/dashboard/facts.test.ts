import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { csvOf } from '../../../dashboard/server/facts/csv.ts';
import { Finality } from '../../../dashboard/server/facts/finality.ts';
import { membersIn, metricsIn } from '../../../dashboard/server/facts/metrics.ts';
import type { Snapshot } from '../../../dashboard/server/facts/snapshot.ts';
import { stepOf } from '../../../dashboard/server/facts/step.ts';
import { windowDetail, windowsBefore } from '../../../dashboard/server/facts/windows-view.ts';
import { openPageFile } from '../../../dashboard/server/store/database.ts';
import { FactStore } from '../../../dashboard/server/store/fact-store.ts';
import { scratch } from '../../support/processes.ts';
import { cases, fc } from '../../support/property.ts';

const zero = { firstWindow: 1, lastWindow: 0, settledAt: 0, harvested: false, closingSettledAt: 0 };
const none = { nextProposal: 1, nextOrder: 1, nextCase: 1, changedAt: 0, month: 0, monthSpent: 0n, pauser: '' };

/** A reading after block `num`, with what a test wants to be otherwise. */
function snapshot(
  num: number,
  more: Partial<Snapshot> & { epoch?: number; closing?: number; closed?: number } = {},
): Snapshot {
  const { epoch = 1, closing = 0, closed = 0, ...rest } = more;
  const state = {
    ...zero,
    ...none,
    epoch,
    closingThrough: closing,
    closedThrough: closed,
    pauserAt: 0,
    dissolvingAt: 0,
  };
  return {
    head: { num, id: `id${num}`, at: num * 500 },
    ...{ state, windows: [], open: [], credits: [], seats: [], payees: {}, symbol: '4,EOS', oracles: 1 },
    eligiblePercent: 50,
    ...rest,
  };
}

const window = (id: number, hash = 'a') => ({
  ...{
    window: id,
    epoch: 1,
    voided: false,
    settled: 1000,
    reports: 1,
    hash: hash.repeat(64),
    metricsHash: 'b'.repeat(64),
  },
  ...{
    logRoot: 'c'.repeat(64),
    eligible: '03',
    strategy: 'first-delivered',
    version: 'metrics/4',
    names: ['ann', 'bob'],
  },
});

test('what was read becomes a fact with its block, and what was read on a branch that lost never does', async () => {
  const finality = new Finality<{ head: { num: number; id: string }; text: string }>(({ text }) => text);
  const read = (num: number, id: string, text: string) => finality.add({ head: { num, id }, text });
  const chain = async (num: number) => `main${num}`;
  read(5, 'main5', 'one');
  read(6, 'main6', 'one');
  read(7, 'fork7', 'two');
  read(8, 'main8', 'three');
  assert.deepEqual(await finality.settle(4, chain), []);
  assert.deepEqual(
    (await finality.settle(7, chain)).map(({ text }) => text),
    ['one'],
  );
  assert.deepEqual(
    (await finality.settle(8, chain)).map(({ text }) => text),
    ['three'],
  );
});

test('a reading that was dropped is seen again, also when nothing changes', async () => {
  const finality = new Finality<{ head: { num: number; id: string } }>(() => 'same');
  finality.add({ head: { num: 7, id: 'fork7' } });
  finality.add({ head: { num: 8, id: 'main8' } });
  assert.deepEqual(await finality.settle(7, async () => 'main7'), []);
  finality.add({ head: { num: 9, id: 'main9' } });
  assert.equal((await finality.settle(9, async () => 'main9')).length, 1);
});

const credit = (account: string, credited: bigint, paid: bigint) => ({
  account,
  credited,
  paid,
  owed: credited - paid,
});

test('an epoch that is closed is told with the shares that were set aside for it', () => {
  const seats = [
    { account: 'ann', shares: 1, closing: 3 },
    { account: 'bob', shares: 0, closing: 1 },
  ];
  const first = stepOf({ block: 0, credits: [], shares: null }, snapshot(10, { epoch: 2, closing: 40, seats }));
  assert.deepEqual([first.ledger, first.epochs], [[], []]);
  const after = snapshot(20, {
    epoch: 2,
    closing: 40,
    closed: 40,
    credits: [credit('ann', 300n, 0n), credit('bob', 100n, 0n)],
  });
  const step = stepOf({ block: 10, credits: [], shares: first.shares }, after);
  assert.deepEqual(step.epochs, [
    {
      ...{ epoch: 1, through: 40, credited: 400n, shares: 4, after: 10, block: 20, at: 10_000 },
      members: [
        { account: 'ann', shares: 3, credited: '300' },
        { account: 'bob', shares: 1, credited: '100' },
      ],
    },
  ]);
});

test('shares of another epoch than the closed one are not passed off as its own', () => {
  const shares = {
    state: { epoch: 1, closingThrough: 0, closedThrough: 0 },
    seats: [{ account: 'ann', shares: 2, closing: 0 }],
  };
  const two = snapshot(20, { epoch: 3, closing: 80, closed: 80, credits: [credit('ann', 300n, 0n)] });
  const [epoch] = stepOf({ block: 10, credits: [], shares }, two).epochs;
  assert.deepEqual([epoch?.epoch, epoch?.shares, epoch?.members[0]?.shares], [2, null, null]);
});

test('the ledger adds up to the credits, whatever is credited and claimed', () => {
  const move = fc.record({
    account: fc.constantFrom('ann', 'bob', 'eve'),
    credited: fc.bigInt(0n, 1000n),
    claims: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(fc.array(move, { maxLength: 4 }), { maxLength: 12 }), (rounds) => {
      const now = new Map<string, { credited: bigint; paid: bigint }>();
      let before = stepOf({ block: 0, credits: [], shares: null }, snapshot(1));
      const sums = new Map<string, { credited: bigint; paid: bigint }>();
      for (const [i, moves] of rounds.entries()) {
        for (const { account, credited, claims } of moves) {
          const has = now.get(account) ?? { credited: 0n, paid: 0n };
          const total = has.credited + credited;
          now.set(account, { credited: total, paid: claims ? total : has.paid });
        }
        const credits = [...now].map(([account, { credited, paid }]) => credit(account, credited, paid));
        const step = stepOf(
          { block: before.block, credits: before.credits, shares: before.shares },
          snapshot(i + 2, { credits }),
        );
        for (const { account, credited, paid } of step.ledger) {
          const sum = sums.get(account) ?? { credited: 0n, paid: 0n };
          sums.set(account, { credited: sum.credited + credited, paid: sum.paid + paid });
        }
        before = step;
      }
      for (const [account, has] of now) assert.deepEqual(sums.get(account) ?? { credited: 0n, paid: 0n }, has);
    }),
    cases(200),
  );
});

test('who is no member has its row erased by the claim: that is a payment of all that it was owed', () => {
  const before = { block: 10, credits: [credit('worker', 50n, 0n)], shares: null };
  const [line] = stepOf(before, snapshot(20)).ledger;
  assert.deepEqual([line?.account, line?.credited, line?.paid], ['worker', 0n, 50n]);
});

test('a window that the contract erased stays, says so, and keeps the names behind its bits', (t) => {
  const file = openPageFile(path.join(scratch(t), 'page.sqlite'), 'poolbp');
  t.after(() => file.close());
  const store = new FactStore(file.db);
  const seen = snapshot(10, { windows: [window(100), window(112)] });
  const first = stepOf({ block: 0, credits: [], shares: null }, seen);
  assert.deepEqual(
    windowsBefore(store, seen, 1000, 9).map(({ id, isFinal, source }) => [id, isFinal, source]),
    [
      [112, false, 'chain'],
      [100, false, 'chain'],
    ],
  );
  store.write(first);
  const later = { ...window(112), names: ['seat 0', 'seat 1'] };
  store.write({ ...first, block: 20, windows: [later] });
  const erased = snapshot(30);
  assert.deepEqual(
    windowsBefore(store, erased, 112, 9).map(({ id, isFinal, source }) => [id, isFinal, source]),
    [[100, true, 'kept']],
  );
  const detail = windowDetail(store, erased, 112);
  assert.deepEqual(
    detail?.members.map(({ account }) => account),
    ['ann', 'bob'],
  );
  assert.match(
    detail?.from ?? '',
    /^the contract erased it when its epoch was closed, and this page kept it; it is irreversible; its metrics are not known here$/,
  );
  assert.equal(windowDetail(store, erased, 5), null);
  // The members decided it anew: the newer row counts.
  store.write({ ...first, block: 40, windows: [{ ...window(100, 'd'), settled: 2000, voided: true }] });
  assert.equal(windowDetail(store, erased, 100)?.state, 'void');
});

test('metrics of any form are read or passed over, never thrown at', () => {
  for (const bad of ['', 'x', 'null', '[]', '{"emitted":"12"}', '{"emitted":1.5}']) assert.equal(metricsIn(bad), null);
  const good = {
    ...{ emitted: 12, missed: 0, rescues: 0, replaced: 0, slots: 12, mode: 'standby', eligiblePercent: 50 },
    columns: ['index', 'name', 'grid', 'candidates', 'selected', 'standby', 'late', 'invalid', 'missing'],
    members: [[0, 'ann', 'ssssbbbbbbbb', 4, 4, 8, 0, 0, 0], ['x'], []],
  };
  const metrics = metricsIn(JSON.stringify(good));
  assert.ok(metrics);
  const [ann, odd] = membersIn(metrics, ['ann']);
  assert.deepEqual([ann?.covered, ann?.isEligible, ann?.grid], [12, true, 'ssssbbbbbbbb']);
  assert.deepEqual([odd?.account, odd?.covered], ['', null]);
});

test('a CSV is quoted where it must be, and nothing in it is a formula', () => {
  const text = csvOf(
    ['a', 'b'],
    [
      ['x,"y"', null],
      ['=1+1', 5],
      ['-2', -2],
    ],
  );
  assert.equal(text, `a,b\r\n"x,""y""",\r\n'=1+1,5\r\n'-2,-2\r\n`);
});
