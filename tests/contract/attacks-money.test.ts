import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stringToName } from '../../common/name.ts';
import { dust } from './support/books.ts';
import { Box, initData } from './support/box.ts';
import { tokenCode } from './support/contracts.ts';
import { refuses } from './support/refuses.ts';
import {
  CLAIM,
  deployThief,
  FORWARD,
  fakeTransfer,
  payers,
  plan,
  pretend,
  pretendBeyond,
  REFUSE,
  WITHDRAW,
} from './support/thief.ts';

const MAX = 4611686018427387903n; // 2^62 - 1, the most a token can have

/** Three members are owed 9,000 units each. */
async function owing(): Promise<Box> {
  const box = await Box.running();
  await box.settle(1);
  await box.earn(30_000);
  await box.act('close');
  return box;
}

test('re-entry: a payee’s contract that claims again when it is paid gets nothing twice', async () => {
  const box = await owing();
  deployThief(box);
  await box.act('setpayee', { account: 'alice', payee: 'thief' }, 'alice');
  await plan(box, CLAIM, 'alice');
  await refuses(box.act('claim', { account: 'alice', token: 0 }), /nothing to claim: alice is owed nothing/);
  assert.deepEqual([box.balance('thief'), box.owed('alice')], [0, 9000], 'the whole transaction fails');
  await plan(box, CLAIM, 'bob');
  await box.act('claim', { account: 'alice', token: 0 });
  assert.deepEqual([box.balance('thief'), box.balance('bob')], [9000, 9000], 'what others are owed goes to them');
});

test('re-entry: who withdraws again when it is paid gets no more than its deposit', async () => {
  const box = await Box.live();
  await box.deposit('dave', 5000);
  deployThief(box);
  await box.deposit('thief', 100);
  await plan(box, WITHDRAW, 'thief', '0.0060 EOS');
  const withdraw = () => box.act('withdraw', { account: 'thief', quantity: '0.0060 EOS' }, 'thief');
  await refuses(withdraw(), /0.0060 EOS cannot be withdrawn: thief has 0.0040 EOS free/);
  await plan(box, WITHDRAW, 'thief', '0.0040 EOS');
  await refuses(withdraw(), /thief has no deposit/);
  assert.deepEqual([box.balance('thief'), box.books().deposits], [0, 5100]);
});

test('a payee that refuses to be paid blocks nobody but itself', async () => {
  const box = await owing();
  deployThief(box);
  await box.act('setpayee', { account: 'alice', payee: 'thief' }, 'alice');
  await plan(box, REFUSE, 'alice');
  await refuses(box.act('claim', { account: 'alice', token: 0 }), /the thief takes no money/);
  for (const account of ['bob', 'carol']) await box.act('claim', { account, token: 0 });
  await box.act('setpayee', { account: 'alice', payee: 'alice' }, 'alice');
  await box.act('claim', { account: 'alice', token: 0 });
  assert.deepEqual([box.balance('alice'), box.books().owed], [9000, 0]);
});

test('a worker that refuses to be paid holds up neither orders nor spends of others', async () => {
  const box = await Box.live({ figures: { infra: 1000 } });
  deployThief(box);
  await plan(box, REFUSE, 'thief');
  await box.transfer('eosio', 'dac', 10_000);
  await box.act('sweep', { token: 0 });
  for (const payee of ['thief', 'worker']) await box.decide('order', { payee, amount: '0.0100 EOS', months: 1 });
  await refuses(box.act('payorder', { id: 1 }), /the thief takes no money/);
  await box.act('payorder', { id: 2 });
  assert.deepEqual([box.balance('worker'), box.books().infrastructure], [100, 9900]);
});

test('a fake token with the same symbol is no deposit and no income', async () => {
  const box = await Box.live();
  await box.self('open', 'dave');
  box.deploy('fake.token', tokenCode());
  const fake = box.chain.accounts['fake.token']?.actions;
  await fake?.create?.(['dave', '1000000000.0000 EOS']).send('fake.token');
  await fake?.issue?.(['dave', '1000000.0000 EOS', '']).send('dave');
  await fake?.transfer?.(['dave', 'dac', '500000.0000 EOS', 'deposit']).send('dave');
  await box.act('sweep', { token: 0 });
  assert.deepEqual([box.free('dave'), box.books().deposits, box.books().income_total], [0, 0, 0]);
});

test('a notification of a transfer that never was books nothing', async () => {
  const box = await Box.live();
  deployThief(box);
  await box.self('open', 'thief');
  await fakeTransfer(box, 'thief', 'dac', '1000.0000 EOS', 'deposit');
  assert.deepEqual([box.free('thief'), box.books().deposits], [0, 0]);
});

test('the notification of somebody else’s real transfer, handed on, books nothing', async () => {
  const box = await Box.live();
  deployThief(box);
  await box.self('open', 'dave');
  await plan(box, FORWARD, 'dave');
  await box.transfer('eosio', 'dave', 1000);
  await box.transfer('dave', 'thief', 1000, 'deposit');
  assert.deepEqual([box.balance('thief'), box.free('dave'), box.books().deposits], [1000, 0, 0]);
});

test('a stranger’s transfer with the memo deposit takes no row and no RAM of the pool', async () => {
  const box = await Box.live();
  for (const account of ['dave', 'erin', 'stranger']) {
    await box.transfer('eosio', account, 10);
    for (let i = 0; i < 3; i++) await box.transfer(account, 'dac', 1, 'deposit');
  }
  assert.deepEqual([box.rows('deposits'), dust(box)], [[], 9n]);
  await box.deposit('dave', 5);
  assert.deepEqual(payers(box, 'deposits'), ['dave'], 'who opens a row pays for it');
});

test('no transfer to the pool ever fails, whatever its memo, before, during and after its life', async () => {
  const memos = ['', 'deposit', 'DEPOSIT', 'deposit\u0000', 'd'.repeat(256), 'ü'.repeat(128)];
  const box = await Box.empty();
  const send = async () => {
    for (const memo of memos) await box.transfer('eosio', 'dac', 1, memo);
  };
  await send();
  await box.act('init', { ...initData, founders: ['alice'] }, 'dac');
  await send();
  await box.join('alice', 0);
  await box.act('handover', {}, 'dac');
  await box.act('pause', { member: 'alice' }, 'alice');
  await send();
  assert.equal(box.balance('dac'), 18);
});

test('dust sent before a close moves nobody’s pay by more than the dust', async () => {
  const pay = async (units: number) => {
    const box = await Box.running();
    await box.settle(2);
    await box.settle(1, [0]);
    await box.earn(50_000);
    if (units > 0) {
      await box.transfer('eosio', 'dac', units);
      await box.act('sweep', { token: 0 });
    }
    await box.act('close');
    return ['alice', 'bob', 'carol'].map((name) => box.owed(name));
  };
  const [plain, dusty] = [await pay(0), await pay(70)];
  for (const [i, units] of plain.entries()) {
    const moved = (dusty[i] as number) - units;
    assert.ok(moved >= 0 && moved <= 70, `moved by ${moved}`);
  }
});

test('dust alone cannot close an epoch and eat its shares', async () => {
  const box = await Box.running();
  await box.settle(2);
  box.wait(600);
  for (const to of ['dac', 'poolbp']) await box.transfer('eosio', to, 100);
  await box.act('collect', { token: 0 });
  for (const action of ['close', 'cut']) await refuses(box.act(action), /has no income of the producer yet/);
});

test('a listed token that lies about balances, or calls back, hurts nothing but itself', async () => {
  const box = await Box.running();
  deployThief(box);
  await pretend(box, 'dac', '900 EVIL');
  await box.decide('token', { contract: 'thief', core: '0,EVIL' });
  await box.act('sweep', { token: 1 });
  await box.settle(1);
  await box.earn(30_000);
  box.checksBooks = false;
  await pretend(box, 'dac', `${MAX} EVIL`);
  await box.act('sweep', { token: 1 });
  await pretend(box, 'dac', '5 EVIL');
  await box.act('close');
  assert.deepEqual([box.owed('alice'), box.owed('alice', 1)], [9000, 0], 'an uncovered token is left out');
  await pretend(box, 'dac', `${MAX} EVIL`);
  await box.settle(1);
  await box.earn(30_000);
  await box.act('close');
  await plan(box, CLAIM, 'alice', '0 EVIL', 1);
  await refuses(box.act('claim', { account: 'alice', token: 1 }), /nothing to claim: alice is owed nothing in token 1/);
  await plan(box, CLAIM, 'bob', '0 EVIL', 0);
  await box.act('claim', { account: 'alice', token: 1 });
  assert.deepEqual([box.balance('bob'), box.owed('alice')], [18_000, 18_000]);
});

test('a listed token that says more of both accounts than an amount can hold stops no close', async () => {
  const box = await Box.running();
  deployThief(box);
  await pretend(box, 'dac', '900 EVIL');
  await box.decide('token', { contract: 'thief', core: '0,EVIL' });
  await box.settle(1);
  await box.earn(30_000);
  box.checksBooks = false;
  for (const account of ['poolbp', 'dac']) {
    await pretend(box, account, '1 EVIL');
    pretendBeyond(box, account, 2n ** 63n - 1n);
  }
  await box.act('sweep', { token: 1 });
  await box.act('close');
  await box.act('claim', { account: 'alice', token: 0 });
  assert.equal(box.balance('alice'), 9000);
});

test('the largest amounts are split, deposited and paid without overflow', async () => {
  const box = await Box.empty();
  const token = box.token.actions;
  await token.create?.(['eosio', `${MAX} BIG`]).send('eosio.token');
  await token.issue?.(['eosio', `${MAX} BIG`, '']).send('eosio');
  await box.act('init', { ...initData, core: '0,BIG', founders: ['alice', 'bob'] }, 'dac');
  for (const [figure, value] of Object.entries({ infra: 0, votetime: 60, locktime: 10, deadline: 60, dispute: 0 })) {
    await box.act('setfigure', { figure, value }, 'dac');
  }
  for (const [i, account] of ['alice', 'bob'].entries()) await box.join(account, i);
  await box.act('handover', {}, 'dac');
  await box.self('open', 'alice');
  const half = MAX / 2n;
  await token.transfer?.(['eosio', 'alice', `${half} BIG`, '']).send('eosio');
  await token.transfer?.(['alice', 'dac', `${half} BIG`, 'deposit']).send('alice');
  await token.transfer?.(['eosio', 'dac', `${MAX - half} BIG`, '']).send('eosio');
  await box.act('sweep', { token: 0 });
  await box.decide('dissolve');
  box.wait(86_400 + 60);
  await box.act('dissolve');
  const owed = ['alice', 'bob'].map((name) => BigInt(String(box.credit(name)?.owed)));
  assert.equal(Number(owed[0]), Number((MAX - half) / 2n));
  for (const account of ['alice', 'bob']) await box.act('claim', { account, token: 0 });
  await box.act('withdraw', { account: 'alice', quantity: `${half} BIG` }, 'alice');
  const rows = box.token.tables.accounts?.(stringToName('dac')).getTableRows() as { balance: string }[];
  assert.equal(rows[0]?.balance, '0 BIG', 'nothing is left behind');
});
