import assert from 'node:assert/strict';
import { test } from 'node:test';
import { firstSlot, lastSlot, SLOTS_PER_WINDOW, slotTime, windowOf } from '../../../common/slot.ts';
import { ruleFor } from '../../../emitter/select/settings.ts';
import type { BlockRef } from '../../../emitter/select/types.ts';
import { cases, fc } from '../../support/property.ts';
import { byHand, EVERY_SLOT, QUIET, STEADY } from '../../support/select-bench.ts';
import {
  block,
  type MemberPlan,
  play,
  poolWindow,
  type Run,
  signerOf,
  type World,
} from '../../support/select-world.ts';

const member: fc.Arbitrary<MemberPlan> = fc.record({
  gain: fc.integer({ min: 40, max: 60 }),
  latency: fc.nat(40),
  busy: fc.array(fc.boolean(), { minLength: SLOTS_PER_WINDOW, maxLength: SLOTS_PER_WINDOW }),
  jitter: fc.array(fc.nat(30), { minLength: SLOTS_PER_WINDOW, maxLength: SLOTS_PER_WINDOW }),
  misses: fc.constant(false),
  confirmed: fc.constant(12),
});

function missed(run: Run, windows: number): number[] {
  const slots: number[] = [];
  for (let w = 0; w < windows; w++)
    for (let slot = firstSlot(poolWindow(w)); slot <= lastSlot(poolWindow(w)); slot++)
      if (!run.branch.has(slot)) slots.push(slot);
  return slots;
}

function leaderOf(run: Run, w: number): string | undefined {
  const of = run.sent.filter(({ effect }) => windowOf(effect.path[0]?.slot ?? 0) === poolWindow(w));
  return of[0]?.effect.path[0]?.signer;
}

test('one member with invalid bodies costs no more than the slots until it is found out, and leads no more', () => {
  const world = fc
    .record({
      bad: member,
      others: fc.array(member, { minLength: 1, maxLength: 3 }),
      afterMs: fc.integer({ min: 200, max: 330 }),
      strategy: fc.constantFrom('first-delivered', 'rotate', 'fullest'),
    })
    .map(({ bad, others, afterMs, strategy }): World => {
      const members = [{ ...bad, busy: bad.busy.map(() => true) }, ...others];
      return { ...QUIET, members, windows: 4, strategy, invalid: { members: [0], afterMs } };
    });
  fc.assert(
    fc.property(world, (drawn) => {
      const run = play(drawn);
      assert.deepEqual(missed(run, 4), []);
      const windows = run.sent
        .filter(({ effect }) => effect.path.some(({ signer }) => signer === signerOf(0)))
        .map(({ effect }) => windowOf(effect.path[0]?.slot ?? 0));
      assert.ok(new Set(windows).size <= 1, 'in quarantine after the first');
      for (const { effect } of run.sent) if (effect.reason === 'rescue') assert.equal(effect.cause, 'rejected');
    }),
    cases(400),
  );
});

test('two members with invalid bodies: the third goes on', () => {
  const steady = { ...STEADY, busy: EVERY_SLOT };
  const members = [0, 10, 20].map((latency) => ({ ...steady, latency }));
  const run = play({ ...QUIET, members, windows: 1, invalid: { members: [0, 1], afterMs: 230 } });
  assert.deepEqual(missed(run, 1), []);
  const rejected = run.steps.flatMap(({ effects }) => effects.filter((effect) => effect.type === 'rejected'));
  assert.deepEqual(
    rejected.map(({ signer }) => signer),
    [signerOf(0), signerOf(1)],
  );
  assert.ok(rejected[0]?.gone.includes(rejected[0].block.id));
});

test('a pool of which every member was refused tries all again, and says so', () => {
  const run = play({ ...QUIET, members: [STEADY], windows: 2, invalid: { members: [0], afterMs: 230 } });
  assert.equal(leaderOf(run, 1), signerOf(0));
  const faults = run.steps.flatMap(({ effects }) => effects.filter((effect) => effect.type === 'fault'));
  assert.deepEqual(
    faults.map(({ code }) => code),
    ['all_rejected'],
  );
});

test('a member sits out as many windows as configured, then it is tried again', () => {
  const steady = { ...STEADY, busy: EVERY_SLOT };
  const members = [0, 10].map((latency) => ({ ...steady, latency }));
  const world = { ...QUIET, members, windows: 5, invalid: { members: [0], afterMs: 230 } };
  const run = play(world, { config: { quarantineWindows: 2 } });
  assert.deepEqual(
    [0, 1, 2, 3, 4].map((w) => leaderOf(run, w)),
    [0, 1, 1, 0, 1].map(signerOf),
  );
});

test('rotate: the turn goes round, whatever the distance of the pool’s windows', () => {
  const steady = { ...STEADY, busy: EVERY_SLOT };
  // Window ids here are all odd: counting by them, two members would never change.
  const members = [0, 30].map((latency) => ({ ...steady, latency }));
  const run = play({ ...QUIET, members, windows: 6, strategy: 'rotate:wait=200' });
  const leaders = [1, 2, 3, 4, 5].map((w) => leaderOf(run, w));
  for (const [i, leader] of leaders.entries()) if (i > 0) assert.notEqual(leader, leaders[i - 1]);
});

test('sticky: the leader stays though another is faster by now', () => {
  const steady = { gain: 50, busy: Array(12).fill(true), misses: false, confirmed: 12, jitter: [] };
  const slower = { ...steady, latency: 0, later: Array(12).fill(60) };
  const world = { ...QUIET, members: [slower, { ...steady, latency: 20 }], windows: 3 };
  const leaders = (strategy: string) => [0, 1, 2].map((w) => leaderOf(play({ ...world, strategy }), w));
  assert.deepEqual(leaders('sticky:wait=100'), [0, 0, 0].map(signerOf));
  assert.deepEqual(leaders('first-delivered'), [0, 1, 1].map(signerOf));
});

test('members 600 ms late: alone they lose their last slots to the next producer, not the window', () => {
  const late = { gain: 50, latency: 650, busy: [], jitter: [], misses: false, confirmed: 12 };
  const run = play({ ...QUIET, members: [late], windows: 1 });
  // Slot 11 comes 50 ms after the next producer began.
  assert.deepEqual(missed(run, 1), [lastSlot(poolWindow(0))]);
});

test('clocks 300 ms apart, not learned yet: nobody is replaced, nothing is lost', () => {
  const steady = { ...STEADY, busy: EVERY_SLOT };
  for (const skew of [-300, 300]) {
    const members = [
      { ...steady, latency: 300 },
      { ...steady, latency: 310 + skew },
    ];
    const run = play({ ...QUIET, members, windows: 3 });
    assert.deepEqual(missed(run, 3), []);
    assert.ok(run.sent.every(({ effect }) => effect.reason !== 'rescue'));
  }
});

test('a slot not learned yet is expected as the one before: a leader late from the start is not replaced', () => {
  const steady = { busy: Array(12).fill(true), jitter: [], misses: false, confirmed: 12 };
  const other = { ...steady, busy: Array(12).fill(false), gain: 50, latency: 301 };
  const run = play({ ...QUIET, members: [{ ...steady, gain: 20, latency: 250 }, other], windows: 1 });
  assert.equal(leaderOf(run, 0), signerOf(0));
  assert.ok(run.sent.every(({ effect }) => effect.reason !== 'rescue'));
});

test('after a standstill of the emitter a leader is not judged before its block is read', () => {
  const { first, parent, candidate, feed } = byHand();
  const lead = candidate(0, parent, first, slotTime(first) - 50).made;
  const other = candidate(1, parent, first, slotTime(first) - 40).made;
  // The leader's next block is overdue by now, and lies unread behind another's.
  const now = slotTime(first + 1) + 400;
  const { effects } = candidate(1, other, first + 1, now);
  assert.deepEqual(effects, [{ type: 'wake', at: now + 1 }]);
  assert.ok(
    candidate(0, lead, first + 1, now).effects.some((effect) => effect.type === 'emit' && effect.reason === 'extend'),
  );
  assert.ok(feed({ type: 'tick', at: now + 1 }).every(({ type }) => type !== 'emit'));
});

test('two of four die at once: the others go on, with at most two rescues', () => {
  const world = fc
    .record({ members: fc.array(member, { minLength: 4, maxLength: 4 }), slot: fc.nat(11), afterMs: fc.nat(300) })
    .map(({ members, slot, afterMs }): World => {
      const failures = [0, 1].map((one) => ({ member: one, window: 0, slot, afterMs, silent: false }));
      return { ...QUIET, members, failures, windows: 1 };
    });
  fc.assert(
    fc.property(world, (drawn) => {
      const run = play(drawn);
      assert.deepEqual(missed(run, 1), []);
      assert.ok(run.sent.filter(({ effect }) => effect.reason === 'rescue').length <= 2);
    }),
    cases(300),
  );
});

test('a window keeps the strategy that held when it was opened', () => {
  const { state, first, parent, candidate, vote, feed } = byHand();
  candidate(0, parent, first, slotTime(first) - 50);
  vote('fullest', 0);
  assert.equal(state.window?.rule.strategy, 'first-delivered');
  assert.equal(ruleFor(state, poolWindow(0)).strategy, 'first-delivered');
  const end = feed({ type: 'tick', at: slotTime(first + 11) + 2000 }).find((effect) => effect.type === 'closed');
  assert.deepEqual([end?.strategy, end?.mode], ['first-delivered', 'propose']);
  feed({ type: 'turn', at: slotTime(first + 24), window: poolWindow(1) });
  assert.equal(state.window?.rule.strategy, 'fullest:wait=100');
});

test('a vote holds from its window on, not before', () => {
  const { state, first, vote, feed } = byHand();
  vote('rotate', poolWindow(1));
  feed({ type: 'turn', at: slotTime(first), window: poolWindow(0) });
  assert.equal(state.window?.rule.strategy, 'first-delivered');
  feed({ type: 'turn', at: slotTime(first + 24), window: poolWindow(1) });
  assert.equal(state.window?.rule.strategy, 'rotate:wait=100');
});

test('what this version does not know leaves the last known in place, and is told', () => {
  const { state, vote } = byHand();
  vote('sticky', 0);
  const faults = vote('luck', 0, 'anarchy').filter((effect) => effect.type === 'fault');
  assert.equal(state.settings.rule.strategy, 'sticky:wait=100');
  assert.equal(state.settings.rule.mode, 'propose');
  assert.match(
    faults.map(({ text }) => text).join(' '),
    /"luck" is unknown.*sticky:wait=100 goes on.*"anarchy" is unknown/,
  );
});

test('shadow strategies choose among the same candidates, and are told of once, when both have chosen', () => {
  const { first, parent, candidate, feed } = byHand({ shadows: ['fullest:wait=60', 'first-delivered'] });
  const at = slotTime(first) - 50;
  const early = candidate(0, parent, first, at);
  assert.deepEqual(
    early.effects.filter(({ type }) => type === 'shadow').map((effect) => 'same' in effect && effect.same),
    [true],
  );
  const { made, effects } = candidate(1, parent, first, at + 30);
  const told = effects.filter((effect) => effect.type === 'shadow');
  const { id, slot, signer } = made;
  const strategy = 'fullest:wait=60';
  assert.deepEqual(told, [{ type: 'shadow', window: poolWindow(0), slot, strategy, id, signer, same: false }]);
  assert.ok(feed({ type: 'tick', at: at + 100 }).every(({ type }) => type !== 'shadow'));
});

test('a shadow that waits does not take a block of a later slot', () => {
  const { first, parent, candidate, feed } = byHand({ shadows: ['fullest:wait=100'] });
  const at = slotTime(first) - 50;
  candidate(0, parent, first, at);
  candidate(1, parent, first + 1, at + 20);
  const told = feed({ type: 'tick', at: at + 100 }).find((effect) => effect.type === 'shadow');
  assert.deepEqual([told?.slot, told?.signer, told?.same], [first, signerOf(0), true]);
});

test('the last leader is known in a window that begins before the one before is closed', () => {
  const { state, first, parent, candidate, feed } = byHand();
  candidate(1, parent, first, slotTime(first) - 50);
  feed({ type: 'turn', at: slotTime(first + 12), window: poolWindow(0) + 1 });
  assert.equal(state.lastLeader, signerOf(1));
});

test('a shadow changes nothing of what leaves', () => {
  const world = fc
    .record({ members: fc.array(member, { minLength: 1, maxLength: 3 }), windows: fc.constant(2) })
    .map((drawn): World => ({ ...QUIET, ...drawn }));
  fc.assert(
    fc.property(world, (drawn) => {
      const emitted = (shadows: string[]) =>
        play(drawn, { config: { shadows } }).sent.map(({ effect }) => effect.path.map(({ id, signer }) => id + signer));
      assert.deepEqual(emitted(['rotate', 'fullest', 'highest-id']), emitted([]));
    }),
    cases(100),
  );
});

test('nothing leaves at or below the last irreversible block', () => {
  const { first, root, parent, candidate, feed } = byHand();
  feed({ type: 'irreversible', at: slotTime(first - 1), num: parent.num });
  candidate(0, root, first, slotTime(first) - 50);
  assert.ok(feed({ type: 'tick', at: slotTime(first) + 200 }).every(({ type }) => type !== 'emit'));
  const { effects } = candidate(1, parent, first, slotTime(first) + 210);
  assert.ok(effects.some(({ type }) => type === 'emit'));
});

test('no rescue takes back what is irreversible', () => {
  const { first, parent, candidate, feed } = byHand();
  const a = candidate(0, parent, first, slotTime(first) - 50).made;
  const b = candidate(1, parent, first, slotTime(first) - 40).made;
  candidate(1, b, first + 1, slotTime(first + 1) - 90);
  feed({ type: 'irreversible', at: slotTime(first + 1) - 80, num: a.num });
  const effects = feed({ type: 'member', at: slotTime(first + 1), signer: signerOf(0), up: false });
  assert.ok(effects.every(({ type }) => type !== 'emit'));
});

test('once the next producer has begun nothing leaves, not even on top of the tip', () => {
  const { first, parent, candidate } = byHand();
  let on: BlockRef = parent;
  for (let k = 0; k < 11; k++) on = candidate(0, on, first + k, slotTime(first + k) - 50).made;
  const { effects } = candidate(0, on, first + 11, slotTime(first + 11));
  assert.ok(effects.every(({ type }) => type !== 'emit'));
});

test('a refusal of a block that others built on, or of no block let out, changes nothing', () => {
  const { state, first, parent, candidate, feed } = byHand();
  const at = slotTime(first) + 400;
  const { made } = candidate(0, parent, first, slotTime(first) - 50);
  assert.deepEqual(
    feed({ type: 'accepted', at, id: 'ee'.repeat(32), ok: false }).filter(({ type }) => type !== 'wake'),
    [],
  );
  feed({ type: 'accepted', at, id: made.id, ok: true });
  feed({ type: 'public', at, block: block(made, first + 12, 'next'), pool: false });
  const effects = feed({ type: 'accepted', at: at + 1, id: made.id, ok: false });
  assert.ok(effects.every(({ type }) => type !== 'rejected'));
  assert.equal(state.quarantine.size, 0);
});

test('after a refusal the tip is the block before, and another member’s block for the same slot leaves at once', () => {
  const { state, first, parent, candidate, feed } = byHand();
  const at = slotTime(first) - 50;
  const { made } = candidate(0, parent, first, at);
  const { made: other } = candidate(1, parent, first, at + 10);
  const effects = feed({ type: 'accepted', at: at + 250, id: made.id, ok: false });
  const emit = effects.find((effect) => effect.type === 'emit');
  assert.deepEqual([emit?.path[0]?.id, emit?.cause, emit?.failed], [other.id, 'rejected', signerOf(0)]);
  assert.deepEqual(
    emit?.replaced.map(({ id }) => id),
    [made.id],
  );
  assert.equal(state.tip?.id, other.id);
  const alone = byHand();
  const refused = alone.candidate(0, alone.parent, first, at).made;
  alone.feed({ type: 'accepted', at: at + 250, id: refused.id, ok: false });
  assert.equal(alone.state.tip?.id, parent.id);
});

test('a block with a refused id does not leave under another signature', () => {
  const { first, parent, candidate, feed } = byHand();
  const at = slotTime(first) - 50;
  const { made } = candidate(0, parent, first, at);
  feed({ type: 'accepted', at: at + 250, id: made.id, ok: false });
  const { effects } = candidate(1, parent, first, at + 260, { id: made.id });
  assert.ok(effects.every(({ type }) => type !== 'emit'));
});

test('equally good branches in a rescue: the strategy chooses', () => {
  const rescued = (strategy: string) => {
    const { first, parent, candidate, feed, vote } = byHand();
    feed({ type: 'member', at: slotTime(first - 1), signer: signerOf(2), up: true });
    vote(strategy, 0);
    const at = slotTime(first) - 50;
    candidate(0, parent, first, at);
    // The leader is a different one for each strategy: the two others' branches are equal.
    for (const m of [1, 2]) {
      const { made } = candidate(m, parent, first, at + m, { transactions: m === 2 ? 9 : 0 });
      candidate(m, made, first + 1, at + 500 + m, { transactions: m === 1 ? 9 : 0 });
    }
    const effects = feed({ type: 'member', at: at + 510, signer: signerOf(0), up: false });
    const emit = effects.find((effect) => effect.type === 'emit');
    return emit?.path.map(({ signer }) => signer);
  };
  assert.deepEqual(rescued('first-delivered'), [1, 1].map(signerOf));
});
