import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Orders } from '../../../agent/orders.ts';
import type { Command } from '../../../common/agent.ts';
import { cases, fc } from '../../support/property.ts';

const command = (window: number, seq: number, expires = 1000): Command => {
  return { window, seq, order: 'pause', expires, head: null };
};

test('only the newest (window, seq) counts, whichever emitter it comes from', () => {
  const orders = new Orders();
  assert.equal(orders.refuse(command(7, 5), 0), null);
  for (const old of [command(7, 5), command(7, 4), command(6, 99)]) {
    assert.match(orders.refuse(old, 0) ?? '', /newer command/);
  }
  assert.equal(orders.refuse(command(8, 1), 0), null);
  assert.equal(orders.isNewest(command(8, 1)), true);
  assert.equal(orders.isNewest(command(7, 5)), false);
});

test('an expired command does nothing, and does not keep a later one with its number from counting', () => {
  const orders = new Orders();
  assert.equal(orders.refuse(command(1, 1, 500), 500), 'it expired 0 ms ago');
  assert.equal(orders.refuse(command(1, 1, 2000), 600), null);
});

test('in any order of arrival the accepted ones grow, and the greatest that is not expired is the last', () => {
  const some = fc.array(fc.tuple(fc.nat(5), fc.nat(5), fc.nat(10)), { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(some, (arrivals) => {
      const orders = new Orders();
      const taken = arrivals.map((each) => command(...each)).filter((one) => orders.refuse(one, 5) === null);
      const rank = ({ window, seq }: Command) => 10 * window + seq;
      taken.forEach((one, i) => {
        if (i > 0) assert.ok(rank(one) > rank(taken[i - 1] as Command));
      });
      const due = arrivals.filter(([, , expires]) => expires > 5).map((each) => rank(command(...each)));
      if (due.length > 0) assert.equal(rank(taken[taken.length - 1] as Command), Math.max(...due));
    }),
    cases(300),
  );
});
