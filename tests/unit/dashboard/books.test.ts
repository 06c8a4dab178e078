import assert from 'node:assert/strict';
import { test } from 'node:test';
import { amountLike, barOf, grouped, PARTS, unitsOf } from '../../../dashboard/page/govern/books.ts';
import { cases, fc } from '../../support/property.ts';

const zero = '0.0000 EOS';
const empty = {
  symbol: '4,EOS',
  owed: zero,
  bucket: zero,
  infrastructure: zero,
  escrow: zero,
  deposits: zero,
  balance: zero,
};

test('amounts become units and back, whatever their decimals', () => {
  assert.equal(unitsOf('12.3456 EOS'), 123456n);
  assert.equal(unitsOf('-0.0001 EOS'), -1n);
  assert.equal(unitsOf('7 WAX'), 7n);
  assert.equal(unitsOf('1.2 eos'), null);
  assert.equal(unitsOf(''), null);
  assert.equal(amountLike(5n, zero), '0.0005 EOS');
  assert.equal(amountLike(-123456n, zero), '-12.3456 EOS');
  assert.equal(amountLike(7n, '1 WAX'), '7 WAX');
  assert.equal(grouped('1234567.8900 EOS'), '1,234,567.8900 EOS');
  assert.equal(grouped('123.4567 EOS'), '123.4567 EOS');
});

test('books that add up say so, others by how much they do not', () => {
  const books = { ...empty, owed: '600.0000 EOS', bucket: '400.0000 EOS' };
  const even = barOf({ ...books, balance: '1000.0000 EOS' });
  assert.equal(even.isEven, true);
  assert.match(even.verdict, /add up to 1,000\.0000 EOS, which is what/);
  const more = barOf({ ...books, balance: '1000.5000 EOS' });
  assert.equal(more.isEven, false);
  assert.match(more.verdict, /hold 0\.5000 EOS more \(1,000\.5000 EOS\)/);
  assert.match(barOf({ ...books, balance: '999.9999 EOS' }).verdict, /hold 0\.0001 EOS less/);
});

test('an empty treasury has an empty bar', () => {
  const { parts, isEven } = barOf(empty);
  assert.deepEqual(
    parts.map(({ permille }) => permille),
    [0, 0, 0, 0, 0],
  );
  assert.equal(isEven, true);
});

test('the parts of the bar are as wide as their amounts, to a thousandth, and fill it', () => {
  const units = fc.bigInt({ min: 0n, max: 10n ** 18n });
  fc.assert(
    fc.property(fc.tuple(units, units, units, units, units), (values) => {
      const total = values.reduce((sum, value) => sum + value, 0n);
      fc.pre(total > 0n);
      const amounts = Object.fromEntries(PARTS.map(({ name }, i) => [name, amountLike(values[i] ?? 0n, zero)]));
      const { parts, sum } = barOf({ ...empty, ...amounts, balance: amountLike(total, zero) });
      assert.equal(unitsOf(sum), total);
      assert.equal(
        parts.reduce((all, { permille }) => all + permille, 0),
        1000,
      );
      for (const [i, { permille }] of parts.entries()) {
        const exact = Number(((values[i] ?? 0n) * 1_000_000n) / total) / 1000;
        assert.ok(Math.abs(permille - exact) <= 1.001, `${permille} for ${exact}`);
      }
    }),
    cases(500),
  );
});
