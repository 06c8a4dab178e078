import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '../../../common/random.ts';
import { cases, fc } from '../../support/property.ts';

test('the same seed gives the same numbers, another seed others', () => {
  fc.assert(
    fc.property(fc.nat(), (seed) => {
      const draw = (s: number) => seededRandom(s).bytes(16).toString('hex');
      assert.equal(draw(seed), draw(seed));
      assert.notEqual(draw(seed), draw(seed + 1));
    }),
    cases(500),
  );
});

test('numbers keep their bounds', () => {
  fc.assert(
    fc.property(fc.nat(), fc.integer({ min: 1, max: 1_000_000 }), (seed, n) => {
      const random = seededRandom(seed);
      const float = random.next();
      assert.ok(float >= 0 && float < 1);
      const whole = random.below(n);
      assert.ok(Number.isInteger(whole) && whole >= 0 && whole < n);
      assert.equal(random.bytes(n % 50).length, n % 50);
    }),
    cases(1000),
  );
});

test('values are spread evenly', () => {
  const random = seededRandom(7);
  const counts = Array.from({ length: 10 }, () => 0);
  for (let i = 0; i < 10_000; i++) {
    const bin = random.below(10);
    counts[bin] = (counts[bin] as number) + 1;
  }
  for (const count of counts) assert.ok(count > 850 && count < 1150, `${counts}`);
});

test('a known beginning, so that recorded seeds stay good', () => {
  assert.equal(seededRandom(1).next(), 0.6270739405881613);
});
