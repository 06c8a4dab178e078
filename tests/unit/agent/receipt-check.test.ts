import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ReceiptCheck } from '../../../agent/receipt-check.ts';
import { LOG_KEY, POOL, receiptFor } from './support/emitter-side.ts';

const CHAIN = 'c1'.repeat(32);
const parts = { pool: POOL, signer: '0:me', chainId: async () => CHAIN, emitterKeys: async () => [LOG_KEY.id] };

test('a receipt is for this member alone, whatever its signature covers', async () => {
  const mine = receiptFor(7, '0:me', CHAIN);
  const others = receiptFor(8, '0:other', CHAIN);
  const { good, refused } = await new ReceiptCheck(parts).sort([mine, others, { ...mine, signer: '0:other' }]);
  assert.deepEqual(good, [mine]);
  assert.deepEqual(
    refused.map(({ why }) => why),
    Array(2).fill("it is for a candidate of another's key"),
  );
});

test('while the node does not say which emitters there are, nothing is judged', async () => {
  const emitterKeys = () => Promise.reject(new Error('no node'));
  const check = new ReceiptCheck({ ...parts, emitterKeys });
  await assert.rejects(check.sort([receiptFor(7, '0:me', CHAIN)]), /no node/);
  assert.deepEqual(await check.sort([]), { good: [], refused: [] });
});
