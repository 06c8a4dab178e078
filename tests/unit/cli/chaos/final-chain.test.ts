import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Chain, finalBlocks, missedIn } from '../../../../cli/chaos/final-chain.ts';
import { firstSlot, slotTime } from '../../../../common/slot.ts';

const WINDOW = 141_489_195;
const FIRST = firstSlot(WINDOW);

/** A chain whose blocks are for these slots (counted from the window's first), irreversible up to the last one. */
function chainOf(blocks: { slot: number; producer: string }[]): Chain {
  return {
    info: async () => ({ last_irreversible_block_num: blocks.length }),
    block: async (num) => {
      const { slot, producer } = blocks[num - 1] as { slot: number; producer: string };
      const timestamp = new Date(slotTime(FIRST + slot)).toISOString().slice(0, -1);
      return { id: `id ${slot}`, timestamp, producer };
    },
  };
}

const turn = (from: number, to: number, producer: string) =>
  Array.from({ length: to - from }, (_, i) => ({ slot: from + i, producer }));

test('the pool’s blocks by window, without those of others and of other windows', async () => {
  const chain = chainOf([
    ...turn(-24, -12, 'pool'),
    ...turn(-12, 0, 'bp1'),
    ...turn(0, 12, 'pool'),
    ...turn(12, 24, 'bp1'),
    ...turn(24, 36, 'pool'),
    ...turn(36, 40, 'bp1'),
  ]);
  const found = await finalBlocks(chain, 'pool', [WINDOW, WINDOW + 2]);
  assert.deepEqual([...found.keys()], [WINDOW, WINDOW + 2]);
  assert.deepEqual(
    found.get(WINDOW),
    turn(0, 12, '').map(({ slot }) => ({ slot: FIRST + slot, id: `id ${slot}` })),
  );
  assert.deepEqual([...found.values()].map(missedIn), [0, 0]);
});

test('slots without a block of the pool are missed, also at a window’s edges and in a window without any', async () => {
  const chain = chainOf([
    ...turn(-1, 0, 'bp1'),
    ...turn(1, 5, 'pool'),
    ...turn(5, 6, 'bp2'),
    ...turn(6, 11, 'pool'),
    ...turn(12, 24, 'bp1'),
    ...turn(36, 37, 'bp1'),
  ]);
  const found = await finalBlocks(chain, 'pool', [WINDOW, WINDOW + 2]);
  assert.deepEqual([...found.values()].map(missedIn), [3, 12]);
  assert.equal(missedIn(undefined), 12);
});

test('a window that can still change is refused', async () => {
  const chain = chainOf([...turn(-1, 0, 'bp1'), ...turn(0, 12, 'pool')]);
  await assert.rejects(finalBlocks(chain, 'pool', [WINDOW]), {
    code: 'chain',
    message: `window ${WINDOW} is not irreversible yet`,
  });
});
