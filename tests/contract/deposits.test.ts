import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dust } from './support/books.ts';
import { Box } from './support/box.ts';
import { NO_AUTHORITY, refuses } from './support/refuses.ts';

const withdraw = (box: Box, account: string, quantity: string, by = account) =>
  box.act('withdraw', { account, quantity }, by);

test('a transfer with the memo deposit is booked for who has opened a row', async () => {
  const box = await Box.live();
  await box.deposit('dave', 500);
  await box.deposit('dave', 20);
  assert.deepEqual([box.free('dave'), box.books().deposits, dust(box)], [520, 520, 0n]);
  await refuses(box.self('open', 'dave'), /dave has a deposit row already/);
  await refuses(box.act('open', { account: 'erin' }, 'dave'), NO_AUTHORITY);
});

test('deposits are no income', async () => {
  const box = await Box.live();
  await box.deposit('dave', 500);
  await box.act('sweep', { token: 0 });
  assert.deepEqual([box.books().income_total, box.books().deposits], [0, 500]);
});

const gifts: [string, string, string][] = [
  ['who has no row', 'erin', 'deposit'],
  ['another memo', 'dave', 'Deposit'],
  ['no memo', 'dave', ''],
  ['a longer memo', 'dave', 'deposit '],
];

for (const [what, from, memo] of gifts) {
  test(`a transfer of ${what} is a gift and never fails`, async () => {
    const box = await Box.live();
    await box.self('open', 'dave');
    await box.transfer('eosio', from, 100);
    await box.transfer(from, 'dac', 100, memo);
    assert.deepEqual([box.free('dave'), box.free('erin'), box.books().deposits, dust(box)], [0, undefined, 0, 100n]);
    await box.act('sweep', { token: 0 });
    assert.equal(box.books().income_total, 100);
  });
}

test('a transfer before init never fails', async () => {
  const box = await Box.empty();
  await box.transfer('eosio', 'dac', 100, 'deposit');
  assert.equal(box.balance('dac'), 100);
});

test('what is free is withdrawn by its owner, and no more than that', async () => {
  const box = await Box.live();
  await refuses(withdraw(box, 'dave', '0.0001 EOS'), /dave has no deposit: call open, then transfer/);
  await box.deposit('dave', 500);
  await refuses(withdraw(box, 'dave', '0.0100 EOS', 'erin'), NO_AUTHORITY);
  await refuses(withdraw(box, 'dave', '0.0501 EOS'), /0.0501 EOS cannot be withdrawn: dave has 0.0500 EOS free/);
  for (const wrong of ['0.0000 EOS', '-0.0001 EOS']) await refuses(withdraw(box, 'dave', wrong), /cannot be withdrawn/);
  await refuses(withdraw(box, 'dave', '0.01 EOS'), /the amount is in 2,EOS: the core token is 4,EOS/);
  await refuses(withdraw(box, 'dave', '0.0100 ABC'), /the amount is in 4,ABC: the core token is 4,EOS/);
  await withdraw(box, 'dave', '0.0200 EOS');
  assert.deepEqual([box.balance('dave'), box.free('dave'), box.books().deposits], [200, 300, 300]);
  await withdraw(box, 'dave', '0.0300 EOS');
  assert.deepEqual([box.free('dave'), box.balance('dave')], [undefined, 500], 'the empty row of a stranger goes');
});

test('a member’s empty row stays', async () => {
  const box = await Box.live();
  await box.deposit('alice', 500);
  await withdraw(box, 'alice', '0.0500 EOS');
  assert.equal(box.free('alice'), 0);
});

test('a bond cannot be withdrawn', async () => {
  const box = await Box.live();
  await box.decide('config', { figure: 'bond', value: 400 });
  await box.deposit('dave', 500);
  await box.join('dave', 3);
  assert.deepEqual([box.free('dave'), box.books().deposits], [100, 500]);
  await refuses(withdraw(box, 'dave', '0.0101 EOS'), /dave has 0.0100 EOS free/);
  await withdraw(box, 'dave', '0.0100 EOS');
  assert.equal(box.free('dave'), 0);
});

test('a bond is what was asked for at joining, whatever is asked for later', async () => {
  const box = await Box.live();
  await box.decide('config', { figure: 'bond', value: 400 });
  await box.deposit('dave', 500);
  await box.enrol('dave', 3);
  await box.decide('config', { figure: 'bond', value: 9000 });
  assert.equal(box.member('dave')?.bond, 400);
});
