import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { firstSlot, lastSlot } from '../../../common/slot.ts';
import { isIrreversible, readWindowBlocks } from '../../../oracle/source/blocks.ts';
import type { BlockRef } from '../../../oracle/source/chain.ts';
import { notOffered } from '../../../oracle/source/offered.ts';
import { POOL, WINDOW } from './support/events.ts';
import { FakeChain } from './support/fake-chain.ts';

const FIRST = firstSlot(WINDOW);
const block = (k: number, producer: string, scheduleVersion: number): BlockRef => {
  return { num: k + 100, id: `${k}`, slot: FIRST + k, producer, scheduleVersion };
};
const slots = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);
const nothing = () => null;

test('all slots under one schedule: a whole window, missed slots or not', () => {
  const inside = slots(0, 11).map((k) => block(k, POOL, 7));
  assert.equal(notOffered(WINDOW, { inside, after: block(12, 'alpha', 7) }, POOL, nothing), null);
  const thin = inside.filter((_, k) => k === 4);
  assert.equal(notOffered(WINDOW, { inside: thin, after: block(14, 'alpha', 7) }, POOL, nothing), null);
});

test('the schedule changed inside the window: the pool had a part of it', () => {
  const inside = [block(0, 'alpha', 6), ...slots(1, 11).map((k) => block(k, POOL, 7))];
  const why = notOffered(WINDOW, { inside, after: block(12, 'beta', 7) }, POOL, nothing);
  assert.equal(why, 'the schedule gave poolbp only 11 of its 12 slots');
});

test('a slot missed before a change belongs to the schedule that its parent set in force', () => {
  const inside = slots(0, 7).map((k) => block(k, POOL, 7));
  const before = { inside, after: block(12, 'beta', 8) };
  assert.match(notOffered(WINDOW, before, POOL, nothing) ?? '', /slot 8 was missed under schedule 8, unknown/);
  const other = (version: number) => (version === 8 ? ['alpha', 'beta', POOL] : null);
  const gives = (producers: string[]) => notOffered(WINDOW, before, POOL, () => producers);
  assert.equal(gives([POOL]), null, 'still the pool’s turn');
  assert.match(notOffered(WINDOW, before, POOL, other) ?? '', WINDOW % 3 === 2 ? /^$/ : /only 8 of its 12/);
});

test('another key in the schedule, the same turns: still a whole window', () => {
  const inside = [...slots(0, 3).map((k) => block(k, POOL, 7)), ...slots(4, 11).map((k) => block(k, POOL, 8))];
  assert.equal(notOffered(WINDOW, { inside, after: block(12, 'alpha', 8) }, POOL, nothing), null);
});

test('a window with all slots missed needs the schedule’s word', () => {
  const empty = { inside: [], after: block(12, 'alpha', 7) };
  assert.match(notOffered(WINDOW, empty, POOL, nothing) ?? '', /unknown to this oracle/);
  assert.equal(
    notOffered(WINDOW, empty, POOL, () => [POOL]),
    null,
  );
});

test('a window’s blocks are found whatever was missed', async () => {
  const from = WINDOW - 4;
  const missing = fc.uniqueArray(fc.integer({ min: firstSlot(from) + 1, max: firstSlot(from + 5) - 1 }), {
    maxLength: 40,
  });
  await fc.assert(
    fc.asyncProperty(missing, async (missed) => {
      const chain = new FakeChain(from, missed);
      chain.pass(4);
      const irreversible = await chain.irreversible();
      assert.ok(isIrreversible(WINDOW, irreversible));
      const { inside, after } = await readWindowBlocks(chain, WINDOW, irreversible);
      const expected = chain.blocks.filter(({ slot }) => slot >= FIRST && slot <= lastSlot(WINDOW));
      assert.deepEqual(inside, expected);
      assert.equal(after.slot > lastSlot(WINDOW), true);
    }),
    { numRuns: 60 },
  );
});

test('a window is irreversible only when a block after it is', () => {
  assert.equal(isIrreversible(WINDOW, block(11, POOL, 7)), false);
  assert.equal(isIrreversible(WINDOW, block(12, 'alpha', 7)), true);
});
