import assert from 'node:assert/strict';
import { test } from 'node:test';
import { firstSlot, lastSlot, slotTime, windowOf } from '../../../common/slot.ts';
import { reduce } from '../../../emitter/select/reducer.ts';
import { initialState, type SelectState } from '../../../emitter/select/state.ts';
import { type BlockRef, SELECT_DEFAULTS, type SelectEffect, type SelectEvent } from '../../../emitter/select/types.ts';
import { cases, fc } from '../../support/property.ts';
import { block, poolWindow, signerOf } from '../../support/select-world.ts';
import { playStandby, type StandbyMember, type StandbyRun, type StandbyWorld } from '../../support/standby-world.ts';

const member: fc.Arbitrary<StandbyMember> = fc.record({
  gain: fc.integer({ min: 40, max: 60 }),
  latency: fc.nat(20),
  commandMs: fc.integer({ min: 1, max: 15 }),
  wordMs: fc.integer({ min: 1, max: 15 }),
});
const failure = fc.record({
  window: fc.nat(2),
  slot: fc.integer({ min: -1, max: 11 }),
  afterMs: fc.integer({ min: 1, max: 50 }),
  frozen: fc.constant(false),
});

function missed(run: StandbyRun, windows: number): number[] {
  const empty: number[] = [];
  for (let w = 0; w < windows; w++)
    for (let slot = firstSlot(poolWindow(w)); slot <= lastSlot(poolWindow(w)); slot++)
      if (!run.branch.has(slot)) empty.push(slot);
  return empty;
}

/** What holds in standby mode whatever fails. */
function checkStandby(run: StandbyRun): void {
  const slots = new Set<number>();
  const out = new Map<number, Set<string>>();
  const last = new Map<number, string>();
  for (const { slot, signer, replaced, reason, id } of run.emissions) {
    assert.ok(!slots.has(slot) || reason === 'rescue', `two blocks for slot ${slot}`);
    assert.ok(reason !== 'rescue' || replaced > 0, 'a rescue replaces refused blocks only');
    slots.add(slot);
    const failed = out.get(windowOf(slot)) ?? new Set();
    out.set(windowOf(slot), failed);
    const before = last.get(windowOf(slot)) ?? signer;
    if (before !== signer) failed.add(before);
    assert.ok(!failed.has(signer), `${id} of a leader that was replaced`);
    last.set(windowOf(slot), signer);
  }
  for (const { leader, pause } of run.leads) assert.ok(!pause.includes(leader));
}

function property(world: fc.Arbitrary<StandbyWorld>, check: (world: StandbyWorld) => void, runs = 100): void {
  fc.assert(fc.property(world, check), cases(runs));
}

const calm = fc.record({
  members: fc.array(member, { minLength: 1, maxLength: 5 }),
  failures: fc.constant<StandbyWorld['failures']>([]),
  windows: fc.integer({ min: 1, max: 4 }),
});

test('nothing fails: no slot is empty, one leader a window, by turns', () => {
  property(calm, (world) => {
    const run = playStandby(world);
    checkStandby(run);
    assert.deepEqual(missed(run, world.windows), []);
    assert.ok(run.emissions.every(({ replaced }) => replaced === 0));
    const leaders = Array.from({ length: world.windows }, (_, w) => {
      const of = run.emissions.filter(({ slot }) => windowOf(slot) === poolWindow(w));
      assert.equal(new Set(of.map(({ signer }) => signer)).size, 1);
      return of[0]?.signer ?? '';
    });
    const members = world.members.length;
    for (const [w, leader] of leaders.entries()) {
      if (w > 0) assert.equal(leader, signerOf((Number(leaders[w - 1]?.slice(-1)) + 1) % members));
    }
  });
});

test('the next leader is appointed when the last slot’s block has left, well before its window', () => {
  const run = playStandby({
    members: [0, 1, 2].map(() => ({ gain: 50, latency: 5, commandMs: 10, wordMs: 10 })),
    failures: [],
    windows: 2,
  });
  const ended = run.emissions.find(({ slot }) => slot === lastSlot(poolWindow(0)))?.at;
  const lead = run.leads.find(({ window }) => window > poolWindow(0));
  assert.equal(lead?.at, ended);
  assert.equal(lead?.pause.length, 2);
});

for (const slot of [-1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]) {
  test(`the leader is killed after slot ${slot}: no slot empty, nothing replaced`, () => {
    const world = fc
      .record({ members: fc.array(member, { minLength: 2, maxLength: 4 }), failure })
      .map(({ members, failure: one }) => ({ members, failures: [{ ...one, slot, window: 1 }], windows: 3 }));
    property(
      world,
      (drawn) => {
        const run = playStandby(drawn);
        checkStandby(run);
        assert.equal(run.failed.length, 1);
        assert.deepEqual(missed(run, 3), []);
        assert.ok(run.emissions.every(({ replaced }) => replaced === 0));
      },
      20,
    );
  });

  test(`the leader freezes after slot ${slot}: at most one slot empty, nothing replaced`, () => {
    const world = fc
      .record({ members: fc.array(member, { minLength: 2, maxLength: 4 }), failure })
      // Every member has led before, so that its times are known.
      .map(({ members, failure: one }) => ({
        members,
        failures: [{ ...one, slot, window: members.length, frozen: true }],
        windows: members.length + 2,
      }));
    property(
      world,
      (drawn) => {
        const run = playStandby(drawn);
        checkStandby(run);
        assert.equal(run.failed.length, 1);
        assert.ok(missed(run, drawn.windows).length <= 1, `${missed(run, drawn.windows)}`);
        const inWindow = run.leads.filter(({ window }) => window === poolWindow(drawn.members.length));
        assert.ok(new Set(inWindow.map(({ leader }) => leader)).size <= 1, 'one takes over, not one after the other');
        assert.ok(run.emissions.every(({ replaced }) => replaced === 0));
      },
      20,
    );
  });
}

test('two leaders die one after the other: the third goes on', () => {
  const world = fc
    .record({
      members: fc.array(member, { minLength: 3, maxLength: 5 }),
      slots: fc.tuple(fc.nat(11), fc.nat(11)),
      failure,
    })
    .map(({ members, slots, failure: one }) => ({
      members,
      failures: [...new Set(slots)].map((slot) => ({ ...one, slot, window: 0 })),
      windows: 2,
    }));
  property(world, (drawn) => {
    const run = playStandby(drawn);
    checkStandby(run);
    assert.deepEqual(missed(run, 2), []);
  });
});

test('whatever dies or freezes, also all: two blocks for a slot never, an old leader’s never', () => {
  const world = fc.record({
    members: fc.array(member, { minLength: 1, maxLength: 4 }),
    failures: fc.array(
      fc.record({
        window: fc.nat(2),
        slot: fc.integer({ min: -1, max: 11 }),
        afterMs: fc.nat(900),
        frozen: fc.boolean(),
      }),
      { maxLength: 4 },
    ),
    windows: fc.constant(3),
  });
  property(world, (drawn) => checkStandby(playStandby(drawn)), 200);
});

test('the one member left has failed: said once, and it stays the leader', () => {
  const members = [{ gain: 50, latency: 5, commandMs: 5, wordMs: 5 }];
  const run = playStandby({ members, failures: [{ window: 1, slot: 4, afterMs: 1, frozen: false }], windows: 3 });
  assert.deepEqual(run.faults, ['standby_nobody']);
  assert.equal(missed(run, 3).length, 7 + 12);
});

test('a member with invalid bodies costs no window: another goes on from the last good block', () => {
  const world = fc
    .record({ members: fc.array(member, { minLength: 2, maxLength: 4 }), afterMs: fc.integer({ min: 200, max: 300 }) })
    .map(({ members, afterMs }) => ({ members, failures: [], windows: 6, invalid: { members: [0], afterMs } }));
  property(
    world,
    (drawn) => {
      const run = playStandby(drawn);
      checkStandby(run);
      // Refused 200 to 300 ms after it left, and the other begins with the next slot: once, for it sits out after that.
      assert.ok(missed(run, 6).length <= 2, `${missed(run, 6)}`);
      assert.ok(run.emissions.filter(({ signer }) => signer === signerOf(0)).length <= 2);
    },
    100,
  );
});

test('the vote changes the mode at a window’s boundary, both ways', () => {
  const members = [0, 1, 2].map((m) => ({ gain: 50 + m, latency: 5 + m, commandMs: 10, wordMs: 10 }));
  const run = playStandby({ members, failures: [], windows: 4, fromWindow: 2 });
  checkStandby(run);
  assert.deepEqual(
    run.closed.map(({ mode }) => mode),
    ['propose', 'propose', 'standby', 'standby'],
  );
  assert.deepEqual(missed(run, 4), []);
  const candidates = (w: number) =>
    new Set(
      run.steps.flatMap(({ event }) =>
        event.type === 'candidate' && windowOf(event.candidate.slot) === poolWindow(w) ? [event.candidate.signer] : [],
      ),
    ).size;
  assert.deepEqual([candidates(0), candidates(1), candidates(2), candidates(3)], [3, 3, 1, 1]);
});

test('the window’s end: those who followed all the time stood by, one whose agent was silent did not', () => {
  const members = [0, 1, 2].map(() => ({ gain: 50, latency: 5, commandMs: 10, wordMs: 10 }));
  const run = playStandby({ members, failures: [], windows: 1 });
  const [end] = run.closed;
  assert.equal(end?.mode, 'standby');
  const leader = run.emissions[0]?.signer;
  for (const m of [0, 1, 2]) {
    assert.equal(stoodBy(run, 0, m), signerOf(m) === leader ? 0 : 12, signerOf(m));
  }
});

/** In how many slots of a window a member stood by, each told once. */
function stoodBy(run: StandbyRun, w: number, m: number): number {
  const effects = run.steps.flatMap(({ effects }) => effects);
  const slots = slotsOf(effects, m).filter((slot) => windowOf(slot) === poolWindow(w));
  assert.equal(new Set(slots).size, slots.length);
  return slots.length;
}

function slotsOf(effects: readonly SelectEffect[], m: number): number[] {
  const of = effects.filter((effect) => effect.type === 'standby').filter(({ signer }) => signer === signerOf(m));
  return of.flatMap(({ slots }) => slots);
}

test('the leader is killed: what it did not make is no standing by; its successor and the others miss no slot', () => {
  const world = fc
    .record({
      members: fc.array(member, { minLength: 2, maxLength: 4 }),
      failure,
      slot: fc.integer({ min: 0, max: 11 }),
    })
    .map(({ members, failure: one, slot }) => ({ members, failures: [{ ...one, slot, window: 1 }], windows: 2 }));
  property(world, (drawn) => {
    const run = playStandby(drawn);
    const [{ signer: failed = '' } = {}] = run.failed;
    const made = new Map<string, Set<number>>();
    for (const { slot, signer } of run.emissions) {
      if (windowOf(slot) === poolWindow(1)) made.set(signer, (made.get(signer) ?? new Set()).add(slot));
    }
    for (const m of drawn.members.keys()) {
      const own = made.get(signerOf(m))?.size ?? 0;
      if (signerOf(m) === failed) assert.equal(stoodBy(run, 1, m), 0, 'the one that failed');
      else assert.equal(own + stoodBy(run, 1, m), 12, `member ${m} with ${own} blocks`);
    }
  });
});

test('standing by is a paused node at the tip, said so at least every 1.5 s, of one that could lead', () => {
  const { agent, feed, at, first, parent, state, told } = byHand();
  for (const m of [0, 1, 2, 3, 4]) agent(m, at);
  const window = poolWindow(0);
  feed({ type: 'turn', at: slotTime(first), window });
  state.quarantine.set(signerOf(4), 1);
  let on = parent;
  for (let k = 0; k < 12; k++) {
    const now = slotTime(first + k);
    on = block(on, first + k, 'm0');
    const rest = { confirmed: 12, cpuUs: 0, transactions: 0, bytes: 200, arrivedMs: now, late: false };
    feed({ type: 'candidate', at: now, candidate: { ...on, ...rest, signer: signerOf(0) } });
    agent(0, now + 10, { headNum: on.num, producing: true });
    agent(1, now + 11, { headNum: on.num });
    // One falls behind, one makes blocks too, one is silent for two seconds, one is in quarantine.
    agent(2, now + 12, { headNum: on.num - (k < 6 ? 0 : 3) });
    agent(3, now + 13, { headNum: on.num, producing: k >= 3 });
    if (k < 2 || k > 5) agent(5, now + 14, { headNum: on.num });
    agent(4, now + 15, { headNum: on.num });
  }
  const slots = (m: number) => slotsOf(told, m).map((slot) => slot - first);
  assert.deepEqual(slots(0), []);
  assert.deepEqual(slots(1), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  assert.deepEqual(slots(2), [0, 1, 2, 3, 4, 5]);
  assert.deepEqual(slots(3), [0, 1, 2]);
  assert.deepEqual(slots(4), []);
  assert.deepEqual(slots(5), [0, 1, 6, 7, 8, 9, 10, 11]);
});

test('a leader whose node stays paused and makes nothing does not stand by', () => {
  const { agent, feed, at, first, told } = byHand();
  for (const m of [0, 1]) agent(m, at);
  const window = poolWindow(0);
  feed({ type: 'turn', at: slotTime(first), window });
  for (let k = 0; k < 12; k++) for (const m of [0, 1]) agent(m, slotTime(first + k) + m);
  assert.deepEqual([slotsOf(told, 0).length, slotsOf(told, 1).length], [0, 12]);
});

test('the same events give the same effects', () => {
  property(
    fc.record({
      members: fc.array(member, { minLength: 1, maxLength: 4 }),
      failures: fc.array(failure, { maxLength: 3 }),
      windows: fc.constant(3),
    }),
    (world) => {
      const run = playStandby(world);
      const state = initialState(SELECT_DEFAULTS);
      for (const { event, effects } of run.steps) assert.deepEqual(reduce(state, structuredClone(event)), effects);
    },
    100,
  );
});

/** A pool in standby mode in mid-window, driven by hand. */
function byHand() {
  const state = initialState(SELECT_DEFAULTS);
  const first = firstSlot(poolWindow(0));
  const parent = block({ id: 'aa'.repeat(32), num: 50, slot: 1, previous: '' }, first - 1, 'other');
  const voted = { strategy: 'first-delivered', mode: 'standby', previousStrategy: 'first-delivered' };
  const told: SelectEffect[] = [];
  const feed = (event: SelectEvent) => {
    const effects = reduce(state, event);
    told.push(...effects);
    return effects;
  };
  const at = slotTime(first) - 3000;
  feed({ type: 'public', at, block: parent, pool: false });
  feed({ type: 'settings', at, ...voted, previousMode: 'standby', fromWindow: 0 });
  const agent = (m: number, now: number, more = {}) =>
    feed({ type: 'agent', at: now, signer: signerOf(m), up: true, producing: false, headNum: 51, lag: 0, ...more });
  return { state, first, parent, feed, agent, at, told };
}

test('a command that was lost is given again, to the leader and to one who should be paused', () => {
  const { agent, at } = byHand();
  assert.equal(agent(0, at).filter(({ type }) => type === 'lead').length, 1);
  assert.deepEqual(agent(0, at + 400), []);
  const again = agent(0, at + 500).find((effect) => effect.type === 'lead');
  assert.deepEqual([again?.leader, again?.pause], [signerOf(0), []]);
  agent(0, at + 600, { producing: true });
  const other = agent(1, at + 1100, { producing: true }).find((effect) => effect.type === 'lead');
  assert.deepEqual([other?.leader, other?.pause], [signerOf(0), [signerOf(1)]]);
});

test('who comes while another leads, and makes blocks, is paused at its first word', () => {
  const { agent, at } = byHand();
  agent(0, at);
  const [lead] = agent(1, at + 10, { producing: true });
  assert.ok(lead?.type === 'lead');
  assert.deepEqual([lead.leader, lead.pause], [signerOf(0), [signerOf(1)]]);
  assert.deepEqual(agent(1, at + 20, { producing: true }), []);
});

test('the leader’s connection is lost: another leads at once, whatever its agent says', () => {
  const { agent, feed, at } = byHand();
  feed({ type: 'member', at, signer: signerOf(0), up: true });
  agent(0, at);
  agent(1, at);
  const effects = feed({ type: 'member', at: at + 100, signer: signerOf(0), up: false });
  const lead = effects.find((effect) => effect.type === 'lead');
  assert.deepEqual([lead?.leader, lead?.pause, lead?.failed], [signerOf(1), [signerOf(0)], null]);
});

test('whose place another takes in the window is told, and after a restart that one stays out and gets the duty back in no way', () => {
  const { agent, feed, first, parent } = byHand();
  const at = slotTime(first) - 50;
  const window = poolWindow(0);
  for (const m of [0, 1]) agent(m, at - 2000);
  const zero = block(parent, first, 'm0');
  const rest = { confirmed: 12, cpuUs: 0, transactions: 0, bytes: 200, arrivedMs: at, late: false };
  feed({ type: 'candidate', at, candidate: { ...zero, ...rest, signer: signerOf(0) } });
  agent(1, at + 1);
  const leads = agent(0, at + 2, { up: false }).flatMap((effect) => (effect.type === 'lead' ? [effect] : []));
  assert.deepEqual(
    leads.map(({ leader, failed, runs }) => [leader, failed, runs]),
    [[signerOf(1), signerOf(0), true]],
  );

  const anew = byHand();
  anew.feed({ type: 'public', at, block: zero, pool: true });
  anew.feed({ type: 'replaced', at, window, signer: signerOf(0) });
  anew.feed({ type: 'decided', at, block: { ...zero, previous: '' }, signer: signerOf(0), rescue: false });
  assert.equal(dutyOf(anew.state), null);
  const one = (m: number) => ({ ...block(zero, first + 1, `m${m}`), ...rest, signer: signerOf(m) });
  assert.ok(anew.feed({ type: 'candidate', at, candidate: one(0) }).every(({ type }) => type !== 'emit'));
  assert.ok(anew.feed({ type: 'candidate', at, candidate: one(1) }).some(({ type }) => type === 'emit'));
  assert.equal(dutyOf(anew.state), signerOf(1));
});

function dutyOf({ duty }: SelectState): string | null {
  return duty?.leader ?? null;
}

test('the last slot’s block never came: the next leader is appointed once it is too late for it', () => {
  const { agent, feed, at, first, parent } = byHand();
  for (const m of [0, 1]) agent(m, at);
  feed({ type: 'member', at, signer: signerOf(0), up: true });
  let on = parent;
  for (let k = 0; k < 11; k++) {
    on = block(on, first + k, 'm0');
    const now = slotTime(first + k);
    const rest = { confirmed: 12, cpuUs: 0, transactions: 0, bytes: 200, arrivedMs: now, late: false };
    feed({ type: 'candidate', at: now, candidate: { ...on, ...rest, signer: signerOf(0) } });
  }
  for (const m of [0, 1]) agent(m, slotTime(first + 10) + 1, { headNum: on.num, producing: m === 0 });
  const window = poolWindow(0);
  const lead = feed({ type: 'tick', at: slotTime(first + 11) }).find((effect) => effect.type === 'lead');
  assert.deepEqual([lead?.leader, lead?.window, lead?.runs], [signerOf(1), window + 1, false]);
});

test('one that took over in mid-window comes by its slots’ times: that is neither overdue nor how it usually is', () => {
  const { agent, feed, at, first, parent, state } = byHand();
  for (const m of [0, 1, 2]) agent(m, at);
  let on = parent;
  const make = (m: number, k: number, now: number) => {
    on = block(on, first + k, `m${m}`);
    const rest = { confirmed: 12, cpuUs: 0, transactions: 0, bytes: 200, arrivedMs: now, late: false };
    return feed({ type: 'candidate', at: now, candidate: { ...on, ...rest, signer: signerOf(m) } });
  };
  for (let k = 0; k < 9; k++) make(0, k, slotTime(first + k) - 50 * (k + 1));
  const now = slotTime(first + 9) - 100;
  for (const m of [1, 2]) agent(m, now - 1, { headNum: on.num });
  agent(0, now, { up: false });
  assert.equal(state.duty?.leader, signerOf(1));
  make(1, 9, slotTime(first + 9));
  assert.equal(state.lead.get(signerOf(1)), undefined);
  const due = slotTime(first + 10) + SELECT_DEFAULTS.overdueMs;
  assert.deepEqual(make(1, 10, due - 1).filter(({ type }) => type !== 'wake')[0]?.type, 'emit');
  assert.equal(state.duty?.leader, signerOf(1));
});

test('a node that is behind, or whose agent is gone, is not appointed', () => {
  const { agent, at, state } = byHand();
  const leads = (effects: { type: string }[]) => effects.filter(({ type }) => type === 'lead').length;
  assert.equal(leads(agent(0, at, { headNum: 40 })), 0);
  assert.equal(leads(agent(1, at + 1, { up: false })), 0);
  assert.equal(leads(agent(2, at + 2)), 1);
  assert.equal(state.duty?.leader, signerOf(2));
  const [lead] = agent(2, at + 700, { up: false }).filter((effect) => effect.type === 'fault');
  assert.equal(lead?.code, 'standby_nobody');
});

test('after a restart in mid-window the one whose blocks were decided goes on, and its competitor’s do not leave', () => {
  const { state, feed, first, parent } = byHand();
  const at = slotTime(first + 1);
  const zero = block(parent, first, 'm0');
  feed({ type: 'public', at, block: zero, pool: false });
  const decided = {
    type: 'decided',
    at,
    block: { ...zero, previous: '' },
    signer: signerOf(0),
    rescue: false,
  } as const;
  // Said at once: the connections have to know from whom the others' blocks are to be kept.
  const lead = feed(decided).filter(({ type }) => type === 'lead');
  assert.deepEqual(lead, [
    {
      ...{ type: 'lead', window: poolWindow(0), runs: true, leader: signerOf(0), pause: [] },
      ...{ head: { num: zero.num, id: zero.id }, away: [], owing: [], failed: null },
    },
  ]);
  assert.ok(feed(decided).every(({ type }) => type !== 'lead'));
  assert.deepEqual([state.duty?.leader, state.lastTurn], [signerOf(0), signerOf(0)]);
  const rest = { confirmed: 12, cpuUs: 0, transactions: 0, bytes: 200, arrivedMs: at, late: false };
  const make = (m: number) => ({ ...block(zero, first + 1, `m${m}`), ...rest, signer: signerOf(m) });
  assert.ok(feed({ type: 'candidate', at, candidate: make(1) }).every(({ type }) => type !== 'emit'));
  assert.ok(feed({ type: 'candidate', at, candidate: make(0) }).some(({ type }) => type === 'emit'));
});

test('nobody is appointed and one makes blocks: it leads, the others are told to pause', () => {
  const { feed, first, parent, agent, at, state } = byHand();
  agent(1, at, { headNum: 40 });
  const now = slotTime(first) - 50;
  const rest = { confirmed: 12, cpuUs: 0, transactions: 0, bytes: 200, arrivedMs: now, late: false };
  const candidate = { ...block(parent, first, 'm0'), ...rest, signer: signerOf(0) };
  const effects = feed({ type: 'candidate', at: now, candidate });
  const lead = effects.find((effect) => effect.type === 'lead');
  assert.ok(effects.some(({ type }) => type === 'emit'));
  assert.deepEqual([lead?.leader, lead?.pause], [signerOf(0), [signerOf(1)]]);
  assert.equal(state.duty?.leader, signerOf(0));
});

test('a node that starts paused is resumed in propose mode, once, and all are when the mode changes back', () => {
  const { feed, agent, at } = byHand();
  agent(0, at);
  agent(1, at + 1);
  const voted = { strategy: 'first-delivered', mode: 'propose', previousStrategy: 'first-delivered' };
  const settings = { type: 'settings', at: at + 10, ...voted, previousMode: 'propose', fromWindow: 0 } as const;
  const back = feed(settings).find((effect) => effect.type === 'release');
  assert.deepEqual(back?.resume, [signerOf(0), signerOf(1)]);
  assert.deepEqual(agent(1, at + 20), []);
  const fresh = agent(2, at + 30).find((effect) => effect.type === 'release');
  assert.deepEqual(fresh?.resume, [signerOf(2)]);
  assert.deepEqual(agent(2, at + 40), []);
});

test('when the mode changes back, nodes are resumed when the last slot is over, not when its block left', () => {
  const { feed, first, parent, agent, at, told } = byHand();
  for (const m of [0, 1]) agent(m, at);
  const voted = { strategy: 'first-delivered', mode: 'propose', previousStrategy: 'first-delivered' };
  const fromWindow = poolWindow(0) + 1;
  feed({ type: 'settings', at: at + 10, ...voted, previousMode: 'standby', fromWindow });
  feed({ type: 'turn', at: slotTime(first) - 600, window: poolWindow(0) });
  let tip = parent;
  for (let k = 0; k < 12; k++) {
    const now = slotTime(first + k) - 100;
    tip = block(tip, first + k, 'm0');
    const rest = { confirmed: 12, cpuUs: 0, transactions: 0, bytes: 200, arrivedMs: now, late: false };
    feed({ type: 'candidate', at: now, candidate: { ...tip, ...rest, signer: signerOf(0) } });
  }
  assert.ok(told.some((effect) => effect.type === 'emit' && effect.path.some(({ slot }) => slot === first + 11)));
  const end = slotTime(first + 11);
  agent(1, end - 1, { headNum: tip.num });
  assert.ok(told.every(({ type }) => type !== 'release'));
  assert.ok(agent(1, end, { headNum: tip.num }).some(({ type }) => type === 'release'));
});

/** Lets a member make a window's blocks; the others' agents speak at each, but for those that are away. */
function makeWindow(
  pool: ReturnType<typeof byHand>,
  w: number,
  leader: number,
  on: BlockRef,
  members: number[],
): BlockRef {
  const first = firstSlot(poolWindow(w));
  pool.feed({ type: 'turn', at: slotTime(first) - 600, window: poolWindow(w) });
  let tip = on;
  for (let k = 0; k < 12; k++) {
    const now = slotTime(first + k) - 100;
    for (const m of members) pool.agent(m, now - 300 + m, { headNum: tip.num, producing: m === leader });
    tip = block(tip, first + k, `m${leader}`);
    const rest = { confirmed: 12, cpuUs: 0, transactions: 0, bytes: 200, arrivedMs: now, late: false };
    pool.feed({ type: 'candidate', at: now, candidate: { ...tip, ...rest, signer: signerOf(leader) } });
  }
  for (const m of members) pool.agent(m, slotTime(tip.slot) + m, { headNum: tip.num, producing: m === leader });
  return tip;
}

const stoodIn = (told: readonly SelectEffect[], w: number, m: number) =>
  slotsOf(told, m).filter((slot) => windowOf(slot) === poolWindow(w)).length;

const PAUSED = {};
const BEHIND = { headNum: 0 };

/**
 * Three members, from the first window on: whoever has the duty makes its blocks, the agents speak at each, and with the last, when
 * the next turn is given, they say what `last` has for this window. `before` comes between two windows.
 */
function playTurns(
  windows: number,
  last: (w: number, m: number) => object,
  before: (pool: ReturnType<typeof byHand>, w: number) => void = () => {},
) {
  const pool = byHand();
  const { agent, feed, at, state, told } = pool;
  const leaders: number[] = [];
  for (const m of [0, 1, 2]) agent(m, at);
  let tip: BlockRef = pool.parent;
  for (let w = 0; w < windows; w++) {
    before(pool, w);
    const first = firstSlot(poolWindow(w));
    feed({ type: 'turn', at: slotTime(first) - 600, window: poolWindow(w) });
    const leader = Number(state.duty?.leader.slice(-1));
    leaders.push(leader);
    for (let k = 0; k < 12; k++) {
      const now = slotTime(first + k) - 100;
      for (const m of [0, 1, 2]) {
        const said = { headNum: tip.num, producing: m === leader };
        agent(m, now - 300 + m, k < 11 ? said : { ...said, ...last(w, m) });
      }
      tip = block(tip, first + k, `m${leader}`);
      const rest = { confirmed: 12, cpuUs: 0, transactions: 0, bytes: 200, arrivedMs: now, late: false };
      feed({ type: 'candidate', at: now, candidate: { ...tip, ...rest, signer: signerOf(leader) } });
    }
    for (const m of [0, 1, 2]) agent(m, slotTime(tip.slot) + m, { headNum: tip.num, producing: m === leader });
    feed({ type: 'tick', at: slotTime(tip.slot) + 2000 });
  }
  return { ...pool, leaders, stood: (w: number, m: number) => stoodIn(told, w, m) };
}

test('who is passed over owes a turn, is asked first until it leads, and stands by as any other', () => {
  const { leaders, stood, told, state } = playTurns(4, (w, m) => (w === 0 && m === 1 ? BEHIND : PAUSED));
  const leads = told.flatMap((effect) => (effect.type === 'lead' ? [effect] : []));
  const named = leads.find(({ window }) => window > poolWindow(0));
  assert.deepEqual(
    [named?.leader, named?.away, named?.owing],
    [signerOf(2), [], [{ signer: signerOf(1), since: poolWindow(0) + 1 }]],
  );
  assert.deepEqual(leaders, [0, 2, 1, 0]);
  assert.deepEqual([stood(1, 0), stood(1, 1), stood(1, 2)], [12, 12, 0]);
  assert.deepEqual([stood(2, 0), stood(2, 1), stood(2, 2)], [12, 0, 12]);
  assert.deepEqual([state.owing, state.away], [undefined, undefined]);
});

test('who is passed over again before it has led is away: it stands by in no slot of that window', () => {
  const { leaders, stood, told, state } = playTurns(4, (w, m) => (w < 2 && m === 1 ? BEHIND : PAUSED));
  assert.deepEqual(leaders, [0, 2, 0, 1]);
  // The word with which it was not there takes the slots on both of its sides.
  assert.deepEqual([stood(1, 1), stood(2, 1), stood(3, 0)], [10, 0, 12]);
  const away = told.flatMap((effect) => (effect.type === 'lead' && effect.away.length > 0 ? [effect] : []));
  assert.ok(away.length > 0);
  for (const lead of away) {
    assert.deepEqual([lead.away, lead.leader, lead.window], [[signerOf(1)], signerOf(0), poolWindow(1) + 1]);
  }
  assert.equal(state.owing, undefined);
});

test('who is never there when a turn is given is paid for one window after its first, however well it follows', () => {
  const { stood, leaders } = playTurns(9, (_, m) => (m === 1 ? { up: false } : PAUSED));
  assert.ok(!leaders.includes(1));
  assert.deepEqual(
    [0, 1, 2, 3, 4, 5, 6, 7, 8].map((w) => stood(w, 1) > 0),
    [true, true, false, false, false, false, false, false, false],
  );
});

test('nobody is found for the next window: who was away in the last one stands by there', () => {
  const isBehind = (w: number, m: number) => m === 1 || (w === 1 && m === 0);
  const { agent, feed, state, told } = playTurns(2, (w, m) => (isBehind(w, m) ? BEHIND : PAUSED));
  assert.deepEqual([state.duty?.leader, state.away], [signerOf(2), [signerOf(1)]]);
  const open = (w: number) => {
    const first = firstSlot(poolWindow(w));
    feed({ type: 'turn', at: slotTime(first), window: poolWindow(w) });
    return first;
  };
  let first = open(2);
  for (const m of [0, 1, 2]) agent(m, slotTime(first) + 1, { up: false });
  feed({ type: 'tick', at: slotTime(first + 11) + 2000 });
  first = open(3);
  const headNum = state.tip?.num ?? 0;
  for (let k = 0; k < 12; k++) for (const m of [0, 1]) agent(m, slotTime(first + k) + 10, { headNum });
  const takers = told.flatMap((effect) =>
    effect.type === 'lead' && effect.window === poolWindow(3) ? effect.leader : [],
  );
  assert.deepEqual(new Set(takers), new Set([signerOf(0)]));
  assert.deepEqual([stoodIn(told, 2, 1), stoodIn(told, 3, 1)], [0, 12]);
});

/** The leader goes before its window; the others' agents say how they are. */
function dropLeader({ agent, state }: ReturnType<typeof byHand>, w: number, others: (m: number) => object): void {
  const now = slotTime(firstSlot(poolWindow(w))) - 2000;
  const leader = Number(state.duty?.leader.slice(-1));
  const headNum = state.tip?.num ?? 0;
  for (const m of [0, 1, 2]) if (m !== leader) agent(m, now, { headNum, ...others(m) });
  agent(leader, now + 1, { headNum, up: false });
}

test('passed over twice in one turn is once: two go before the window, one after the other', () => {
  const drop = ({ agent, state }: ReturnType<typeof byHand>, w: number) => {
    if (w !== 2) return;
    const now = slotTime(firstSlot(poolWindow(w))) - 2000;
    const headNum = state.tip?.num ?? 0;
    agent(0, now, { up: false });
    agent(2, now, { up: false });
    assert.equal(state.duty?.leader, signerOf(1));
    agent(0, now + 1, { headNum });
    agent(1, now + 2, { up: false });
    for (const m of [1, 2]) agent(m, now + 500, { headNum });
  };
  const { leaders, stood, state } = playTurns(3, () => PAUSED, drop);
  assert.deepEqual(leaders, [0, 1, 0]);
  assert.deepEqual([stood(2, 1), stood(2, 2)], [12, 12]);
  assert.equal(state.away, undefined);
});

test('who is away and then takes the turn of one that goes before the window leads it', () => {
  const drop = (pool: ReturnType<typeof byHand>, w: number) => {
    if (w !== 2) return;
    assert.deepEqual(pool.state.away, [signerOf(1)]);
    dropLeader(pool, w, () => PAUSED);
    assert.equal(pool.state.away, undefined);
  };
  const { leaders, told } = playTurns(3, (w, m) => (w < 2 && m === 1 ? BEHIND : PAUSED), drop);
  assert.deepEqual(leaders, [0, 2, 1]);
  const named = told.findLast((effect) => effect.type === 'lead' && effect.leader === signerOf(1));
  assert.deepEqual(named?.type === 'lead' && named.away, []);
});

test('who takes each turn and drops it before the window is paid for one window, too', () => {
  const drop = ({ agent, state }: ReturnType<typeof byHand>, w: number) => {
    const now = slotTime(firstSlot(poolWindow(w))) - 2000;
    if (state.duty?.leader !== signerOf(1)) return;
    agent(1, now, { up: false });
    agent(1, now + 500, { headNum: state.tip?.num ?? 0 });
  };
  const { stood, leaders } = playTurns(9, () => PAUSED, drop);
  assert.ok(!leaders.includes(1));
  const paid = [0, 1, 2, 3, 4, 5, 6, 7, 8].filter((w) => stood(w, 1) > 0);
  assert.deepEqual(paid, [0, 1]);
});

test('the leader’s connection is lost for a moment before its window: another leads, and it stands by', () => {
  const lose = ({ feed, state }: ReturnType<typeof byHand>, w: number) => {
    const now = slotTime(firstSlot(poolWindow(w))) - 2000;
    const signer = signerOf(1);
    if (w === 0) feed({ type: 'member', at: now, signer, up: true });
    if (w !== 1 || state.duty?.leader !== signer) return;
    feed({ type: 'member', at: now, signer, up: false });
    feed({ type: 'member', at: now + 100, signer, up: true });
  };
  const { stood, leaders } = playTurns(3, () => PAUSED, lose);
  assert.deepEqual(leaders, [0, 2, 1]);
  assert.deepEqual([stood(1, 0), stood(1, 1)], [12, 12]);
});

test('the first turn of all: who was heard before its key was in the schedule is passed over, and stands by', () => {
  const pool = byHand();
  const { agent, at, state, told, parent } = pool;
  for (const m of [0, 1, 2]) agent(m, at, { up: false });
  // The schedule is the pool's from here on, and this one speaks first.
  agent(2, at + 100);
  assert.equal(state.duty?.leader, signerOf(2));
  for (const m of [0, 1]) agent(m, at + 300);
  makeWindow(pool, 0, 2, parent, [0, 1, 2]);
  assert.deepEqual([stoodIn(told, 0, 0), stoodIn(told, 0, 1), stoodIn(told, 0, 2)], [12, 12, 0]);
});

test('whoever is there when a turn is given, or was at all turns before, stands by in the window', () => {
  const said = fc.array(fc.tuple(fc.boolean(), fc.boolean(), fc.boolean()), { minLength: 6, maxLength: 6 });
  fc.assert(
    fc.property(said, (isThere) => {
      const { stood, leaders } = playTurns(7, (w, m) => (isThere[w]?.[m] === false ? BEHIND : PAUSED));
      for (let w = 1; w < 7; w++) {
        const named: boolean[] = isThere[w - 1] ?? [];
        // Nobody was found with the last block: the turn is given a moment later, when all are there.
        if (!named.includes(true)) continue;
        for (const m of [0, 1, 2]) {
          const isNew = isThere.slice(0, w - 1).every((turn) => turn[m]);
          // A last word that it is behind takes the slots on both of its sides.
          const all = isThere[w]?.[m] === false ? 10 : 12;
          if (leaders[w] !== m && (named[m] || isNew)) assert.ok(stood(w, m) >= all, `member ${m} in window ${w}`);
        }
      }
    }),
    cases(200),
  );
});

for (const [seconds, owes] of [
  [9, false],
  [11, true],
] as const)
  test(`who cannot take its turn ${seconds} s after a restart owes ${owes ? 'one' : 'none'}: others dial by then`, () => {
    const pool = byHand();
    const { agent, feed, at, state } = pool;
    for (const m of [0, 1, 2]) agent(m, at);
    // The window's last slot is when the next leader is named.
    const named = slotTime(firstSlot(poolWindow(0)) + 11);
    feed({ type: 'stood', at: named - seconds * 1000, words: [], away: [], owing: [] });
    makeWindow(pool, 0, 0, pool.parent, [0, 2]);
    assert.equal(state.duty?.leader, signerOf(2));
    assert.deepEqual(
      (state.owing ?? []).map(({ signer }) => signer),
      owes ? [signerOf(1)] : [],
    );
  });

test('who was away, and who owes a turn, is so after a restart', () => {
  const pool = byHand();
  const { feed, agent, state, told, at } = pool;
  const owing = [{ signer: signerOf(1), since: 7 }];
  feed({ type: 'stood', at, words: [], away: [signerOf(1)], owing });
  const first = firstSlot(poolWindow(0));
  feed({ type: 'turn', at: slotTime(first) - 600, window: poolWindow(0) });
  for (let k = 0; k < 12; k++) for (const m of [1, 2]) agent(m, slotTime(first + k) + m);
  assert.deepEqual([stoodIn(told, 0, 1), stoodIn(told, 0, 2)], [0, 12]);
  feed({ type: 'tick', at: slotTime(first + 12) + 2000 });
  agent(2, slotTime(first + 12) + 2000);
  assert.equal(state.duty?.leader, signerOf(1), 'asked first');
});

test('who cannot take over when the leader fails owes a turn; and is away from then on when it owes one already', () => {
  for (const owes of [false, true]) {
    const { agent, feed, at, first, state, told } = byHand();
    feed({
      type: 'stood',
      at: at - 60_000,
      words: [],
      away: [],
      owing: owes ? [{ signer: signerOf(1), since: 7 }] : [],
    });
    // Named while it is not there yet.
    for (const m of [0, 2, 1]) agent(m, at);
    feed({ type: 'turn', at: slotTime(first) - 600, window: poolWindow(0) });
    for (let k = 0; k < 4; k++) for (const m of [0, 1, 2]) agent(m, slotTime(first + k) + m, { producing: m === 0 });
    agent(1, slotTime(first + 4), { up: false });
    agent(0, slotTime(first + 4) + 1, { up: false });
    assert.equal(state.duty?.leader, signerOf(2));
    for (let k = 5; k < 12; k++) agent(1, slotTime(first + k));
    const slots = slotsOf(told, 1).map((slot) => slot - first);
    assert.deepEqual(slots, owes ? [0, 1, 2, 3] : [0, 1, 2, 3, 5, 6, 7, 8, 9, 10, 11]);
    assert.deepEqual(
      (state.owing ?? []).map(({ signer }) => signer),
      [signerOf(1)],
    );
  }
});

test('a head that is behind is not held against a member right after a restart: blocks are kept from unknown connections', () => {
  for (const [back, slots] of [
    [9_000, 12],
    [60_000, 0],
  ] as const) {
    const { agent, feed, first, told } = byHand();
    const at = slotTime(first);
    feed({ type: 'stood', at: at - back + 7_000, words: [], away: [], owing: [] });
    agent(0, at - 10);
    feed({ type: 'turn', at, window: poolWindow(0) });
    for (let k = 0; k < 12; k++) agent(1, slotTime(first + k) + 1, BEHIND);
    assert.equal(slotsOf(told, 1).length, slots);
  }
});

test('after a restart the leader has time to dial before another takes its place', () => {
  const { agent, feed, first, parent, state } = byHand();
  const { dialMs = 0, overdueMs } = SELECT_DEFAULTS;
  const at = slotTime(first + 4) + 100;
  const zero = block(parent, first, 'm0');
  feed({ type: 'public', at, block: zero, pool: false });
  feed({ type: 'stood', at, words: [], away: [], owing: [] });
  feed({ type: 'decided', at, block: { ...zero, previous: '' }, signer: signerOf(0), rescue: false });
  for (const m of [0, 1]) agent(m, at + 10, { producing: m === 0, headNum: zero.num });
  // The first slot that it can make, and send, after that.
  const due = slotTime(first + 5) + dialMs + overdueMs;
  feed({ type: 'tick', at: due - 1 });
  assert.equal(state.duty?.leader, signerOf(0));
  feed({ type: 'tick', at: due });
  assert.equal(state.duty?.leader, signerOf(1));
});
