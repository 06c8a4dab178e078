import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Box, DISPUTE_SECONDS, eos, initData } from './support/box.ts';
import { refuses } from './support/refuses.ts';

const DAY = 86_400;
const owed = (box: Box) => box.rows('members').map((member) => member.owed);

test('harvest claims the reward, brings it home and books it, infrastructure first', async () => {
  const box = await Box.running();
  await box.earn(1_000_009);
  assert.deepEqual([box.balance('poolbp'), box.balance('dac')], [0, 1_000_009]);
  const books = box.row('books');
  assert.deepEqual([books.infrastructure, books.bucket, books.income_total], [100_000, 900_009, 1_000_009]);
  assert.equal(box.row('config').harvested, true);
});

test('harvest fails as a whole when the chain pays nothing yet', async () => {
  const box = await Box.running();
  await box.earn(10_000);
  await box.transfer('eosio', 'poolbp', 50);
  await refuses(box.act('harvest'), /already claimed rewards within past day/);
  assert.equal(box.balance('poolbp'), 50);
});

test('collect takes the producer’s whole balance, and is harmless without one', async () => {
  const box = await Box.running();
  await box.act('collect');
  assert.equal(box.row('books').income_total, 0);
  await box.transfer('eosio', 'poolbp', 777);
  await box.act('collect');
  await box.act('collect');
  assert.deepEqual([box.balance('poolbp'), box.balance('dac'), box.row('books').income_total], [0, 777, 777]);
});

test('nobody moves the producer’s tokens but the contract', async () => {
  const box = await Box.running();
  await box.transfer('eosio', 'poolbp', 777);
  await refuses(box.transfer('stranger', 'dac', 1), /no balance object found/);
  const steal = box.token.actions.transfer?.(['poolbp', 'stranger', eos(777), '']).send('stranger');
  await refuses(Promise.resolve(steal), /missing required authority/);
});

test('sweep measures income: what the balance holds beyond the books', async () => {
  const box = await Box.running();
  await box.transfer('eosio', 'dac', 19);
  assert.equal(box.row('books').income_total, 0);
  await box.act('sweep');
  await box.act('sweep');
  const books = box.row('books');
  assert.deepEqual([books.income_total, books.infrastructure, books.bucket], [19, 1, 18]);
});

test('the whole income or none of it can go to infrastructure', async () => {
  for (const [permille, infrastructure] of [
    [0, 0],
    [1000, 12_345],
  ] as const) {
    const box = await Box.create({ infra_permille: permille });
    await box.transfer('eosio', 'dac', 12_345);
    await box.act('sweep');
    assert.equal(box.row('books').infrastructure, infrastructure);
  }
});

test('close splits the bucket once over the shares, and the remainder stays', async () => {
  const box = await Box.running();
  await box.settle(2);
  await box.settle(1, [0]);
  await box.earn(1_000_000);
  await box.act('close');
  const perShare = Math.floor(900_000 / 7);
  assert.deepEqual(owed(box), [3 * perShare, 2 * perShare, 2 * perShare]);
  const books = box.row('books');
  assert.deepEqual(
    [books.owed, books.bucket, books.credited_total],
    [7 * perShare, 900_000 - 7 * perShare, 7 * perShare],
  );
  assert.deepEqual(
    box.rows('seats').map((seat) => [seat.shares, seat.closing]),
    [
      [0, 0],
      [0, 0],
      [0, 0],
    ],
  );
  const config = box.row('config');
  assert.deepEqual([config.epoch, config.closed_through, config.closing_bucket], [2, config.last_window, 0]);
  await refuses(box.act('close'), /epoch 2 has no share/);
});

test('close refuses without a share, without income, and within the time to dispute', async () => {
  const box = await Box.running();
  await refuses(box.act('close'), /epoch 1 has no share: a settled window with an eligible member is needed/);
  await box.settle(1, []);
  box.pass(DISPUTE_SECONDS);
  await refuses(box.act('close'), /epoch 1 has no share/);
  await box.settle(1);
  const last = box.window - 1;
  box.pass(DISPUTE_SECONDS - 1);
  await refuses(box.act('close'), new RegExp(`window ${last} can be disputed for 1 more seconds: close after that`));
  box.pass(1);
  await refuses(box.act('close'), /epoch 1 has no income of the producer yet: call harvest first/);
});

test('close refuses to eat shares for a bucket that gives nothing', async () => {
  const box = await Box.running();
  await box.settle(2);
  await box.earn(5);
  await refuses(box.act('close'), /the bucket of 0.0005 EOS gives nothing for each of 6 shares: wait for income/);
  await box.transfer('eosio', 'dac', 1);
  await box.act('sweep');
  await box.act('close');
  assert.deepEqual(owed(box), [2, 2, 2]);
});

test('a cut lets an epoch be disputed while the next one runs', async () => {
  const box = await Box.running();
  await box.settle(2);
  await box.earn(100_000);
  await box.settle(1, [0]);
  await box.act('cut');
  const cutAt = box.row('config').last_window as number;
  await refuses(box.act('cut'), /the epoch before 2 is not closed yet: close it first/);
  await box.settle(1, [1]);
  await box.transfer('eosio', 'dac', 10_000);
  await box.act('sweep');
  await refuses(box.act('close'), new RegExp(`window ${cutAt} can be disputed for \\d+ more seconds`));
  box.pass(DISPUTE_SECONDS);
  await box.settle(1, [1]);
  await box.act('close');
  const perShare = Math.floor(90_000 / 7);
  assert.deepEqual(owed(box), [3 * perShare, 2 * perShare, 2 * perShare], 'later income and shares are not in it');
  assert.deepEqual(
    box.rows('seats').map((seat) => seat.shares),
    [0, 2, 0],
  );
  assert.deepEqual([box.row('config').epoch, box.row('config').closed_through], [2, cutAt]);
  await refuses(box.act('cut'), /epoch 2 has no income of the producer yet/);
});

test('claim pays the payee, whoever asks, once', async () => {
  const box = await Box.running();
  await box.settle(1);
  await box.earn(30_000);
  await box.act('close');
  await box.act('setpayee', { account: 'alice', payee: 'dave' }, 'alice');
  await box.act('claim', { account: 'alice' }, 'stranger');
  assert.deepEqual([box.balance('dave'), box.balance('alice'), box.balance('stranger')], [9000, 0, 0]);
  const alice = box.member('alice');
  assert.deepEqual([alice?.owed, alice?.credited, alice?.paid], [0, 9000, 9000]);
  assert.deepEqual([box.row('books').owed, box.row('books').paid_total, box.balance('dac')], [18_000, 9000, 21_000]);
  await refuses(box.act('claim', { account: 'alice' }), /nothing to claim: alice is owed 0.0000 EOS/);
  await refuses(box.act('claim', { account: 'dave' }), /dave is not a member/);
});

test('the order of claims changes nothing', async () => {
  for (const order of [
    ['alice', 'bob', 'carol'],
    ['carol', 'alice', 'bob'],
  ]) {
    const box = await Box.running();
    await box.settle(1, [0, 1]);
    await box.settle(1, [0, 1, 2]);
    await box.earn(77_777);
    await box.act('close');
    for (const account of order) await box.act('claim', { account });
    assert.deepEqual(
      ['alice', 'bob', 'carol'].map((name) => box.balance(name)),
      [28_000, 28_000, 14_000],
    );
  }
});

test('dust sent before a close moves nobody’s pay by more than the dust', async () => {
  const plain = await Box.running();
  const dusty = await Box.running();
  for (const box of [plain, dusty]) {
    await box.settle(2);
    await box.settle(1, [0]);
    await box.earn(50_000);
  }
  const dust = 70;
  await dusty.transfer('eosio', 'dac', dust);
  await dusty.act('sweep');
  for (const box of [plain, dusty]) await box.act('close');
  for (const [i, pay] of owed(plain).entries()) {
    const moved = (owed(dusty)[i] as number) - (pay as number);
    assert.ok(moved >= 0 && moved <= dust, `moved by ${moved}`);
  }
});

test('dust alone cannot close an epoch and eat its shares', async () => {
  const box = await Box.running();
  await box.settle(2);
  box.pass(DISPUTE_SECONDS);
  await box.transfer('eosio', 'dac', 100);
  await box.act('sweep');
  await refuses(box.act('close'), /no income of the producer yet/);
  await refuses(box.act('cut'), /no income of the producer yet/);
});

test('a leaver is credited for its windows and can claim, then it is forgotten', async () => {
  const box = await Box.running();
  await box.settle(3);
  await box.act('leave', { account: 'bob' }, 'bob');
  await box.settle(1, [0, 2]);
  await box.earn(110_000);
  await box.act('close');
  assert.equal(box.member('bob')?.owed, 27_000);
  await box.act('claim', { account: 'bob' });
  assert.deepEqual([box.balance('bob'), box.member('bob')], [27_000, undefined]);
  assert.deepEqual(
    box.rows('seats').map((seat) => seat.account),
    ['alice', 'carol'],
  );
});

test('a leaver who is owed nothing is forgotten by the close', async () => {
  const box = await Box.running();
  await box.act('leave', { account: 'bob' }, 'bob');
  await box.settle(2, [0, 2]);
  await box.earn(40_000);
  await box.act('close');
  assert.equal(box.member('bob'), undefined);
});

test('one payee that does not exist any more blocks nobody else', async () => {
  const box = await Box.running();
  await box.settle(1);
  await box.earn(30_000);
  await box.act('close');
  await box.act('setpayee', { account: 'alice', payee: 'dave' }, 'alice');
  delete box.chain.accounts.dave;
  await refuses(box.act('claim', { account: 'alice' }), /to account does not exist/);
  assert.equal(box.member('alice')?.owed, 9000, 'a failed claim changes nothing');
  await box.act('claim', { account: 'bob' });
  assert.equal(box.balance('bob'), 9000);
});

test('the largest amounts do not overflow', async () => {
  const big = await Box.create(false);
  await big.token.actions.create?.(['eosio', '4611686018427387903 BIG']).send('eosio.token');
  await big.token.actions.issue?.(['eosio', '4611686018427387903 BIG', '']).send('eosio');
  await big.act('init', { ...initData, core: '0,BIG', infra_permille: 999 }, 'dac');
  await big.token.actions.transfer?.(['eosio', 'dac', '4611686018427387903 BIG', '']).send('eosio');
  await big.act('sweep');
  const books = big.pool.tables.books?.().getTableRows()[0] as Record<string, unknown>;
  const income = 4611686018427387903n;
  assert.equal(String(books.infrastructure), String((income * 999n) / 1000n));
  assert.equal(BigInt(String(books.infrastructure)) + BigInt(String(books.bucket)), income);
});

test('a second epoch pays its own shares only', async () => {
  const box = await Box.running();
  await box.settle(1);
  await box.earn(30_000);
  await box.act('close');
  await box.settle(1, [2]);
  await box.earn(10_000);
  await box.act('close');
  assert.deepEqual(owed(box), [9000, 9000, 18_000]);
  box.pass(DAY);
  await refuses(box.act('close'), /epoch 3 has no share/);
});
