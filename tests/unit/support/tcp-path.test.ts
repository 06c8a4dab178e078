import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '../../../common/random.ts';
import { cases, fc } from '../../support/property.ts';
import { TcpPath } from '../../support/tcp-path.ts';

const SEGMENT = 1448;
const never = () => 1;
/** Loses the segments of these numbers, counted from 0; a retransmission counts too. */
const losing = (...lost: number[]) => {
  let count = 0;
  return () => (lost.includes(count++) ? 0 : 1);
};
const path = (random = never, slowStartAfterIdle = true) =>
  new TcpPath({ thereMs: 40, backMs: 40, loss: 0.01, random, slowStartAfterIdle });
const last = (arrivals: { at: number }[]) => arrivals.at(-1)?.at;

test('ten segments take one way, the next twenty a round trip more, and so on', () => {
  const arrivals = path().write(70 * SEGMENT, 1000);
  const by = (at: number) => arrivals.filter((one) => one.at === at).length;
  assert.deepEqual([by(1040), by(1120), by(1200)], [10, 20, 40]);
});

test('the two ways can differ', () => {
  const slow = new TcpPath({ thereMs: 100, backMs: 20, loss: 0, random: never });
  assert.equal(last(slow.write(1, 0)), 100);
  assert.equal(last(slow.write(20 * SEGMENT, 1000)), 1000 + 120 + 100);
});

test('a connection that was idle begins with ten segments again, unless the kernel is told otherwise', () => {
  for (const [after, late] of [
    [true, 120],
    [false, 40],
  ] as const) {
    const one = path(never, after);
    one.write(70 * SEGMENT, 0);
    assert.equal(last(one.write(20 * SEGMENT, 100_000)), 100_000 + late);
  }
});

test('a lost segment holds up what is behind it for a round trip, and nothing before it', () => {
  const times = path(losing(3))
    .write(8 * SEGMENT, 0)
    .map(({ at }) => at);
  assert.deepEqual(times, [40, 40, 40, 120, 120, 120, 120, 120]);
});

test('of the last segments the loss is noticed later: with one behind it, with none, alone, and twice', () => {
  assert.equal(last(path(losing(1)).write(3 * SEGMENT, 0)), 40 + 100);
  assert.equal(last(path(losing(2)).write(3 * SEGMENT, 0)), 40 + 162);
  assert.equal(last(path(losing(0)).write(100, 0)), 40 + 280);
  assert.equal(last(path(losing(0, 1)).write(100, 0)), 40 + 280 + 280);
});

test('after a loss the window is smaller', () => {
  const after = (random: () => number) => {
    const one = path(random, false);
    one.write(30 * SEGMENT, 0);
    return one.write(30 * SEGMENT, 1000).filter(({ at }) => at === 1040).length;
  };
  assert.ok(after(losing(5)) < after(never));
});

test('property: all bytes come once, in order, none before its way, and the same seed gives the same times', () => {
  const writes = fc.array(fc.record({ bytes: fc.integer({ min: 1, max: 400_000 }), gap: fc.nat(2000) }), {
    minLength: 1,
    maxLength: 15,
  });
  const loss = fc.double({ min: 0, max: 0.3, noNaN: true });
  fc.assert(
    fc.property(writes, loss, fc.integer(), (given, part, seed) => {
      const run = () => {
        const one = new TcpPath({ thereMs: 40, backMs: 30, loss: part, random: seededRandom(seed).next });
        let [now, newest] = [0, 0];
        return given.map(({ bytes, gap }) => {
          now += gap;
          const arrivals = one.write(bytes, now);
          assert.equal(
            arrivals.reduce((sum, each) => sum + each.bytes, 0),
            bytes,
          );
          for (const { at } of arrivals) {
            assert.ok(at >= now + 40 && at >= newest);
            newest = at;
          }
          return arrivals;
        });
      };
      assert.deepEqual(run(), run());
    }),
    cases(200),
  );
});
