import assert from 'node:assert/strict';
import { test } from 'node:test';
import { firstSlot, lastSlot, SLOTS_PER_WINDOW, slotTime, windowOf } from '../../../common/slot.ts';
import { reduce } from '../../../emitter/select/reducer.ts';
import { candidateKey, initialState } from '../../../emitter/select/state.ts';
import {
  type BlockRef,
  type Candidate,
  SELECT_DEFAULTS,
  type SelectEffect,
  type SelectEvent,
} from '../../../emitter/select/types.ts';
import { cases, fc } from '../../support/property.ts';
import { candidateOf, EVERY_SLOT, QUIET, STEADY } from '../../support/select-bench.ts';
import {
  block,
  type MemberPlan,
  play,
  poolWindow,
  type Run,
  signerOf,
  type World,
} from '../../support/select-world.ts';

const CASES = 2000;

const slots = SLOTS_PER_WINDOW;
/** Half of the members' blocks are empty, so that ids are shared; nobody is later than its learned time by the margin. */
const healthy: fc.Arbitrary<MemberPlan> = fc.record({
  gain: fc.integer({ min: 30, max: 100 }),
  latency: fc.integer({ min: 0, max: 80 }),
  busy: fc.array(fc.boolean(), { minLength: slots, maxLength: slots }),
  jitter: fc.array(fc.integer({ min: 0, max: 60 }), { minLength: slots, maxLength: slots }),
  misses: fc.constant(false),
  confirmed: fc.constantFrom(12, 12, 12, 0),
});
const wild: fc.Arbitrary<MemberPlan> = fc.record({
  gain: fc.integer({ min: 0, max: 250 }),
  latency: fc.integer({ min: 0, max: 700 }),
  busy: fc.array(fc.boolean(), { minLength: slots, maxLength: slots }),
  jitter: fc.array(fc.integer({ min: 0, max: 900 }), { minLength: slots, maxLength: slots }),
  misses: fc.boolean(),
  confirmed: fc.integer({ min: 0, max: 12 }),
});
const failure = (members: number) =>
  fc.record({
    member: fc.nat(members - 1),
    window: fc.nat(1),
    slot: fc.integer({ min: -1, max: slots - 1 }),
    afterMs: fc.nat(600),
    silent: fc.boolean(),
  });

function worlds(member: fc.Arbitrary<MemberPlan>): fc.Arbitrary<World> {
  return fc.record({
    members: fc.array(member, { minLength: 1, maxLength: 4 }),
    failures: fc.array(failure(4), { maxLength: 3 }),
    windows: fc.integer({ min: 1, max: 2 }),
    parentLateMs: fc.integer({ min: -600, max: 900 }),
    cpuUs: fc.constantFrom(0, 300, 20_000, 150_000),
    nextLateMs: fc.nat(400),
    strategy: fc.constantFrom('first-delivered', 'rotate', 'rotate:wait=400', 'sticky', 'fullest', 'highest-id'),
  });
}

type Emission = Run['sent'][number];

function last(path: Candidate[]): Candidate {
  return path[path.length - 1] as Candidate;
}

function emissions(run: Run): { window: number; list: Emission[] }[] {
  const windows = [...new Set(run.sent.map(({ effect }) => windowOf(last(effect.path).slot)))];
  return windows.map((window) => ({
    window,
    list: run.sent.filter(({ effect }) => windowOf(last(effect.path).slot) === window),
  }));
}

function empty(run: Run, window: number): number[] {
  const missing: number[] = [];
  for (let slot = firstSlot(window); slot <= lastSlot(window); slot++) if (!run.branch.has(slot)) missing.push(slot);
  return missing;
}

/** All that holds in every world, whatever fails. */
function checkSafety(run: Run, config = SELECT_DEFAULTS): void {
  const bySlot = new Map<number, string>();
  for (const { at, effect, tip, onPublic } of run.sent) {
    const { path, reason, replaced } = effect;
    assert.ok(at < slotTime(lastSlot(windowOf(last(path).slot))), 'the next producer takes nothing any more');
    assert.ok(path.length > 0);
    for (const { slot } of replaced) bySlot.delete(slot);
    for (const [i, candidate] of path.entries()) {
      const before = bySlot.get(candidate.slot);
      const key = candidateKey(candidate);
      assert.ok(
        before === undefined || before === key || reason === 'rescue',
        `slot ${candidate.slot} changed: ${reason}`,
      );
      bySlot.set(candidate.slot, key);
      if (i > 0) assert.equal(candidate.previous, path[i - 1]?.id, 'a path is a branch');
    }
    const [first] = path as [Candidate];
    if (reason === 'extend') assert.equal(first.previous, tip.id, 'extends the public tip');
    else assert.ok(onPublic, 'builds on a public block');
    assert.ok(windowOf(tip.slot) <= windowOf(first.slot), 'nothing after the next producer’s block');
    if (reason !== 'rescue') {
      assert.equal(path.length, 1);
      assert.deepEqual(replaced, []);
    } else {
      assert.ok(last(path).num > tip.num, 'a rescue ends strictly higher');
      assert.ok(tip.slot < lastSlot(windowOf(tip.slot)), 'the last slot is never replaced');
    }
  }
  for (const { window, list } of emissions(run)) {
    const rescues = list.filter(({ effect }) => effect.reason === 'rescue');
    assert.ok(rescues.length <= config.rescuesPerWindow);
    const out = new Set<string>();
    for (const { at, effect } of list) {
      if (effect.reason === 'rescue') {
        out.add(effect.failed ?? '');
        const cpuMs = effect.path.reduce((sum, { cpuUs }) => sum + cpuUs, 0) / 1000;
        assert.ok(at <= slotTime(lastSlot(window)) - config.deadlineMarginMs - cpuMs, 'a rescue keeps its deadline');
      }
      assert.ok(!out.has(last(effect.path).signer), 'a replaced leader stays out');
    }
    assert.equal(list.filter(({ effect }) => effect.reason === 'first').length, 1);
  }
}

function property(worldsOf: fc.Arbitrary<World>, check: (world: World) => void, runs = CASES): void {
  fc.assert(fc.property(worldsOf, check), cases(runs));
}

test('safety: whatever fails, however late, whoever missed the parent', () => {
  property(worlds(fc.oneof(healthy, wild)), (world) => checkSafety(play(world)));
});

test('safety with other limits', () => {
  const config = { rescuesPerWindow: 1, parentWaitMs: 0, overdueMs: 20, deadlineMarginMs: 200 };
  property(worlds(fc.oneof(healthy, wild)), (world) => {
    checkSafety(play(world, { config }), { ...SELECT_DEFAULTS, ...config });
  });
});

test('rescues can be switched off', () => {
  property(
    worlds(wild),
    (world) => {
      const run = play(world, { config: { rescuesPerWindow: 0 } });
      assert.ok(run.sent.every(({ effect }) => effect.reason !== 'rescue'));
    },
    500,
  );
});

test('nothing fails: no slot is empty, nothing is replaced', () => {
  const calm = worlds(healthy).map((world) => ({ ...world, failures: [], cpuUs: 300 }));
  property(calm, (world) => {
    const run = play(world);
    for (let w = 0; w < world.windows; w++) assert.deepEqual(empty(run, poolWindow(w)), []);
    assert.ok(run.sent.every(({ effect }) => effect.reason !== 'rescue'));
  });
});

/** Member 0 lives; others may lose their connection at any moment. */
const survivable = fc
  .record({
    world: worlds(healthy),
    survivor: healthy,
    failures: fc.array(failure(4), { minLength: 1, maxLength: 2 }),
  })
  .map(({ world, survivor, failures }) => ({
    ...world,
    cpuUs: 300,
    members: [survivor, ...world.members],
    failures: failures.map((f) => ({ ...f, member: 1 + (f.member % world.members.length), silent: false })),
  }));

test('connections lost at any moment: with one member alive no slot stays empty', () => {
  property(survivable, (world) => {
    const run = play(world);
    checkSafety(run);
    for (let w = 0; w < world.windows; w++) assert.deepEqual(empty(run, poolWindow(w)), []);
  });
});

for (const slot of [-1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]) {
  for (const silent of [false, true]) {
    // Before a leader is learned, its last slot cannot be told to be overdue in time.
    test(`the leader ${silent ? 'freezes' : 'is lost'} after slot ${slot}: at most one rescue, no slot empty`, () => {
      property(
        worlds(healthy),
        (drawn) => {
          const quick: MemberPlan = { ...(drawn.members[0] as MemberPlan), gain: 100, latency: 0, confirmed: 12 };
          const next: MemberPlan = { ...quick, gain: 90, busy: quick.busy.map((busy) => !busy), jitter: [] };
          const failures = [{ member: 0, window: 1, slot, afterMs: 1, silent }];
          const world = { ...drawn, members: [quick, next], failures, windows: 2, cpuUs: 300 };
          const run = play(world);
          checkSafety(run);
          assert.deepEqual(empty(run, poolWindow(1)), []);
          const rescues = run.sent.filter(({ effect }) => effect.reason === 'rescue');
          assert.ok(rescues.length <= 1);
        },
        100,
      );
    });
  }
}

test('the previous producer’s last block missed by all: the leader dies, another member’s branch goes on', () => {
  const missed = survivable.map((world) => ({
    ...world,
    members: world.members.map((member) => ({ ...member, misses: true })),
  }));
  property(missed, (world) => {
    const run = play(world);
    checkSafety(run);
    for (let w = 0; w < world.windows; w++) assert.deepEqual(empty(run, poolWindow(w)), []);
  });
});

test('a survivor that missed the previous producer’s last block takes over once it is higher', () => {
  const world: World = {
    members: [
      { gain: 100, latency: 0, busy: [], jitter: [], misses: false, confirmed: 12 },
      { gain: 90, latency: 0, busy: [], jitter: [], misses: true, confirmed: 12 },
    ],
    failures: [{ member: 0, window: 0, slot: 4, afterMs: 1, silent: false }],
    windows: 1,
    parentLateMs: -600,
    cpuUs: 300,
    nextLateMs: 0,
  };
  const run = play(world);
  checkSafety(run);
  assert.deepEqual(empty(run, poolWindow(0)), []);
});

test('slot 0: a candidate on the previous producer’s last block comes before earlier ones below it', () => {
  const world: World = {
    members: [
      { gain: 100, latency: 0, busy: [], jitter: [], misses: true, confirmed: 12 },
      { gain: 30, latency: 20, busy: [], jitter: [], misses: false, confirmed: 12 },
    ],
    ...QUIET,
    windows: 1,
  };
  const run = play(world);
  const [first] = run.sent as [Emission];
  assert.equal(last(first.effect.path).signer, signerOf(1));
  const alone = play({ ...world, members: world.members.slice(0, 1) });
  assert.deepEqual(empty(alone, poolWindow(0)), []);
  const waited = (alone.sent[0] as Emission).at - (slotTime(firstSlot(poolWindow(0))) - 100);
  assert.equal(waited, SELECT_DEFAULTS.parentWaitMs);
});

test('slot 0: among blocks that waited the higher `confirmed` wins, but not at the price of a slot', () => {
  const parent = block({ id: 'aa'.repeat(32), num: 50, slot: 1, previous: '' }, firstSlot(poolWindow(0)) - 2, 'x');
  const tip = block(parent, parent.slot + 1, 'y');
  const at = slotTime(tip.slot);
  const make = (slot: number, member: number, confirmed: number): SelectEvent => {
    return {
      type: 'candidate',
      at,
      candidate: candidateOf(block(parent, slot, `m${member}`), member, at, { confirmed }),
    };
  };
  const choose = (...events: SelectEvent[]) => {
    const state = initialState(SELECT_DEFAULTS);
    for (const event of [
      { type: 'public', at, block: parent, pool: false } as const,
      { type: 'public', at, block: tip, pool: false } as const,
      ...events,
    ])
      reduce(state, event);
    const effects = reduce(state, { type: 'tick', at: at + 100 });
    const [emit] = effects.filter((effect) => effect.type === 'emit');
    return emit?.path[0];
  };
  const slot = firstSlot(poolWindow(0));
  assert.equal(choose(make(slot, 0, 0), make(slot, 1, 12))?.signer, signerOf(1));
  assert.equal(choose(make(slot, 0, 0), make(slot + 1, 1, 12))?.slot, slot);
});

const even: fc.Arbitrary<MemberPlan> = fc.record({
  gain: fc.integer({ min: 0, max: 100 }),
  latency: fc.nat(300),
  busy: fc.array(fc.boolean(), { minLength: slots, maxLength: slots }),
  jitter: fc.constant([] as number[]),
  misses: fc.constant(false),
  confirmed: fc.constant(12),
});

/** Others who come after the leader and make other blocks. */
function behind(leader: MemberPlan, others: MemberPlan[]): MemberPlan[] {
  const busy = leader.busy.map((own) => !own);
  return others.map((other) => ({ ...other, gain: 0, latency: 420, jitter: [], busy }));
}

test('a leader not yet learned is not replaced before its slot’s own time and the margin', () => {
  const world = fc
    .tuple(even, fc.array(even, { minLength: 1, maxLength: 3 }), fc.nat(149))
    .map(([one, others, late]): World => {
      const latency = one.latency % (150 - late);
      const leader = { ...one, latency, jitter: one.busy.map((odd, k) => (odd && k % 2 === 1 ? late : 0)) };
      return { ...QUIET, members: [leader, ...behind(leader, others)], windows: 1 };
    });
  property(world, (drawn) => {
    const run = play(drawn);
    assert.equal(last((run.sent[0] as Emission).effect.path).signer, signerOf(0));
    assert.ok(run.sent.every(({ effect }) => effect.reason !== 'rescue'));
  });
});

test('a slow but healthy leader is never replaced once its lead is learned', () => {
  const world = fc.tuple(even, fc.array(even, { minLength: 1, maxLength: 3 })).map(([leader, others]): World => {
    return { ...QUIET, members: [leader, ...behind(leader, others)], windows: 3 };
  });
  property(world, (drawn) => {
    const later = play(drawn).sent.filter(({ effect }) => windowOf(last(effect.path).slot) > poolWindow(0));
    assert.equal(last((later[0] as Emission).effect.path).signer, signerOf(0));
    assert.ok(later.every(({ effect }) => effect.reason !== 'rescue'));
  });
});

test('a leader learned to be early may come as late as its slot’s own time', () => {
  const world = fc
    .tuple(
      even,
      fc.array(even, { minLength: 1, maxLength: 3 }),
      fc.integer({ min: 10, max: 50 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
    )
    .map(([one, others, gain, part]): World => {
      // The last slot cannot wait: its time is too late for a rescue.
      const later = one.busy.map((_, k) => Math.min(Math.floor(part * gain * k), k === slots - 1 ? 149 : 600));
      const leader = { ...one, gain, latency: 0, later };
      // The others' next blocks are there all the time.
      const early = behind(leader, others).map((other) => ({ ...other, gain, latency: 20 }));
      return { ...QUIET, members: [leader, ...early], windows: 2 };
    });
  property(world, (drawn) => {
    const { sent } = play(drawn);
    assert.ok(sent.every(({ effect }) => last(effect.path).signer === signerOf(0) && effect.reason !== 'rescue'));
  });
});

test('nothing of a window leaves once the next producer’s block is there, not even its first', () => {
  const first = firstSlot(poolWindow(0));
  const state = initialState(SELECT_DEFAULTS);
  const parent = block({ id: 'aa'.repeat(32), num: 50, slot: 1, previous: '' }, first - 2, 'other');
  const tip = block(parent, first - 1, 'other');
  const at = slotTime(first + 11) + 460;
  const shown = [parent, tip, block(tip, first + 12, 'next')];
  for (const one of shown) reduce(state, { type: 'public', at, block: one, pool: false });
  const effects: SelectEffect[] = [];
  for (const [m, on] of [tip, parent].entries()) {
    const candidate = candidateOf(block(on, first + 11, `m${m}`), m, at);
    effects.push(...reduce(state, { type: 'candidate', at, candidate }));
  }
  effects.push(...reduce(state, { type: 'tick', at: at + 200 }));
  assert.deepEqual(
    effects.filter(({ type }) => type === 'emit'),
    [],
  );
});

test('a leader frozen for a while in an earlier window is replaced as early as any other later on', () => {
  const steady = { ...STEADY, busy: EVERY_SLOT };
  const jitter = Array.from({ length: slots }, (_, k) => (k >= 5 ? 5000 : 0));
  const frozen: MemberPlan = { ...steady, gain: 100, latency: 0, jitter };
  const other: MemberPlan = { ...steady, gain: 90, latency: 0, jitter: [] };
  const world: World = {
    members: [frozen, other],
    ...QUIET,
    windows: 1,
  };
  const { state } = play(world);
  // The next window: the same member leads, and stops after slot 5.
  const first = firstSlot(poolWindow(1));
  let parent = block(state.tip as BlockRef, first - 1, 'other');
  reduce(state, { type: 'public', at: slotTime(first - 1), block: parent, pool: false });
  const effects: SelectEffect[] = [];
  const branches = [parent, parent];
  for (let k = 0; k < slots; k++) {
    for (const m of [0, 1]) {
      if (m === 0 && k > 5) continue;
      parent = branches[m] as BlockRef;
      const made = block(parent, first + k, `m${m}`);
      branches[m] = made;
      const at = slotTime(first + k) - (m === 0 ? 100 : 90) * (k + 1) + (m === 0 ? 0 : 200);
      effects.push(...reduce(state, { type: 'tick', at }));
      effects.push(...reduce(state, { type: 'candidate', at, candidate: candidateOf(made, m, at) }));
    }
  }
  for (let at = slotTime(first + 6); at < slotTime(first + 11); at += 50)
    effects.push(...reduce(state, { type: 'tick', at }));
  assert.ok(
    effects.some((effect) => effect.type === 'emit' && effect.reason === 'rescue'),
    'the lead learned while it was frozen puts off the rescue',
  );
});

test('the same events give the same effects', () => {
  property(
    worlds(fc.oneof(healthy, wild)),
    (world) => {
      const run = play(world);
      const state = initialState(SELECT_DEFAULTS);
      for (const { event, effects } of run.steps) {
        assert.deepEqual(reduce(state, structuredClone(event)), effects);
      }
    },
    1500,
  );
});

test('a refused decision stops everything in that window, and only in that', () => {
  fc.assert(
    fc.property(worlds(fc.oneof(healthy, wild)), fc.integer({ min: 1, max: 14 }), (world, failFence) => {
      const run = play(world, { failFence });
      const failed = run.sent[failFence - 1];
      if (!failed) return;
      const window = windowOf(last(failed.effect.path).slot);
      const after = run.sent.slice(failFence).filter(({ effect }) => windowOf(last(effect.path).slot) === window);
      assert.equal(after.length, 0);
    }),
    cases(CASES),
  );
});

test('after a refused decision the window’s end tells of the blocks that did leave', () => {
  const run = play({ ...QUIET, windows: 1, members: [STEADY] }, { failFence: 4 });
  assert.deepEqual(
    run.closed.map(({ emitted }) => emitted),
    [3],
  );
});

test('after a restart, slots that were decided stay decided', () => {
  fc.assert(
    fc.property(worlds(fc.oneof(healthy, wild)), fc.integer({ min: 1, max: 24 }), (world, restartAfter) => {
      const run = play(world, { restartAfter });
      const bySlot = new Map<number, string>();
      for (const { effect } of run.sent) {
        for (const { slot } of effect.replaced) bySlot.delete(slot);
        for (const candidate of effect.path) {
          const before = bySlot.get(candidate.slot);
          assert.ok(before === undefined || before === candidateKey(candidate) || effect.reason === 'rescue');
          bySlot.set(candidate.slot, candidateKey(candidate));
        }
      }
    }),
    cases(CASES),
  );
});

test('a restart in mid-window with the leader still there loses nothing', () => {
  for (let restartAfter = 1; restartAfter <= 12; restartAfter++) {
    const run = play({ ...QUIET, windows: 1, members: [STEADY] }, { restartAfter });
    assert.deepEqual(empty(run, poolWindow(0)), []);
    assert.deepEqual(
      run.closed.map(({ emitted }) => emitted),
      [12],
      `the window’s end after a restart at ${restartAfter}`,
    );
  }
});

test('a restart does not bring a replaced leader back to its place', () => {
  const first = firstSlot(poolWindow(0));
  const parent = block({ id: 'aa'.repeat(32), num: 50, slot: 1, previous: '' }, first - 1, 'other');
  const at = slotTime(first + 1);
  const [a0, b0] = ['a', 'b'].map((content) => block(parent, first, content)) as [BlockRef, BlockRef];
  const b1 = block(b0, first + 1, 'b');
  const state = initialState(SELECT_DEFAULTS);
  reduce(state, { type: 'public', at, block: b1, pool: false });
  // Before the restart member 1 took over from member 0, whose first block it replaced.
  const decided: [BlockRef, string][] = [
    [a0, signerOf(0)],
    [b0, signerOf(1)],
    [b1, signerOf(1)],
  ];
  for (const [made, signer] of decided) {
    reduce(state, { type: 'decided', at, block: made, signer, rescue: made === b0 });
  }
  assert.equal(state.window?.leader, signerOf(1));
  assert.ok(state.window?.out.has(signerOf(0)));
});

test('a rescue that replaced nothing is one after a restart, too: it counts, and its leader stays out', () => {
  const first = firstSlot(poolWindow(0));
  const parent = block({ id: 'aa'.repeat(32), num: 50, slot: 1, previous: '' }, first - 1, 'other');
  const at = slotTime(first + 1);
  // Both members made the same empty block for slot 0, so that member 1 went on from it.
  const zero = block(parent, first, 'empty');
  const one = block(zero, first + 1, 'b');
  const state = initialState(SELECT_DEFAULTS);
  reduce(state, { type: 'public', at, block: one, pool: false });
  reduce(state, { type: 'decided', at, block: zero, signer: signerOf(0), rescue: false });
  reduce(state, { type: 'decided', at, block: one, signer: signerOf(1), rescue: true, failed: signerOf(0) });
  assert.deepEqual([state.window?.leader, state.window?.rescues], [signerOf(1), 1]);
  assert.deepEqual([...(state.window?.out ?? [])], [signerOf(0)]);
  // Who was put out need not be who led: the relay node can have refused a block further down.
  const two = block(one, first + 2, 'b');
  reduce(state, { type: 'decided', at, block: two, signer: signerOf(1), rescue: true, failed: signerOf(2) });
  assert.deepEqual([...(state.window?.out ?? [])], [signerOf(0), signerOf(2)]);
});

test('a window is closed once, whatever comes late', () => {
  property(
    worlds(fc.oneof(healthy, wild)),
    (world) => {
      const run = play(world);
      const windows = run.closed.map(({ window }) => window);
      assert.deepEqual(windows, [...new Set(windows)]);
    },
    1000,
  );
  const { state, closed } = play({ ...QUIET, windows: 1, members: [STEADY] });
  assert.equal(closed.length, 1);
  const slot = lastSlot(poolWindow(0));
  const at = slotTime(slot) + 4000;
  const candidate = candidateOf(block(state.tip as BlockRef, slot, 'late'), 1, at, { confirmed: 0, late: true });
  const effects = reduce(state, { type: 'candidate', at, candidate });
  assert.deepEqual(
    effects.filter(({ type }) => type === 'closed'),
    [],
  );
});

test('what the window’s end says: blocks on the public branch, and who stood by in which slot', () => {
  const failures = [{ member: 1, window: 0, slot: 3, afterMs: 1, silent: true }];
  const run = play({ ...QUIET, failures, windows: 1, members: [STEADY, STEADY] });
  const [end] = run.closed;
  assert.equal(end?.emitted, 12);
  const first = firstSlot(poolWindow(0));
  assert.deepEqual(
    end?.standby,
    [4, 5, 6, 7, 8, 9, 10, 11].map((k) => ({ slot: first + k, signer: signerOf(1) })),
  );
});

test('a pool block in public that was not emitted is told of as a leak, an emitted one is not', () => {
  const { state, branch } = play({ ...QUIET, windows: 1, members: [STEADY] });
  const at = slotTime(lastSlot(poolWindow(0))) + 500;
  for (const [slot, shown] of branch) {
    if (windowOf(slot) !== poolWindow(0)) continue;
    const effects = reduce(state, { type: 'public', at, block: shown, pool: true });
    assert.ok(effects.every(({ type }) => type !== 'leak'));
  }
  const foreign = block(state.tip as BlockRef, (state.tip as BlockRef).slot + 1, 'leak');
  const effects = reduce(state, { type: 'public', at, block: foreign, pool: true });
  assert.ok(effects.some(({ type }) => type === 'leak'));
});

/** A window of members 0 and 1 with `own` blocks of member 0 in public, and then one that member 2 leaked. */
function leakedAfter(own: number, signer: string | undefined) {
  const first = firstSlot(poolWindow(0));
  const state = initialState(SELECT_DEFAULTS);
  const parent = block({ id: 'aa'.repeat(32), num: 50, slot: 1, previous: '' }, first - 1, 'other');
  const said: SelectEffect[] = [];
  const feed = (event: SelectEvent) => {
    const effects = reduce(state, event);
    said.push(...effects);
    return effects;
  };
  const time = (k: number) => slotTime(first + k) - 50;
  feed({ type: 'public', at: time(-1), block: parent, pool: false });
  for (const m of [0, 1, 2]) feed({ type: 'member', at: time(-1), signer: signerOf(m), up: true });
  const branches: BlockRef[][] = [0, 1].map(() => []);
  for (let k = 0; k < 12; k++)
    for (const [m, branch] of branches.entries()) branch.push(block(branch[k - 1] ?? parent, first + k, `m${m}`));
  const come = (m: number, k: number) =>
    feed({ type: 'candidate', at: time(k), candidate: candidateOf(branches[m]?.[k] as BlockRef, m, time(k)) });
  for (let k = 0; k < own; k++) for (const m of [0, 1]) come(m, k);
  const leak = block(branches[0]?.[own - 1] ?? parent, first + own, 'leak');
  const at = time(own) - 5;
  feed({ type: 'public', at, block: leak, pool: true, ...(signer !== undefined && { signer }) });
  const emitted = () =>
    said.flatMap((effect) =>
      effect.type === 'emit' ? effect.path.map(({ slot, signer: by }) => [slot - first, by]) : [],
    );
  const rescues = () => said.filter((effect) => effect.type === 'emit' && effect.reason === 'rescue').length;
  return { state, leak, feed, come, emitted, rescues, said, first, time };
}

for (const own of [0, 1, 5, 11])
  test(`a leak with an invalid body after ${own} blocks: the window goes on below it, and who signed it is out`, () => {
    const { state, leak, feed, come, emitted, rescues, said, first, time } = leakedAfter(own, signerOf(2));
    come(0, own);
    assert.equal(emitted().length, own, 'nothing is on top of the leak');
    feed({ type: 'accepted', at: time(own) + 40, id: leak.id, ok: false });
    const [told] = said.filter((effect) => effect.type === 'rejected');
    assert.deepEqual([told?.block.id, told?.signer, told?.gone], [leak.id, signerOf(2), [leak.id]]);
    for (let k = own + 1; k < 12; k++) come(0, k);
    assert.deepEqual(
      emitted(),
      Array.from({ length: 12 }, (_, k) => [k, signerOf(0)]),
    );
    assert.equal(rescues(), 0, 'a leak was no decision: there is nothing to rescue');
    assert.equal(state.window?.leader, signerOf(0));
    assert.ok(state.window?.out.has(signerOf(2)) && state.quarantine.has(signerOf(2)));
    assert.equal(windowOf(first), state.window?.id);
  });

test('blocks that left on top of a leak go with it when its body is invalid: a rescue says what it replaces', () => {
  const { leak, feed, come, said, first, time, emitted } = leakedAfter(2, signerOf(2));
  const two = block(leak, first + 3, 'm2');
  feed({ type: 'candidate', at: time(3), candidate: candidateOf(two, 2, time(3)) });
  assert.deepEqual(emitted().at(-1), [3, signerOf(2)]);
  for (const k of [2, 3]) for (const m of [0, 1]) come(m, k);
  feed({ type: 'accepted', at: time(3) + 100, id: leak.id, ok: false });
  const rescue = said.find((effect) => effect.type === 'emit' && effect.reason === 'rescue');
  assert.ok(rescue?.type === 'emit');
  assert.deepEqual(
    [rescue.cause, rescue.failed, rescue.replaced.map(({ id }) => id)],
    ['rejected', signerOf(2), [two.id]],
  );
  assert.deepEqual(
    rescue.path.map(({ slot }) => slot - first),
    [2, 3],
  );
});

test('a leak of whom is not known goes, too; one that the network built on stays', () => {
  const unknown = leakedAfter(2, undefined);
  unknown.come(0, 2);
  unknown.feed({ type: 'accepted', at: unknown.time(2) + 40, id: unknown.leak.id, ok: false });
  assert.deepEqual(unknown.emitted().at(-1), [2, signerOf(0)]);
  assert.deepEqual([...(unknown.state.window?.out ?? [])], []);
  const valid = leakedAfter(2, signerOf(2));
  valid.feed({ type: 'accepted', at: valid.time(2) + 40, id: valid.leak.id, ok: true });
  assert.equal(valid.state.tip?.id, valid.leak.id);
  const onIt = block(valid.leak, valid.first + 12, 'other');
  valid.feed({ type: 'public', at: valid.time(3), block: onIt, pool: false });
  valid.feed({ type: 'accepted', at: valid.time(3), id: valid.leak.id, ok: false });
  assert.equal(valid.state.tip?.id, onIt.id);
});

test('a valid leak that nothing follows on is replaced like a leader’s block: by the branch that was public before', () => {
  const { state, feed, come, said, time, first } = leakedAfter(2, signerOf(2));
  for (let k = 2; k < 5; k++) for (const m of [0, 1]) come(m, k);
  feed({ type: 'tick', at: time(4) + 300 });
  const rescue = said.find((effect) => effect.type === 'emit' && effect.reason === 'rescue');
  assert.ok(rescue?.type === 'emit');
  assert.deepEqual(
    [rescue.failed, rescue.path[0]?.signer, rescue.path[0]?.slot],
    [signerOf(2), signerOf(0), first + 2],
  );
  assert.ok(!state.window?.out.has(signerOf(0)));
});

test('after a leak at slot 0 the window goes on, and a member that dies on top of it can be replaced', () => {
  const first = firstSlot(poolWindow(0));
  const state = initialState(SELECT_DEFAULTS);
  const parent = block({ id: 'aa'.repeat(32), num: 50, slot: 1, previous: '' }, first - 1, 'other');
  const at = slotTime(first - 1);
  reduce(state, { type: 'public', at, block: parent, pool: false });
  const leak = block(parent, first, 'm1');
  const effects: SelectEffect[] = [];
  effects.push(...reduce(state, { type: 'public', at, block: leak, pool: true }));
  const own = block(leak, first + 1, 'm0');
  effects.push(...reduce(state, { type: 'member', at, signer: signerOf(0), up: true }));
  effects.push(...reduce(state, { type: 'candidate', at, candidate: candidateOf(own, 0, at) }));
  const emitted = effects.filter((effect) => effect.type === 'emit');
  assert.deepEqual(
    emitted.map(({ path }) => path.map(({ id }) => id)),
    [[own.id]],
  );
});
