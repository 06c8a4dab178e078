import assert from 'node:assert/strict';
import { test } from 'node:test';
import { firstSlot, lastSlot, slotTime } from '../../../common/slot.ts';
import { FORK_RULES, type ForkBlock } from '../../../emitter/forks/rules.ts';
import { type Block, BlockTree, isPreferred } from '../../simulator/blocks.ts';
import { cases, fc } from '../../support/property.ts';

const { legacy, savanna } = FORK_RULES;
const WINDOW = 1000;
const at = (slot: number, num: number, more: Partial<ForkBlock> = {}): ForkBlock => {
  return { id: `${num}`.padStart(64, '0'), num, slot, ...more };
};
const first = firstSlot(WINDOW);

test('legacy: within a window the higher wins, an equal one changes nothing', () => {
  assert.ok(legacy.isBetterHead(at(first + 3, 103), at(first + 2, 102)));
  assert.ok(!legacy.isBetterHead(at(first + 3, 102), at(first + 2, 102)));
});

test('legacy: the next producer’s first block beats a longer pool branch, unless it is longer by a window', () => {
  assert.ok(legacy.isBetterHead(at(first + 12, 101), at(first + 11, 112)));
  assert.ok(!legacy.isBetterHead(at(first + 12, 100), at(first + 11, 112)));
  assert.ok(!legacy.isBetterHead(at(first + 11, 112), at(first + 12, 101)));
});

test('legacy: where the irreversible heights are known they decide, then the height, whatever the windows', () => {
  const irreversible = (num: number) => ({ irreversible: num });
  assert.ok(legacy.isBetterHead(at(first + 12, 101, irreversible(52)), at(first + 11, 112, irreversible(40))));
  assert.ok(!legacy.isBetterHead(at(first + 12, 101, irreversible(40)), at(first + 11, 112, irreversible(40))));
  assert.ok(legacy.isBetterHead(at(first + 11, 112, irreversible(40)), at(first + 12, 101, irreversible(40))));
  assert.ok(!legacy.isBetterHead(at(first + 12, 112, irreversible(40)), at(first + 11, 112, irreversible(40))));
  assert.ok(legacy.isBetterHead(at(first + 12, 101, irreversible(40)), at(first + 11, 112)), 'one unknown: by window');
});

for (const producers of [2, 3, 4, 21]) {
  test(`legacy, ${producers} producers: against a whole late window the next producer’s first block wins or loses as in nodeos`, () => {
    const tree = new BlockTree(producers, first - 1 - 12 * producers * 4);
    const nextOn = (parent: Block, slot: number): Block => {
      const producer = Math.floor(slot / 12) % producers;
      const own = parent.lastProduced[producer] as number;
      const confirmed = Math.min(parent.num - own, parent.num - parent.irreversible);
      return tree.next(parent, slot, producer, slot % 12 === 0 ? confirmed : 0, '') as Block;
    };
    const windowOn = (on: Block, length: number): Block => {
      let block = on;
      for (let slot = on.slot + 1; slot <= on.slot + length; slot++) block = nextOn(block, slot);
      return block;
    };
    let parent = tree.genesis;
    for (let round = 0; round < producers * 4; round++) parent = windowOn(parent, 12);
    assert.ok(parent.irreversible > tree.genesis.num, 'the last irreversible block follows');
    const late = windowOn(parent, 12);
    const next = nextOn(parent, first + 12);
    assert.equal(late.slot, first + 11);
    assert.equal(legacy.isBetterHead(next, late), isPreferred(next, late));
    assert.equal(legacy.isBetterHead(late, next), isPreferred(late, next));
    assert.ok(legacy.isBetterHead(late, next), 'the late window is longer, and its irreversible height not lower');
    const onLate = nextOn(late, first + 12);
    assert.ok(legacy.isBetterHead(onLate, late));
    const cut = windowOn(parent, 5);
    const below = nextOn(cut, first + 12);
    assert.ok(legacy.isBetterHead(below, late), 'part of the window public: the next producer’s first block wins');
  });
}

test('legacy: the last slot’s block stays once it is out', () => {
  assert.ok(legacy.mayReplace([at(first + 10, 110)], at(first + 10, 110)));
  assert.ok(!legacy.mayReplace([at(first + 10, 110), at(first + 11, 111)], at(first + 11, 111)));
});

test('savanna: the newer certificate, then the later block, then the greater id', () => {
  const certified = at(first + 2, 102, { qcSlot: first });
  assert.ok(savanna.isBetterHead(certified, at(first + 5, 105, { qcSlot: first - 1 })));
  assert.ok(!savanna.isBetterHead(at(first + 5, 105, { qcSlot: first - 1 }), certified));
  assert.ok(savanna.isBetterHead(at(first + 3, 101, { qcSlot: first }), certified));
  assert.ok(savanna.isBetterHead({ ...certified, id: 'f'.repeat(64) }, certified));
  assert.ok(!savanna.isBetterHead(certified, { ...certified, id: 'f'.repeat(64) }));
});

test('savanna: nothing is replaced past a certificate', () => {
  const tip = at(first + 4, 104, { qcSlot: first + 1 });
  assert.ok(savanna.mayReplace([at(first + 2, 102), tip], tip));
  assert.ok(!savanna.mayReplace([at(first + 1, 101), at(first + 2, 102)], tip));
  assert.ok(!savanna.mayReplace([at(first + 11, 111)], at(first + 11, 111)));
});

for (const rules of [legacy, savanna]) {
  test(`${rules.name}: no two blocks are better than each other, and the last slot’s time is too late`, () => {
    const slot = fc.integer({ min: first, max: first + 36 });
    const made = fc
      .record({
        slot,
        num: fc.integer({ min: 90, max: 140 }),
        irreversible: fc.integer({ min: 40, max: 52 }),
        qcSlot: slot,
      })
      .map((drawn) => at(drawn.slot, drawn.num, drawn));
    fc.assert(
      fc.property(made, made, (one, other) => !(rules.isBetterHead(one, other) && rules.isBetterHead(other, one))),
      cases(1000),
    );
    assert.equal(rules.tooLateAt(WINDOW), slotTime(lastSlot(WINDOW)));
  });
}
