import assert from 'node:assert/strict';
import { test } from 'node:test';
import { firstSlot, lastSlot, slotTime } from '../../../common/slot.ts';
import { reduce } from '../../../emitter/select/reducer.ts';
import { initialState } from '../../../emitter/select/state.ts';
import {
  type AdoptedDecision,
  type BlockRef,
  SELECT_DEFAULTS,
  type SelectEffect,
  type SelectEvent,
} from '../../../emitter/select/types.ts';
import { cases, fc } from '../../support/property.ts';
import { block, poolWindow, signerOf } from '../../support/select-world.ts';

const WINDOW = poolWindow(0);
const FIRST = firstSlot(WINDOW);
const LAST = slotTime(lastSlot(WINDOW));
const AT = slotTime(FIRST) - 100;
const PARENT = block({ id: 'aa'.repeat(32), num: 50, slot: 1, previous: '' }, FIRST - 1, 'other');

function branchOf(m: number, count: number, on = PARENT, from = 0): BlockRef[] {
  const made: BlockRef[] = [];
  for (let k = 0; k < count; k++) made.push(block(made[k - 1] ?? on, FIRST + from + k, `m${m}`));
  return made;
}

function decided(blocks: BlockRef[], m: number, more: Partial<AdoptedDecision> = {}): AdoptedDecision[] {
  return blocks.map(({ slot, id, num, previous }, i) => {
    const reason = more.reason ?? (slot === FIRST ? 'first' : 'extend');
    const began = i === 0 ? more : {};
    return { slot, id, num, previous, signer: signerOf(m), reason, replaces: [], ...began };
  });
}

/** One of several emitters' selections. */
function emitter(strategy = 'first-delivered') {
  const state = initialState(SELECT_DEFAULTS);
  const said: string[] = [];
  const emits: Extract<SelectEffect, { type: 'emit' }>[] = [];
  let seq = 0;
  const feed = (event: SelectEvent) => {
    for (const effect of reduce(state, event)) {
      if (effect.type === 'want') said.push(`wants ${effect.id.slice(0, 8)} ${effect.signer}`);
      if (effect.type === 'leak') said.push('a leak');
      if (effect.type !== 'emit') continue;
      emits.push({ ...effect, path: [...effect.path] });
      const how = effect.adopted ? 'adopted' : 'own';
      said.push(`${how}: ${effect.path.map(({ slot, signer }) => `${slot - FIRST} ${signer}`).join(', ')}`);
    }
  };
  const offer = (m: number, made: BlockRef, at = AT) => {
    const rest = { confirmed: 12, cpuUs: 0, transactions: 0, bytes: 200, arrivedMs: at, late: false };
    feed({ type: 'candidate', at, candidate: { ...made, ...rest, signer: signerOf(m) } });
  };
  const adopt = (decisions: AdoptedDecision[], more: Partial<Extract<SelectEvent, { type: 'adopted' }>> = {}) =>
    feed({ type: 'adopted', at: AT, seq: ++seq, by: 'emitter2', decisions, send: true, ...more });
  const take = () => said.splice(0);
  feed({
    type: 'settings',
    at: AT,
    strategy,
    mode: 'propose',
    fromWindow: 0,
    previousStrategy: strategy,
    previousMode: 'propose',
  });
  feed({ type: 'public', at: AT - 500, block: PARENT, pool: false });
  return { state, feed, offer, adopt, take, emits };
}

const up = (m: number): SelectEvent => ({ type: 'member', at: AT, signer: signerOf(m), up: true });
const short = ({ id }: BlockRef) => id.slice(0, 8);

test('a block that others decided leaves here when it is here; when it is not it is asked for, and leaves once it comes', () => {
  const { offer, adopt, take, state } = emitter('fullest:wait=400');
  const [one, two, three] = branchOf(0, 3) as [BlockRef, BlockRef, BlockRef];
  state.sessions.set(signerOf(1), 1);
  offer(0, one);
  assert.deepEqual(take(), [], 'the strategy waits for the other member');
  adopt(decided([one], 0));
  assert.deepEqual(take(), [`adopted: 0 ${signerOf(0)}`]);
  adopt(decided([two], 0));
  assert.deepEqual(take(), [`wants ${short(two)} ${signerOf(0)}`]);
  assert.equal(state.tip?.id, two.id, 'it counts as out');
  offer(0, three);
  assert.deepEqual(take(), [`own: 2 ${signerOf(0)}`], 'who lacks a block goes on from it');
  offer(0, two);
  assert.deepEqual(take(), [`adopted: 1 ${signerOf(0)}`]);
  offer(0, two);
  assert.deepEqual(take(), []);
});

test('a wanted block is forgotten when it is in public, and when a rescue takes its place', () => {
  const { offer, adopt, take, state, feed } = emitter();
  const [one, two, three] = branchOf(0, 3) as [BlockRef, BlockRef, BlockRef];
  adopt(decided([one, two, three], 0));
  assert.equal(take().length, 3);
  feed({ type: 'public', at: AT, block: one, pool: true });
  offer(0, one);
  assert.deepEqual(take(), [], 'the network has it');
  const other = branchOf(1, 3, one, 1);
  for (const made of other) offer(1, made);
  adopt(decided(other, 1, { reason: 'rescue', replaces: [two.id, three.id], failed: signerOf(0) }));
  assert.deepEqual(take(), [`adopted: 1 ${signerOf(1)}, 2 ${signerOf(1)}, 3 ${signerOf(1)}`]);
  offer(0, two);
  offer(0, three);
  assert.deepEqual(take(), [], 'its place is taken');
  assert.equal(state.window?.owed.size, 0);
});

test('a rescue that others decided: what it replaces is gone, who failed is out, and it counts as one of two', () => {
  const { offer, adopt, take, state, emits } = emitter();
  const leader = branchOf(0, 2);
  for (const made of leader) offer(0, made);
  const other = branchOf(1, 3);
  for (const made of other) offer(1, made);
  assert.equal(take().length, 2);
  adopt(decided(other, 1, { reason: 'rescue', replaces: leader.map(({ id }) => id), failed: signerOf(0) }));
  assert.equal(take().length, 1);
  const { window } = state;
  assert.deepEqual(
    window?.emitted.map(({ block: { id } }) => id),
    other.map(({ id }) => id),
  );
  assert.deepEqual(
    [...(window?.decided.keys() ?? [])],
    other.map(({ slot }) => slot),
  );
  assert.deepEqual([window?.rescues, [...(window?.out ?? [])], window?.leader], [1, [signerOf(0)], signerOf(1)]);
  assert.deepEqual(
    emits.at(-1)?.replaced.map(({ id }) => id),
    leader.map(({ id }) => id),
  );
  offer(0, branchOf(0, 3)[2] as BlockRef);
  assert.deepEqual(take(), [], 'who failed leads no more');
});

test('what is adopted again changes nothing', () => {
  const { adopt, take, state } = emitter();
  const blocks = branchOf(0, 3);
  adopt(decided(blocks, 0));
  take();
  const before = structuredClone(state.window);
  adopt(decided(blocks, 0));
  adopt(decided(blocks.slice(1), 0));
  assert.deepEqual(take(), []);
  assert.deepEqual(state.window, before);
});

test('nothing is chosen before all that is known to be decided was told', () => {
  const { offer, adopt, take, feed } = emitter();
  const [one, two, three] = branchOf(0, 3) as [BlockRef, BlockRef, BlockRef];
  feed({ type: 'turn', at: AT, window: WINDOW });
  feed({ type: 'fence-failed', at: AT, window: WINDOW, step: 0 });
  for (const made of [one, two]) offer(0, made);
  const [, other] = branchOf(1, 2, one, 0) as [BlockRef, BlockRef];
  assert.deepEqual(take(), [], 'halted');
  adopt(decided([one], 0), { more: true });
  assert.deepEqual(take(), [`adopted: 0 ${signerOf(0)}`], 'the next slot may be decided');
  const next = { ...other, slot: two.slot, previous: one.id, num: two.num };
  adopt(decided([next], 1));
  assert.deepEqual(take(), [`wants ${short(next)} ${signerOf(1)}`]);
  offer(0, three);
  assert.deepEqual(take(), []);
});

test('too late, over, or not to be sent: decided all the same, and nothing leaves', () => {
  const [one, two] = branchOf(0, 2) as [BlockRef, BlockRef];
  const late = emitter();
  late.adopt(decided([one], 0));
  late.take();
  late.offer(0, two, LAST + 1);
  late.adopt(decided([two], 0), { at: LAST });
  assert.deepEqual(late.take(), []);
  assert.equal(late.state.window?.decided.size, 2);
  assert.equal(late.state.tip?.id, one.id, 'nobody may have let it out');
  late.feed({ type: 'tick', at: AT });
  assert.deepEqual(late.take(), [], 'nor does it leave by what waited since it was not too late');
  const over = emitter();
  over.adopt(decided([one], 0));
  over.take();
  const next = block(one, lastSlot(WINDOW) + 1, 'other');
  over.feed({ type: 'public', at: AT, block: next, pool: false });
  over.adopt(decided([two], 0));
  assert.deepEqual([over.take(), over.state.tip?.id, over.state.window?.decided.size], [[], next.id, 2]);
  const kept = emitter('fullest:wait=400');
  kept.state.sessions.set(signerOf(1), 1);
  kept.offer(0, one);
  kept.adopt(decided([one], 0), { send: false });
  assert.deepEqual([kept.take(), kept.state.tip?.id], [[], one.id]);
});

test('of a window that was over before this emitter knew of it only the blocks are known: no leak, no window opened', () => {
  const { adopt, take, state, feed } = emitter();
  const blocks = branchOf(0, 2);
  const next = block(blocks[1] as BlockRef, lastSlot(WINDOW) + 1, 'other');
  feed({ type: 'public', at: LAST, block: next, pool: false });
  adopt(decided(blocks, 0));
  assert.equal(state.window, null);
  feed({ type: 'public', at: LAST, block: blocks[0] as BlockRef, pool: true, signer: signerOf(0) });
  assert.deepEqual([take(), state.window], [[], null]);
});

test('what was seen in public while the decisions could not be read stands once, in its order, when its decision comes', () => {
  const { adopt, take, state, feed } = emitter();
  const blocks = branchOf(0, 4);
  adopt(decided(blocks.slice(0, 1), 0));
  for (const i of [3, 1, 2])
    feed({ type: 'public', at: AT, block: blocks[i] as BlockRef, pool: true, signer: signerOf(0), unchecked: true });
  assert.equal(take().includes('a leak'), false);
  for (const one of blocks.slice(1)) adopt(decided([one], 0));
  const { emitted = [] } = state.window ?? {};
  assert.deepEqual(
    emitted.map(({ block: { id }, signer }) => [id, signer]),
    blocks.map(({ id }) => [id, signerOf(0)]),
  );
  assert.equal(state.tip?.id, blocks[3]?.id);
});

test('one block of an adopted branch cannot leave from here: those before it left, and all stay decided', () => {
  const { adopt, offer, state, feed, emits } = emitter();
  const blocks = branchOf(0, 3);
  feed({ type: 'turn', at: AT, window: WINDOW });
  offer(0, blocks[2] as BlockRef);
  offer(0, { ...(blocks[0] as BlockRef), previous: 'ff'.repeat(32) });
  adopt(decided(blocks, 0));
  assert.deepEqual(
    emits.map(({ step }) => step),
    [0, 1],
  );
  feed({ type: 'fence-failed', at: AT, window: WINDOW, step: 1 });
  assert.deepEqual(
    state.window?.emitted.map(({ block: { id } }) => id),
    blocks.map(({ id }) => id),
  );
  assert.equal(state.window?.decided.size, 3);
  assert.equal(state.window?.halted, true);
});

test('whose turn it is by `rotate` is the same at who decided a window and at who adopted it, in whatever order members came', () => {
  const order = fc.shuffledSubarray([0, 1, 2], { minLength: 3, maxLength: 3 });
  fc.assert(
    fc.property(order, order, fc.array(fc.nat(2), { minLength: 1, maxLength: 5 }), (one, other, leaders) => {
      const [a, b] = [emitter('rotate'), emitter('rotate')];
      for (const m of one) a.feed(up(m));
      for (const m of other) b.feed(up(m));
      let parent = PARENT;
      for (const [w, m] of leaders.entries()) {
        const id = poolWindow(w);
        const made = block(parent, firstSlot(id), `m${m}`);
        const at = slotTime(firstSlot(id)) - 100;
        a.offer(m, made, at);
        a.feed({ type: 'tick', at: at + 200 });
        b.adopt(decided([made], m, { reason: 'first' }), { at });
        assert.equal(a.state.window?.turn, b.state.window?.turn);
        assert.equal(a.state.window?.turn, signerOf(w % 3));
        parent = block(made, lastSlot(id) + 1, 'other');
        for (const { feed } of [a, b]) feed({ type: 'public', at: slotTime(lastSlot(id)), block: parent, pool: false });
      }
    }),
    cases(200),
  );
});
