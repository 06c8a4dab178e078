import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Backoff } from '../../../common/backoff.ts';
import { cases, fc } from '../../support/property.ts';

const FULL = [100, 200, 400, 800, 1600, 3200, 5000, 5000];

test('delays double from 100 ms to 5 s', () => {
  const backoff = new Backoff(() => 0);
  assert.deepEqual(
    FULL.map(() => backoff.next()),
    FULL,
  );
});

test('chance makes each delay shorter by a quarter at the most, never longer', () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (random) => {
      const backoff = new Backoff(() => random);
      for (const full of FULL) {
        const delay = backoff.next();
        assert.ok(delay <= full && delay >= full * 0.75, `${delay} of ${full}`);
      }
    }),
    cases(100),
  );
});

test('a connection that lasted begins anew, one that was cut at once does not', () => {
  const backoff = new Backoff(() => 0);
  for (let i = 0; i < 4; i++) backoff.next();
  assert.equal(backoff.next(4000), 1600);
  assert.equal(backoff.next(5001), 100);
});
