import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { firstSlot, slotTime } from '../../../common/slot.ts';
import { Ahead } from '../../../emitter/ahead.ts';

test('each of the pool’s windows is told of once, some 3 s before its first block can leave', () => {
  mock.timers.enable({ apis: ['setInterval'] });
  const begin = slotTime(firstSlot(1000));
  const clock = { now: () => now };
  let now = begin - 6000;
  const told: [number, number][] = [];
  const ahead = new Ahead(
    clock,
    (window) => window % 2 === 0,
    (window) => told.push([window, slotTime(firstSlot(window)) - now]),
  );
  ahead.start();
  const pass = (ms: number) => {
    for (const end = now + ms; now < end; ) {
      now += 100;
      mock.timers.tick(100);
    }
  };
  pass(20_000);
  assert.deepEqual(
    told.map(([window]) => window),
    [1000, 1002],
  );
  for (const [, before] of told) assert.ok(before >= 3000 && before <= 3600, `${before} ms before`);
  // Set back, and standing still for long: no window again, and none that is over.
  now = begin;
  pass(1000);
  now = begin + 120_000;
  pass(100);
  assert.deepEqual(
    told.slice(2).map(([window]) => window),
    [1020],
  );
  ahead.stop();
  pass(30_000);
  assert.equal(told.length, 3);
  mock.timers.reset();
});
