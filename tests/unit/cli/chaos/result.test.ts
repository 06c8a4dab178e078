import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Kill } from '../../../../cli/chaos/kill.ts';
import { groups, quantile } from '../../../../cli/chaos/result.ts';

const kill = (window: number): Kill => ({
  ...{ victim: 'nats', name: `nats of ${window}`, window, moment: { at: 'window', ms: 1 } },
  ...{ isOnTime: true, ms: 1, at: 1, backMs: 1 },
});

test('a window counts for the newest kill before its end, those before all kills for the first', () => {
  const found = groups([10, 12, 14, 16, 18], [kill(12), kill(16)]);
  assert.deepEqual(
    found.map(({ windows }) => windows),
    [
      [10, 12, 14],
      [16, 18],
    ],
  );
});

test('of two kills in one window the later has it, and no window counts twice', () => {
  const found = groups([10, 12], [kill(10), kill(10)]);
  assert.deepEqual(
    found.map(({ windows }) => windows),
    [[], [10, 12]],
  );
});

test('quantiles of what was measured, null for nothing', () => {
  assert.equal(quantile([], 0.5), null);
  assert.equal(quantile([3, 1, 2], 0.5), 2);
  assert.equal(quantile([30, 4], 0.99), 30);
});
