import assert from 'node:assert/strict';
import { test } from 'node:test';
import { paceNow, throttledAbove } from '../../../bench/relay/pace.ts';

const throttled = (paces: number[]) => paces.map((pace) => pace > throttledAbove(paces));

test('a pace is throttled when it is far from the usual one, not when it is a little slower', () => {
  assert.deepEqual(throttled([0.02, 0.021, 0.2, 0.019, 0.04, 0.06, 0.02]), [
    false,
    false,
    true,
    false,
    false,
    true,
    false,
  ]);
  assert.deepEqual(throttled([0.02]), [false]);
  assert.deepEqual(throttled([]), []);
});

test('the work takes some time, so that its pace can be told', () => {
  for (let i = 0; i < 50; i++) paceNow();
  assert.ok(paceNow() > 0.002, `${paceNow()} ms`);
});
