import assert from 'node:assert/strict';
import { test } from 'node:test';
import { amountText, parseAmount } from '../../../common/amount.ts';
import { cases, fc } from '../../support/property.ts';

test('units become the text that the chain writes', () => {
  assert.equal(amountText(123_456n, '4,EOS'), '12.3456 EOS');
  assert.equal(amountText(5n, '4,EOS'), '0.0005 EOS');
  assert.equal(amountText(-5n, '4,EOS'), '-0.0005 EOS');
  assert.equal(amountText(7n, '0,TICKET'), '7 TICKET');
});

test('what a person writes becomes the same, or is refused with how to write it', () => {
  for (const text of ['12.5', '12.5 EOS', ' 12.5000 EOS', '12.50'])
    assert.equal(parseAmount(text, '4,EOS'), '12.5000 EOS');
  assert.equal(parseAmount('3', '0,TICKET'), '3 TICKET');
  assert.throws(() => parseAmount('12,5', '4,EOS'), { message: '"12,5" is no amount: write it as "12.3456 EOS"' });
  assert.throws(() => parseAmount('-1', '4,EOS'), /"-1" is no amount/);
  assert.throws(() => parseAmount('1e3', '4,EOS'), /is no amount/);
  assert.throws(() => parseAmount('1.00001', '4,EOS'), /"1\.00001" has 5 places, and EOS has 4/);
  assert.throws(() => parseAmount('1 SYS', '4,EOS'), /"1 SYS" is in SYS, and this is paid in EOS/);
});

test('text and units are the same amount', () => {
  const units = fc.bigInt({ min: 0n, max: 2n ** 62n - 1n });
  fc.assert(
    fc.property(units, fc.integer({ min: 0, max: 18 }), (amount, precision) => {
      const text = amountText(amount, `${precision},TOK`);
      assert.equal(parseAmount(text, `${precision},TOK`), text);
      assert.equal(BigInt(text.replace(/[. A-Z]/g, '')), amount);
    }),
    cases(200),
  );
});
