import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Box } from './support/box.ts';
import { refuses } from './support/refuses.ts';

const DAY = 86_400;
const MONTH = 30 * DAY;
const order = (changes = {}) => ({ payee: 'worker', amount: '0.0100 EOS', months: 3, ...changes });
const spend = (changes = {}) => ({ payee: 'worker', amount: '0.0100 EOS', days: 0, ...changes });

/** A live pool with this many units for infrastructure. */
async function rich(units = 100_000, figures = {}): Promise<Box> {
  const box = await Box.live({ figures: { infra: 1000, ...figures } });
  await box.transfer('eosio', 'dac', units);
  await box.act('sweep', { token: 0 });
  return box;
}

test('a monthly order is paid when it is due, by anyone, so many times', async () => {
  const box = await rich();
  await box.decide('order', order());
  const pay = () => box.act('payorder', { id: 1 });
  await pay();
  assert.deepEqual([box.balance('worker'), box.books().infrastructure, box.books().spent_total], [100, 99_900, 100]);
  await refuses(pay(), /the next month of order 1 is due in 2592000 seconds/);
  box.wait(MONTH - 1);
  await refuses(pay(), /the next month of order 1 is due in 1 seconds/);
  box.wait(1);
  await pay();
  box.wait(MONTH);
  await pay();
  assert.deepEqual([box.balance('worker'), box.rows('orders')], [300, []]);
  await refuses(pay(), /there is no order 1/);
});

test('a month that was forgotten can be paid later', async () => {
  const box = await rich();
  await box.decide('order', order());
  box.wait(2 * MONTH);
  for (let i = 0; i < 3; i++) await box.act('payorder', { id: 1 });
  assert.equal(box.balance('worker'), 300);
});

test('a vote ends an order', async () => {
  const box = await rich();
  await box.decide('order', order());
  await refuses(box.propose('end', { order: 7 }), /there is no order 7/);
  await box.decide('end', { order: 1 });
  await refuses(box.act('payorder', { id: 1 }), /there is no order 1/);
});

test('orders and spends have a payee outside the pool, and an amount', async () => {
  const box = await rich();
  for (const [kind, make] of [
    ['order', order],
    ['spend', spend],
  ] as const) {
    await refuses(box.propose(kind, make({ payee: 'nobody' })), /payee nobody is no account/);
    for (const payee of ['dac', 'poolbp']) {
      await refuses(box.propose(kind, make({ payee })), new RegExp(`payee ${payee} belongs to the pool itself`));
    }
    for (const amount of ['0.0000 EOS', '-0.0001 EOS']) {
      await refuses(box.propose(kind, make({ amount })), /it must be more than nothing/);
    }
    await refuses(box.propose(kind, make({ amount: '1 EOS' })), /the amount is in 0,EOS: the core token is 4,EOS/);
  }
  await refuses(box.propose('order', order({ months: 0 })), /months is 0: 1 to 120 are allowed/);
  await refuses(box.propose('order', order({ months: 121 })), /months is 121: 1 to 120 are allowed/);
  await refuses(box.propose('spend', spend({ days: 366 })), /days is 366: at most 365 are allowed/);
});

test('a spend without days is paid at once', async () => {
  const box = await rich();
  await box.decide('spend', spend());
  assert.deepEqual([box.balance('worker'), box.rows('orders'), box.books().spent_total], [100, [], 100]);
});

test('the treasury spends nothing until its monthly limit is set', async () => {
  const box = await rich(100_000, { monthlimit: 0 });
  const id = await box.propose('spend', spend());
  await refuses(box.pass(id), /0.0100 EOS are more than this month's rest of 0.0000 EOS: wait, or raise monthlimit/);
  await box.decide('config', { figure: 'monthlimit', value: 100 });
  await box.act('execute', { id });
  assert.equal(box.balance('worker'), 100);
});

test('one limit holds for orders, spends and escrows of a month', async () => {
  const box = await rich(100_000, { monthlimit: 250 });
  box.wait(MONTH - (box.now % MONTH));
  await box.decide('order', order());
  await box.decide('spend', spend({ days: 1 }));
  await box.act('payorder', { id: 1 });
  assert.equal(box.state.month_spent, 200);
  const id = await box.propose('spend', spend({ amount: '0.0051 EOS' }));
  await refuses(box.pass(id), /0.0051 EOS are more than this month's rest of 0.0050 EOS/);
  box.wait(MONTH - (box.now % MONTH) - 1);
  await refuses(box.act('payorder', { id: 1 }), /is due in/);
  const late = await box.propose('spend', spend({ amount: '0.0051 EOS' }), 'bob');
  await box.pass(late);
  assert.equal(box.state.month_spent, 51, 'a new month');
});

test('the treasury spends no more than it has', async () => {
  const box = await rich(99);
  const id = await box.propose('spend', spend());
  await refuses(box.pass(id), /0.0100 EOS are more than the 0.0099 EOS for infrastructure: wait for income/);
  await box.transfer('eosio', 'dac', 1);
  await box.act('sweep', { token: 0 });
  await box.act('execute', { id });
  assert.deepEqual([box.books().infrastructure, box.balance('dac')], [0, 0]);
});

test('an escrow waits for a vote that accepts the work', async () => {
  const box = await rich();
  await box.decide('spend', spend({ days: 30 }));
  const row = box.row('orders');
  assert.deepEqual([row.payee, row.amount, row.escrow, row.months], ['worker', 100, true, 0]);
  assert.deepEqual([box.books().escrow, box.books().infrastructure, box.balance('worker')], [100, 99_900, 0]);
  await refuses(box.act('payorder', { id: 1 }), /order 1 is an escrow: accept or refuse it with propaccept/);
  await refuses(box.propose('end', { order: 1 }), /order 1 is an escrow/);
  await box.decide('accept', { order: 1, accepted: true });
  assert.deepEqual([box.balance('worker'), box.books().escrow, box.rows('orders')], [100, 0, []]);
  await refuses(box.propose('accept', { order: 1, accepted: true }), /there is no order 1/);
});

test('refused work gives the escrow back to the infrastructure', async () => {
  const box = await rich();
  await box.decide('spend', spend({ days: 30 }));
  await box.decide('accept', { order: 1, accepted: false });
  assert.deepEqual([box.balance('worker'), box.books().escrow, box.books().infrastructure], [0, 0, 100_000]);
});

test('the payee gives an escrow back at any time, anyone does after its last second', async () => {
  const box = await rich();
  for (let i = 0; i < 2; i++) await box.decide('spend', spend({ days: 30 }));
  const seconds = /order 1 can be accepted for \d+ more seconds: until then only worker gives it back/;
  await refuses(box.act('refund', { id: 1 }), seconds);
  await box.act('refund', { id: 1 }, 'worker');
  assert.equal(box.books().escrow, 100);
  box.wait(30 * DAY - 1);
  await refuses(box.act('refund', { id: 2 }), /order 2 can be accepted for 1 more seconds/);
  box.wait(1);
  await box.act('refund', { id: 2 });
  assert.deepEqual([box.books().escrow, box.books().infrastructure], [0, 100_000]);
  await refuses(box.act('refund', { id: 2 }), /there is no order 2/);
});

test('a monthly order is no escrow', async () => {
  const box = await rich();
  await box.decide('order', order());
  await refuses(box.act('refund', { id: 1 }, 'worker'), /order 1 is a monthly order and not an escrow/);
  await refuses(box.propose('accept', { order: 1, accepted: true }), /is a monthly order and not an escrow/);
});

test('an escrow that was moved meanwhile is not paid twice', async () => {
  const box = await rich();
  await box.decide('spend', spend({ days: 30 }));
  const id = await box.propose('accept', { order: 1, accepted: true });
  await box.voteAll(id);
  await box.count(id);
  await box.act('refund', { id: 1 }, 'worker');
  box.wait(10);
  await refuses(box.act('execute', { id }), /there is no order 1/);
});

test('the buckets of the members are not the treasury’s', async () => {
  const box = await Box.running();
  await box.earn(100_000);
  const id = await box.propose('spend', spend({ amount: '1.0001 EOS' }));
  await refuses(box.pass(id), /1.0001 EOS are more than the 1.0000 EOS for infrastructure/);
});
