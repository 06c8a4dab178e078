import assert from 'node:assert/strict';
import { test } from 'node:test';
import { firstSlot, lastSlot, slotTime } from '../../../common/slot.ts';
import { deadlineFor } from '../../../emitter/select/deadline.ts';
import { learnPath, pathMs } from '../../../emitter/select/path.ts';
import { initialState, openWindow, type SelectState } from '../../../emitter/select/state.ts';
import { SELECT_DEFAULTS, type SelectConfig } from '../../../emitter/select/types.ts';
import { cases, fc } from '../../support/property.ts';

const ROUND = 4;
const W = 1000;
const block = (slot: number, num = slot) => ({ id: `${slot}`, num, slot, previous: `${slot - 1}` });

/** How many ms before its time a producer's block k leaves. */
type Lead = (k: number) => number;
const effort =
  (percent: number): Lead =>
  (k) =>
    (500 - 5 * percent) * (k + 1);
/** EOSIO 2.0 to Leap 4.0. */
const old: Lead = (k) => (k === 11 ? 200 : 100);

interface Way {
  lead: Lead;
  ms: number;
  /** Added to block k of the nth window. */
  jitter?: (n: number, k: number) => number;
  missing?: number;
}

/** A pool's windows, each followed by one of the producer at this distance. */
function watched(
  windows: number,
  { lead, ms, jitter = () => 0, missing = 0 }: Way,
  config: Partial<SelectConfig> = {},
) {
  const state = initialState({ ...SELECT_DEFAULTS, ...config });
  state.tip = block(firstSlot(W) - 1);
  for (let n = 0; n < windows; n++) {
    const window = W + n * ROUND;
    openWindow(state, window, state.tip);
    for (let slot = lastSlot(window) + 1; slot <= lastSlot(window + 2); slot++) {
      const k = slot - firstSlot(window + 1);
      const isNext = k < 12;
      if (isNext && k < missing) continue;
      const at = slotTime(slot) - (isNext ? lead(k) : lead(k - 12) - 250) + ms + jitter(n, k);
      learnPath(state, block(slot), Math.floor(at));
    }
  }
  return state;
}

function deadline(state: SelectState): number {
  const window = openWindow(state, W + 1000, block(firstSlot(W + 1000) - 1));
  return deadlineFor(state, window, []) - slotTime(lastSlot(window.id));
}

test('before the next producer was seen the way counts as nothing', () => {
  assert.equal(pathMs(initialState({ ...SELECT_DEFAULTS })), 0);
  assert.equal(deadline(initialState({ ...SELECT_DEFAULTS })), -50);
});

for (const ms of [0, 20, 80, 150]) {
  for (const percent of [95, 90, 70, 50]) {
    test(`a producer ${ms} ms away with cpu effort ${percent} %: its way is known after one window`, () => {
      const state = watched(1, { lead: effort(percent), ms });
      assert.ok(Math.abs(pathMs(state) - ms) <= 1, `${pathMs(state)}`);
      assert.equal(deadline(state), -50 - pathMs(state));
    });
  }
  test(`an old node ${ms} ms away, whose leads do not grow: its way is known by some ms`, () => {
    const way = pathMs(watched(1, { lead: old, ms }));
    assert.ok(way >= ms - 9 && way <= ms + 9, `${way}`);
  });
}

test('what experiment 3 saw: no block that was lost would have left as a rescue, and the margin is not much wider than needed', () => {
  const seen = [
    { ms: 20, kept: -56, lost: -48 },
    { ms: 80, kept: -87, lost: -79 },
  ];
  for (const { ms, kept, lost } of seen) {
    const limit = deadline(watched(3, { lead: effort(90), ms }));
    assert.ok(limit < lost, `${ms} ms: ${limit}`);
    assert.ok(limit > kept - 60, `${ms} ms: ${limit}`);
  }
});

test('a window in trouble does not move it: half a second late, or half of its blocks missing', () => {
  for (const trouble of [
    { jitter: (n: number) => (n === 4 ? 480 : 0) },
    { jitter: (n: number) => (n === 0 ? 480 : 0) },
  ])
    assert.equal(pathMs(watched(6, { lead: effort(90), ms: 40, ...trouble })), 40);
  assert.equal(pathMs(watched(3, { lead: effort(90), ms: 40, missing: 7 })), 0, 'too few to say anything');
});

test('jitter of up to 30 ms a block moves it by less than the margin', () => {
  const jitter = fc.array(fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 24, maxLength: 24 }), {
    minLength: 9,
    maxLength: 9,
  });
  fc.assert(
    fc.property(jitter, fc.integer({ min: 0, max: 150 }), fc.integer({ min: 50, max: 95 }), (noise, ms, percent) => {
      const state = watched(9, { lead: effort(percent), ms, jitter: (n, k) => noise[n]?.[k] ?? 0 });
      assert.ok(pathMs(state) >= ms - 25 && pathMs(state) <= ms + 50, `${pathMs(state)}`);
    }),
    cases(200),
  );
});

test('it follows a producer that moves, keeps a bounded past, and never exceeds what a planet has', () => {
  const state = watched(30, { lead: effort(90), ms: 20 });
  assert.equal(state.path?.windows.length, 9);
  assert.equal(pathMs(watched(30, { lead: effort(90), ms: 10, jitter: (n) => (n > 20 ? 60 : 0) })), 70);
  assert.equal(pathMs(watched(3, { lead: effort(90), ms: 450 })), 300);
});

test('a configured way counts instead; a log from before has none', () => {
  assert.equal(pathMs(watched(3, { lead: effort(90), ms: 20 }, { pathMs: 70 })), 70);
  const { pathMs: _, ...before } = SELECT_DEFAULTS;
  const state = initialState(before);
  learnPath(state, block(firstSlot(1)), slotTime(firstSlot(1)));
  assert.equal(pathMs(state), 0);
  assert.equal('path' in state, false, 'its checkpoints compare');
});
