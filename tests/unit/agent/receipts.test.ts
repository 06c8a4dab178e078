import assert from 'node:assert/strict';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { MadeSlots } from '../../../agent/made.ts';
import type { NodeView } from '../../../agent/node.ts';
import { ReceiptStore } from '../../../agent/receipts.ts';
import { type Receipt, receiptPageSchema } from '../../../common/agent.ts';
import { firstSlot, lastSlot, slotTime } from '../../../common/slot.ts';
import { scratch } from '../../support/processes.ts';

const W = 141_514_733;
const receipt = (slot: number, other: Partial<Receipt> = {}): Receipt => {
  const id = '0d'.repeat(32);
  return { slot, id, signer: '0:me', arrivedAt: 1, signature: '0:ab', emitter: '0:ee', ...other };
};

test('receipts outlive the agent; one that comes twice is kept once', (t) => {
  const file = path.join(scratch(t), 'agent.sqlite');
  const store = new ReceiptStore(file);
  const first = firstSlot(W);
  store.keep('http://a', { receipts: [receipt(first), receipt(first + 3)], after: 7 });
  store.keep('http://a', { receipts: [receipt(first)], after: 9 });
  store.close();
  const again = new ReceiptStore(file);
  t.after(() => again.close());
  assert.deepEqual(again.slots(W, '0:me'), [first, first + 3]);
  assert.deepEqual([again.readUpTo('http://a'), again.readUpTo('http://b')], [9, 0]);
});

test('what was refused is counted by emitter; the newest thousand are kept with the reason', (t) => {
  const file = path.join(scratch(t), 'agent.sqlite');
  const store = new ReceiptStore(file);
  const first = firstSlot(W);
  const bad = Array.from({ length: 700 }, (_, k) => ({ receipt: receipt(first + k), why: 'no' }));
  store.keep('http://a', { receipts: [receipt(first)], after: 700 }, bad);
  store.keep('http://a', { receipts: [], after: 1400 }, bad);
  store.keep('http://b', { receipts: [], after: 1 }, bad.slice(0, 1));
  assert.deepEqual([store.refused('http://a'), store.refused('http://b'), store.refused('http://c')], [1400, 1, 0]);
  assert.deepEqual(store.slots(W, '0:me'), [first]);
  store.close();
  const db = new DatabaseSync(file, { readOnly: true });
  t.after(() => db.close());
  const [row] = db.prepare('SELECT count(*) AS n, max(why) AS why FROM refused').all();
  assert.deepEqual([row?.n, row?.why], [1000, 'no']);
});

test('only the window’s slots and only the member’s own count', (t) => {
  const store = new ReceiptStore(':memory:');
  t.after(() => store.close());
  const slots = [firstSlot(W) - 1, firstSlot(W), lastSlot(W), lastSlot(W) + 1];
  const receipts = [...slots.map((slot) => receipt(slot)), receipt(firstSlot(W) + 1, { signer: '0:other' })];
  store.keep('http://a', { receipts, after: 1 });
  assert.deepEqual(store.slots(W, '0:me'), [firstSlot(W), lastSlot(W)]);
});

test('a file that cannot be used is one sentence', (t) => {
  assert.throws(
    () => new ReceiptStore(path.join(scratch(t), 'none', 'x.sqlite')),
    /cannot keep receipts: .*set AGENT_RECEIPTS/,
  );
});

test('a page that is none is refused', () => {
  for (const bad of [
    {},
    { receipts: [{}], after: 1 },
    { receipts: [receipt(-1)], after: 1 },
    { receipts: [], after: 'x' },
  ])
    assert.equal(receiptPageSchema.safeParse(bad).success, false);
});

const view = (slot: number, state: NodeView['state'] = 'producing', headProducer = 'poolbp'): NodeView => {
  return { state, headNum: slot, headProducer, headId: null, headTime: slotTime(slot) };
};

test('the pool’s new heads of a node that produces are its own; each window is due once, when its receipts must be there', () => {
  const made = new MadeSlots('poolbp');
  const first = firstSlot(W);
  made.seen(view(first - 1, 'producing', 'bp1'), view(first));
  made.seen(view(first), view(first));
  made.seen(view(first), view(first + 1));
  made.seen(view(first + 9, 'producing', 'bp1'), view(first + 5)); // A switch of forks back to a block that others made.
  made.seen(view(first + 11), view(first + 12, 'producing', 'bp1'));
  const end = slotTime(lastSlot(W));
  assert.deepEqual(made.due(end + 10_500), []);
  assert.deepEqual(made.due(end + 10_501), [{ window: W, slots: [first, first + 1] }]);
  assert.deepEqual(made.due(end + 20_000), []);
});

test('heads of a node that follows are others’, also the one it has when it is resumed', () => {
  const made = new MadeSlots('poolbp');
  const first = firstSlot(W);
  made.seen(view(first, 'paused'), view(first + 1, 'paused'));
  made.seen(view(first + 1, 'paused'), view(first + 2, 'producing'));
  made.seen(view(first + 2, 'producing'), view(first + 3, 'unreachable'));
  assert.deepEqual(made.due(slotTime(lastSlot(W)) + 20_000), []);
});
