import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Awake } from '../../../emitter/awake.ts';

/** An Awake whose timers the test fires: `step` runs what is due next and gives how long it slept. */
function bed(awakeMs: number, expected: () => number | null) {
  let now = 1000;
  const rehearsals: number[] = [];
  const tidied: number[] = [];
  const rested: number[] = [];
  const due: { at: number; run(): void }[] = [];
  const put = (ms: number, run: () => void) => {
    const entry = { at: now + ms, run };
    due.push(entry);
    return entry as unknown as NodeJS.Timeout;
  };
  const awake = new Awake({
    clock: { now: () => now },
    expectedAt: expected,
    rehearse: () => rehearsals.push(now),
    tidy: () => tidied.push(now),
    rest: () => rested.push(now),
    awakeMs,
    timers: {
      soon: (run) => void put(0, run),
      after: put,
      // A turn of the loop takes a moment.
      pause: (ms) => {
        now += ms;
      },
      cancel: (timer) => void due.splice(due.indexOf(timer as never), 1),
    },
    monotonic: () => now,
  });
  const step = () => {
    due.sort((a, b) => a.at - b.at);
    const next = due.shift();
    if (!next) return null;
    const slept = next.at - now;
    now = next.at;
    next.run();
    return slept;
  };
  return { awake, rehearsals, tidied, rested, step, now: () => now, due };
}

test('around the expected moment it rehearses and does not sleep, before and after it does', () => {
  const { awake, rehearsals, tidied, step, now } = bed(10, () => 1250);
  awake.start();
  while (now() < 1400) step();
  assert.ok(rehearsals.length >= 18 && rehearsals.length <= 22, `${rehearsals.length} rehearsals in 20 ms`);
  assert.ok(rehearsals.every((at) => at >= 1239 && at <= 1261));
  const [first = 0] = rehearsals;
  assert.ok(first <= 1242, `the first at ${first}`);
  assert.equal(tidied.length, 1);
  assert.ok((tidied[0] ?? 0) <= first, `tidied at ${tidied[0]}, before the first rehearsal`);
});

test('it sleeps while nothing is expected, and never longer than it takes to notice a new window', () => {
  const { awake, rehearsals, rested, step, now } = bed(10, () => null);
  awake.start();
  while (now() < 3000) assert.ok((step() ?? 0) <= 100);
  assert.equal(rehearsals.length, 0);
  assert.equal(rested.length, 0);
});

test('what was expected has come: it sleeps until the next, and rests once between', () => {
  let expected = 1050;
  const { awake, rehearsals, tidied, rested, step, now } = bed(10, () => expected);
  awake.start();
  while (now() < 1048) step();
  expected = 1550;
  while (now() < 1700) step();
  assert.ok(rehearsals.some((at) => at < 1049) && rehearsals.some((at) => at > 1540));
  assert.ok(!rehearsals.some((at) => at > 1051 && at < 1538));
  assert.equal(tidied.length, 2);
  const [after = 0, ...later] = rested;
  assert.ok(after > 1080 && after < 1500, `the first rest at ${after}: after the block, and long before the next`);
  assert.equal(later.length, 1);
});

test('switched off it does nothing, and stopped it ends', () => {
  const off = bed(0, () => 1000);
  off.awake.start();
  assert.equal(off.due.length, 0);
  const on = bed(10, () => 1000);
  on.awake.start();
  on.awake.stop();
  while (on.due.length > 0) on.step();
  assert.ok(on.rehearsals.length <= 1);
});

test('who begins when what is expected may come at once does not tidy up first', () => {
  let expected: number | null = null;
  const { awake, rehearsals, tidied, step, now } = bed(10, () => expected);
  awake.start();
  // It asks again 100 ms later.
  expected = now() + 102;
  while (now() < expected) step();
  assert.ok(rehearsals.length > 0);
  assert.deepEqual(tidied, []);
});
