import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dust } from './support/books.ts';
import { Box } from './support/box.ts';
import { refuses } from './support/refuses.ts';

const DAY = 86_400;
const LAST = 600 + 600 + DAY; // deadline, dispute and a day
const MEMBERS = ['alice', 'bob', 'carol'];
const dissolve = (box: Box) => box.act('dissolve');
const owed = (box: Box) => MEMBERS.map((name) => box.owed(name));

async function dissolved(box: Box): Promise<void> {
  await box.decide('dissolve');
  box.wait(600);
  await dissolve(box);
  box.wait(LAST);
  await dissolve(box);
}

test('a dissolution is voted by two thirds, and goes on by itself to the end', async () => {
  const box = await Box.running();
  await refuses(dissolve(box), /the members have not voted to dissolve the pool: propose it with propdissolve/);
  const id = await box.propose('dissolve');
  assert.equal(box.proposal(id)?.two_thirds, true);
  await box.pass(id);
  assert.equal(box.config.phase, 2);
  box.wait(599);
  await refuses(dissolve(box), /the producer goes on for 1 more seconds, so that its last rewards can be claimed/);
  box.wait(1);
  await dissolve(box);
  assert.deepEqual([box.producer()?.active, box.config.phase], [false, 2]);
  box.wait(LAST - 1);
  await refuses(dissolve(box), /the last windows can be reported and disputed for 1 more seconds/);
  box.wait(1);
  await dissolve(box);
  assert.equal(box.config.phase, 3);
});

test('everything is paid out, to the last unit', async () => {
  const box = await Box.running();
  await box.settle(1, [0]);
  await box.earn(100_007);
  const shares = Number(box.books().bucket);
  await dissolved(box);
  const books = box.books();
  assert.deepEqual([books.bucket, books.infrastructure, books.escrow], [0, 0, 0]);
  assert.equal(books.owed, 100_007);
  const rest = 100_007 - shares;
  const each = Math.floor(rest / 3);
  assert.deepEqual(owed(box), [shares + each + 1, each + (rest % 3 > 1 ? 1 : 0), each]);
  for (const account of MEMBERS) await box.act('claim', { account, token: 0 });
  assert.deepEqual([box.balance('poolbp'), box.balance('dac'), box.books().owed], [0, 0, 0]);
});

test('without shares the members get equal parts, what is left a unit each', async () => {
  const box = await Box.live();
  await box.transfer('eosio', 'dac', 11);
  await box.act('sweep', { token: 0 });
  await box.decide('dissolve');
  box.wait(LAST);
  await dissolve(box);
  assert.deepEqual(owed(box), [4, 4, 3]);
});

test('what comes in after the end goes the same way', async () => {
  const box = await Box.running();
  await dissolved(box);
  await refuses(dissolve(box), /the pool is dissolved and everything is split: claim pays it out/);
  await box.transfer('eosio', 'poolbp', 7);
  await box.act('collect', { token: 0 });
  await dissolve(box);
  assert.deepEqual([owed(box), box.books().bucket, dust(box)], [[3, 2, 2], 0, 0n]);
});

test('while it is being dissolved, what has no future is refused and the rest goes on', async () => {
  const box = await Box.running({ arbitrators: ['arbiter1'] });
  await box.deposit('dave', 5);
  await box.decide('dissolve');
  const over = /the pool is being dissolved: only reports, claims and withdrawals go on/;
  await refuses(box.join('erin', 4), over);
  await refuses(box.propose('dissolve'), over);
  await refuses(box.propose('terms', { terms: '5e'.repeat(32) }), over);
  await refuses(box.act('challenge', { challenger: 'alice', account: 'bob' }, 'alice'), over);
  await refuses(box.act('payorder', { id: 1 }), /orders are paid by a live pool only/);
  box.wait(6);
  await box.report('oracle1');
  await box.earn(30_000);
  await box.act('close');
  await box.act('claim', { account: 'alice', token: 0 });
  await box.act('withdraw', { account: 'dave', quantity: '0.0005 EOS' }, 'dave');
  await box.setKey('bob', 9);
});

test('an epoch that was cut is closed before the end', async () => {
  const box = await Box.running();
  await box.settle(1);
  await box.decide('dissolve');
  await box.earn(30_000);
  await dissolve(box);
  await box.act('cut');
  box.wait(LAST);
  await refuses(dissolve(box), /the epoch before 2 is not closed yet: close it first/);
  await box.act('close');
  await dissolve(box);
  assert.equal(box.books().owed, 30_000);
});

test('the end waits for escrows: the work is accepted or given back', async () => {
  const box = await Box.running();
  await box.earn(100_000);
  await box.decide('spend', { payee: 'worker', amount: '0.1000 EOS', days: 30 });
  await box.decide('dissolve');
  box.wait(600);
  await dissolve(box);
  box.wait(LAST);
  await refuses(dissolve(box), /0.1000 EOS are in escrow: settle them with propaccept, or with refund/);
  await box.decide('accept', { order: 1, accepted: true });
  await dissolve(box);
  assert.deepEqual([box.balance('worker'), box.books().owed, box.books().escrow], [1000, 99_000, 0]);
});

test('no new dispute holds up the end', async () => {
  const box = await Box.running();
  await box.settle(1);
  await box.decide('dissolve');
  box.wait(600);
  await dissolve(box);
  box.wait(LAST);
  await refuses(
    box.propose('void', { window: box.state.last_window }),
    /the time to dispute windows is over: the pool is being dissolved/,
  );
  await dissolve(box);
});

test('the end waits for a dispute', async () => {
  const box = await Box.running();
  await box.settle(1);
  await box.decide('dissolve');
  box.wait(600);
  await dissolve(box);
  box.wait(700);
  const id = await box.propose('void', { window: box.state.last_window });
  box.wait(LAST - 700);
  await refuses(dissolve(box), /window \d+ is disputed by proposal \d+: that has to end first/);
  await box.act('tally', { id });
  await dissolve(box);
});

test('in a dissolved pool only claims, withdrawals and releases go on', async () => {
  const box = await Box.running({ arbitrators: ['arbiter1'] });
  await box.decide('config', { figure: 'bond', value: 50 });
  await box.deposit('dave', 55);
  await box.enrol('dave', 3);
  const passed = await box.propose('config', { figure: 'infra', value: 1 });
  await box.settle(1);
  await box.earn(30_000);
  await dissolved(box);
  await box.act('tally', { id: passed });
  const over = /the pool is dissolved: only claims and withdrawals go on/;
  await refuses(box.propose('register', { on: true }), over);
  await refuses(box.report('oracle1'), over);
  await refuses(box.act('pause', { member: 'alice' }, 'alice'), over);
  await refuses(box.act('refund', { id: 1 }), over);
  for (const action of ['cut', 'close']) await refuses(box.act(action), over);
  await refuses(box.act('execute', { id: passed }), /dissolved|finished/);
  await box.act('claim', { account: 'alice', token: 0 });
  await box.act('release', { account: 'dave' });
  await box.act('withdraw', { account: 'dave', quantity: '0.0055 EOS' }, 'dave');
  assert.equal(box.balance('dave'), 55);
  for (const account of [...MEMBERS, 'dave']) await box.self('leave', account);
  assert.equal(box.balance('poolbp') + box.balance('dac'), Number(box.books().owed));
});

test('what passed before the end is not executed after it', async () => {
  const box = await Box.running();
  await box.decide('dissolve');
  box.wait(600);
  await dissolve(box);
  box.wait(LAST - 100);
  const id = await box.propose('config', { figure: 'infra', value: 1 });
  await box.voteAll(id);
  await box.count(id);
  box.wait(40);
  await dissolve(box);
  await refuses(box.act('execute', { id }), /the pool is dissolved: only claims and withdrawals go on/);
});

test('a pool that nobody takes part in any more goes to those who still have a seat', async () => {
  const box = await Box.live({ members: ['alice', 'bob'] });
  await box.decide('dissolve');
  box.wait(LAST);
  await box.transfer('eosio', 'dac', 9);
  await box.act('sweep', { token: 0 });
  await dissolve(box);
  for (const account of ['alice', 'bob']) await box.self('leave', account);
  box.wait(600);
  for (const account of ['alice', 'bob']) await box.act('depart', { account });
  await box.transfer('eosio', 'dac', 3);
  await box.act('sweep', { token: 0 });
  await dissolve(box);
  assert.deepEqual([box.owed('alice'), box.owed('bob')], [7, 5]);
});
