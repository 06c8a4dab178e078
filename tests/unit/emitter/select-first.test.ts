import assert from 'node:assert/strict';
import { test } from 'node:test';
import { slotTime } from '../../../common/slot.ts';
import { reduce } from '../../../emitter/select/reducer.ts';
import { initialState } from '../../../emitter/select/state.ts';
import { type BlockRef, SELECT_DEFAULTS, type SelectEffect } from '../../../emitter/select/types.ts';
import { byHand, candidateOf } from '../../support/select-bench.ts';
import { block, signerOf } from '../../support/select-world.ts';

/** Blocks with the irreversible heights that nodes see: `root` and `parent` of another producer, then what members make. */
function heights(irreversible: { other: number; pool: number }) {
  const { first, root, parent } = byHand();
  const state = initialState({ ...SELECT_DEFAULTS });
  const shown = [root, parent].map((each) => ({ ...each, irreversible: irreversible.other }));
  for (const each of shown) reduce(state, { type: 'public', at: slotTime(each.slot), block: each, pool: false });
  for (const m of [0, 1]) reduce(state, { type: 'member', at: slotTime(first - 1), signer: signerOf(m), up: true });
  const made = (m: number, on: BlockRef, k: number, at: number) => {
    const candidate = candidateOf(block(on, first + k, `m${m}`), m, at, { irreversible: irreversible.pool });
    return { candidate, effects: reduce(state, { type: 'candidate', at, candidate }) };
  };
  const tick = (at: number) => reduce(state, { type: 'tick', at });
  return { first, root, parent, made, tick };
}

function left(effects: SelectEffect[]): string[] {
  return effects.flatMap((effect) => (effect.type === 'emit' ? effect.path.map(({ id }) => id) : []));
}

test('a first block below the tip leaves when nodes prefer it: it makes more irreversible', () => {
  const { first, root, made, tick } = heights({ other: 20, pool: 32 });
  const at = slotTime(first) - 50;
  const { candidate, effects } = made(0, root, 0, at);
  assert.deepEqual(left(effects), []);
  assert.deepEqual(left(tick(at + SELECT_DEFAULTS.parentWaitMs)), [candidate.id]);
});

test('a member that is a round behind does not get the window: nodes would never take its branch', () => {
  const { first, root, parent, made, tick } = heights({ other: 20, pool: 8 });
  const at = slotTime(first) - 200;
  let on: BlockRef = root;
  for (let k = 0; k < 3; k++) {
    const { candidate, effects } = made(0, on, k, at + 400 * k);
    assert.deepEqual(left([...effects, ...tick(at + 400 * k + 150)]), []);
    on = candidate;
  }
  const { candidate, effects } = made(1, parent, 0, at + 1300);
  assert.deepEqual(left(effects), [candidate.id]);
});

test('while nothing becomes irreversible a branch below the tip leaves once it is longer, from its first block on', () => {
  const { first, root, made, tick } = heights({ other: 20, pool: 20 });
  const at = slotTime(first) - 50;
  const zero = made(0, root, 0, at);
  assert.deepEqual(left([...zero.effects, ...tick(at + 200)]), [], 'as high as the tip');
  const one = made(0, zero.candidate, 1, at + 450);
  assert.deepEqual(left(one.effects), [zero.candidate.id, one.candidate.id]);
});

test('a hundred members with the same empty blocks below the tip: looked at once a block', () => {
  const { first, root } = byHand();
  const state = initialState({ ...SELECT_DEFAULTS });
  const shown = [root, block(root, first - 1, 'other')].map((each) => ({ ...each, irreversible: 20 }));
  for (const each of shown) reduce(state, { type: 'public', at: slotTime(each.slot), block: each, pool: false });
  const started = performance.now();
  let on: BlockRef = root;
  for (let k = 0; k < 12; k++) {
    const made = block(on, first + k, 'empty');
    for (let m = 0; m < 100; m++) {
      const at = slotTime(first + k) - 50;
      reduce(state, { type: 'candidate', at, candidate: candidateOf(made, m, at, { irreversible: 8 }) });
    }
    on = made;
  }
  const [, emitted] = [reduce(state, { type: 'tick', at: slotTime(first + 10) }), state.window?.emitted];
  assert.deepEqual(emitted, []);
  assert.ok(performance.now() - started < 10_000, 'not once for each way through the tree');
});
