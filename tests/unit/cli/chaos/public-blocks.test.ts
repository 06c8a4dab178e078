import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PublicBlocks } from '../../../../cli/chaos/public-blocks.ts';
import { firstSlot } from '../../../../common/slot.ts';

const WINDOW = 141_489_195;
const SLOT = firstSlot(WINDOW);
const NONE: ReadonlySet<string> = new Set();

/** What taps heard: slot in the window, id, tap, ms, and the signature when it matters. */
function seen(...blocks: [slot: number, id: string, tap: string, at: number, signature?: string][]): PublicBlocks {
  const all = new PublicBlocks();
  for (const [slot, id, tap, at, signature = `sig of ${id}`] of blocks)
    all.note({ id, slot: SLOT + slot, signature }, tap, at);
  return all;
}

test('one block at many taps, and as often as it comes, is emitted once', () => {
  const blocks = seen([0, 'a', 'bp1', 1], [0, 'a', 'bp2', 2], [0, 'a', 'bp1', 3], [1, 'b', 'bp1', 500]);
  assert.deepEqual(blocks.emittedTwice(NONE), []);
  assert.equal(blocks.all.length, 2);
});

test('two ids for one slot, also when no tap saw both', () => {
  assert.deepEqual(seen([3, 'a', 'bp1', 1], [3, 'b', 'bp2', 2]).emittedTwice(NONE), [SLOT + 3]);
  assert.deepEqual(seen([3, 'a', 'bp1', 1], [3, 'b', 'bp1', 2]).emittedTwice(NONE), [SLOT + 3]);
});

test('a rescue excuses the block that it names, whichever came first, and no other', () => {
  const two = seen([3, 'a', 'bp1', 1], [3, 'b', 'bp1', 2]);
  assert.deepEqual(two.emittedTwice(new Set(['a'])), []);
  assert.deepEqual(two.emittedTwice(new Set(['b'])), []);
  assert.deepEqual(two.emittedTwice(new Set(['other'])), [SLOT + 3]);
  const three = seen([3, 'a', 'bp1', 1], [3, 'b', 'bp1', 2], [3, 'c', 'bp1', 3]);
  assert.deepEqual(three.emittedTwice(new Set(['a'])), [SLOT + 3]);
  assert.deepEqual(three.emittedTwice(new Set(['a', 'b'])), []);
});

test('two members’ empty blocks have one id: two signatures are two blocks, whatever was rescued', () => {
  const two = seen([3, 'a', 'bp1', 1, 'of member1'], [3, 'a', 'bp2', 2, 'of member2']);
  assert.deepEqual(two.emittedTwice(NONE), [SLOT + 3]);
  assert.deepEqual(two.emittedTwice(new Set(['a'])), [SLOT + 3]);
});

test('a block of the chain that a tap did not hear is told, once for each such tap', () => {
  const blocks = seen([0, 'a', 'bp1', 1], [0, 'a', 'bp2', 2], [1, 'b', 'bp1', 500]);
  const chain = ['a', 'b', 'c'].map((id, i) => ({ id, slot: SLOT + i }));
  assert.equal(blocks.unseen(chain.slice(0, 1), ['bp1', 'bp2']), 0);
  assert.equal(blocks.unseen(chain.slice(0, 2), ['bp1', 'bp2']), 1);
  assert.equal(blocks.unseen(chain, ['bp1', 'bp2']), 3);
});

test('recovery is the time to the next later slot: a rescue’s copies of old slots do not end it', () => {
  const blocks = seen([4, 'a', 'bp1', 1000], [4, 'b', 'bp1', 1300], [5, 'c', 'bp2', 1450], [5, 'c', 'bp1', 1600]);
  assert.equal(blocks.recovery(1100, WINDOW), 350);
});

test('before the window’s first block recovery is the time to it; a missed window counts up to the next one', () => {
  const blocks = seen([-13, 'z', 'bp1', 10], [0, 'a', 'bp1', 1000], [24, 'b', 'bp1', 13_000]);
  assert.equal(blocks.recovery(600, WINDOW), 400);
  assert.equal(blocks.recovery(1100, WINDOW), 11_900);
});

test('after the window’s last slot there is nothing to recover, nor when the pool is not on its turn', () => {
  const blocks = seen([11, 'a', 'bp1', 1000], [24, 'b', 'bp1', 7000]);
  assert.equal(blocks.recovery(1100, WINDOW), null);
  assert.equal(seen([4, 'a', 'bp1', 1000]).recovery(1100, WINDOW), null);
});
