import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Box, eos } from './support/box.ts';
import { manyNames } from './support/names.ts';
import { refuses } from './support/refuses.ts';

const DISPUTE = 600;
const MEMBERS = ['alice', 'bob', 'carol'];
const owed = (box: Box) => MEMBERS.map((name) => box.owed(name));
const claim = (box: Box, account: string, token = 0) => box.act('claim', { account, token });

test('harvest claims the reward and books it where it is, infrastructure first', async () => {
  const box = await Box.running();
  await box.earn(1_000_009);
  assert.deepEqual([box.balance('poolbp'), box.balance('dac')], [1_000_009, 0]);
  const books = box.books();
  assert.deepEqual([books.infrastructure, books.bucket, books.income_total], [100_000, 900_009, 1_000_009]);
  assert.equal(box.state.harvested, true);
  await refuses(box.act('harvest', { id: 9 }), /there is no claim 9: the table claims lists them/);
});

test('harvest fails as a whole when the chain pays nothing yet', async () => {
  const box = await Box.running();
  await box.earn(10_000);
  await box.transfer('eosio', 'poolbp', 50);
  await refuses(box.act('harvest', { id: 1 }), /already claimed rewards within past day/);
  assert.deepEqual([box.books().income_total, box.state.before_claim], [10_000, -1]);
});

test('collect books the producer’s whole balance, and is harmless without one', async () => {
  const box = await Box.running();
  const collect = () => box.act('collect', { token: 0 });
  await collect();
  assert.equal(box.books().income_total, 0);
  await box.transfer('eosio', 'poolbp', 777);
  await collect();
  await collect();
  assert.deepEqual([box.balance('poolbp'), box.balance('dac'), box.books().income_total], [777, 0, 777]);
  assert.equal(box.state.harvested, false, 'only a claim is a harvest');
});

test('a claim that pays nothing is no harvest', async () => {
  const box = await Box.running();
  await box.settle(1);
  await box.transfer('eosio', 'poolbp', 5000);
  box.wait(86_400);
  await box.act('harvest', { id: 1 });
  assert.deepEqual([box.state.harvested, box.books().income_total], [false, 5000]);
  await refuses(box.act('cut'), /epoch 1 has no income of the producer yet: call harvest first/);
});

test('nobody moves the producer’s tokens but the contract', async () => {
  const box = await Box.running();
  await box.transfer('eosio', 'poolbp', 777);
  const steal = box.token.actions.transfer?.(['poolbp', 'stranger', eos(777), '']).send('stranger');
  await refuses(Promise.resolve(steal), /missing required authority/);
});

test('sweep measures income: what the balance holds beyond the books', async () => {
  const box = await Box.running();
  await box.transfer('eosio', 'dac', 19);
  assert.equal(box.books().income_total, 0);
  for (let i = 0; i < 2; i++) await box.act('sweep', { token: 0 });
  const books = box.books();
  assert.deepEqual([books.income_total, books.infrastructure, books.bucket], [19, 1, 18]);
  await refuses(box.act('sweep', { token: 7 }), /there is no token 7 in the books/);
});

test('the whole income or none of it can go to infrastructure', async () => {
  for (const [infra, expected] of [
    [0, 0],
    [1000, 12_345],
  ] as const) {
    const box = await Box.live({ figures: { infra } });
    await box.transfer('eosio', 'dac', 12_345);
    await box.act('sweep', { token: 0 });
    assert.equal(box.books().infrastructure, expected);
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
  const books = box.books();
  assert.deepEqual(
    [books.owed, books.bucket, books.credited_total],
    [7 * perShare, 900_000 - 7 * perShare, 7 * perShare],
  );
  assert.ok(box.rows('seats').every((seat) => seat.shares === 0 && seat.closing === 0));
  assert.deepEqual([box.state.epoch, box.state.closed_through], [2, box.state.last_window]);
  await refuses(box.act('close'), /epoch 2 has no share/);
});

test('close refuses without a share, without income, and within the time to dispute', async () => {
  const box = await Box.running();
  await refuses(box.act('close'), /epoch 1 has no share: a settled window with an eligible member is needed/);
  await box.settle(1, []);
  box.wait(DISPUTE);
  await refuses(box.act('close'), /epoch 1 has no share/);
  await box.settle(1);
  const last = box.window - 1;
  box.wait(DISPUTE - 1);
  await refuses(box.act('close'), new RegExp(`window ${last} can be disputed for 1 more seconds: close after that`));
  box.wait(1);
  await refuses(box.act('close'), /epoch 1 has no income of the producer yet: call harvest first/);
});

test('close refuses to eat shares for a bucket that gives nothing', async () => {
  const box = await Box.running();
  await box.settle(2);
  await box.earn(5);
  await refuses(box.act('close'), /the bucket of 0.0005 EOS gives nothing for each of 6 shares: wait for income/);
  await box.transfer('eosio', 'dac', 1);
  await box.act('sweep', { token: 0 });
  await box.act('close');
  assert.deepEqual(owed(box), [2, 2, 2]);
});

test('a cut lets an epoch be disputed while the next one runs', async () => {
  const box = await Box.running();
  await box.settle(2);
  await box.earn(100_000);
  await box.settle(1, [0]);
  await box.act('cut');
  const cutAt = box.state.last_window as number;
  await refuses(box.act('cut'), /the epoch before 2 is not closed yet: close it first/);
  await box.settle(1, [1]);
  await box.transfer('eosio', 'dac', 10_000);
  await box.act('sweep', { token: 0 });
  await refuses(box.act('close'), new RegExp(`window ${cutAt} can be disputed for \\d+ more seconds`));
  box.wait(DISPUTE);
  await box.settle(1, [1]);
  await box.act('close');
  const perShare = Math.floor(90_000 / 7);
  assert.deepEqual(owed(box), [3 * perShare, 2 * perShare, 2 * perShare], 'later income and shares are not in it');
  assert.deepEqual(
    box.rows('seats').map((seat) => seat.shares),
    [0, 2, 0],
  );
  assert.deepEqual([box.state.epoch, box.state.closed_through], [2, cutAt]);
  await refuses(box.act('cut'), /epoch 2 has no income of the producer yet/);
});

test('an open window before the newest settled one holds up the cut while it can be decided', async () => {
  const box = await Box.running(2);
  await box.earn(90_000);
  box.wait(box.windowLeft);
  const open = box.window - 1;
  await box.report('oracle1', { window: open });
  box.wait(6);
  for (const oracle of ['oracle1', 'oracle2']) await box.report(oracle);
  await refuses(
    box.act('cut'),
    new RegExp(`window ${open} is reported and not settled: settle it or make it void, or wait 734 seconds`),
  );
  box.wait(734);
  await box.act('cut');
  await box.act('close');
  await box.act('prune', { max: 10 });
  assert.deepEqual([box.rows('open'), box.rows('reports', open), box.rows('oracles')[0]?.open], [[], [], 0]);
});

test('what only a stopped oracle reported holds nothing up', async () => {
  const box = await Box.running(2);
  await box.earn(90_000);
  box.wait(box.windowLeft);
  await box.report('oracle1');
  box.wait(6);
  for (const oracle of ['oracle1', 'oracle2']) await box.report(oracle);
  for (const member of ['alice', 'bob']) await box.act('stop', { member, role: 'oracle', account: 'oracle1' }, member);
  await box.act('cut');
});

test('an open window after the newest settled one holds nothing up and settles in the next epoch', async () => {
  const box = await Box.running(2);
  await box.earn(90_000);
  await box.settle(1, [0, 1, 2], 2);
  box.wait(6);
  await box.report('oracle1');
  await box.act('cut');
  await box.report('oracle2');
  assert.deepEqual(
    box.rows('windows').map((row) => row.epoch),
    [1, 2],
  );
});

test('claim pays the payee, whoever asks, once', async () => {
  const box = await Box.running();
  await box.settle(1);
  await box.earn(30_000);
  await box.act('close');
  await box.act('setpayee', { account: 'alice', payee: 'dave' }, 'alice');
  await claim(box, 'alice');
  assert.deepEqual([box.balance('dave'), box.balance('alice'), box.balance('stranger')], [9000, 0, 0]);
  const { owed: left, credited, paid } = box.credit('alice') ?? {};
  assert.deepEqual([left, credited, paid], [0, 9000, 9000]);
  assert.deepEqual([box.books().owed, box.books().paid_total, box.balance('poolbp')], [18_000, 9000, 21_000]);
  await refuses(claim(box, 'alice'), /nothing to claim: alice is owed nothing in token 0 until an epoch is closed/);
  await refuses(claim(box, 'dave'), /nothing to claim: dave is owed nothing/);
});

test('the producer account pays, and what it lacks comes from the contract’s own', async () => {
  const box = await Box.running();
  await box.settle(1);
  await box.deposit('dave', 20_000);
  await box.earn(30_000);
  await box.act('close');
  await box.act('withdraw', { account: 'dave', quantity: eos(15_000) }, 'dave');
  assert.deepEqual([box.balance('poolbp'), box.balance('dac')], [15_000, 20_000]);
  await claim(box, 'alice');
  assert.deepEqual([box.balance('alice'), box.balance('poolbp'), box.balance('dac')], [9000, 6000, 20_000]);
  await claim(box, 'bob');
  assert.deepEqual([box.balance('bob'), box.balance('poolbp'), box.balance('dac')], [9000, 0, 17_000]);
  await claim(box, 'carol');
  assert.deepEqual([box.balance('carol'), box.balance('poolbp'), box.balance('dac')], [9000, 0, 8000]);
  await box.act('sweep', { token: 0 });
  assert.deepEqual([box.balance('poolbp'), box.balance('dac')], [3000, 5000], 'only the deposit stays');
  assert.equal(box.books().income_total, 30_000, 'moving is no income');
});

test('the order of claims changes nothing', async () => {
  for (const order of [MEMBERS, ['carol', 'alice', 'bob']]) {
    const box = await Box.running();
    await box.settle(1, [0, 1]);
    await box.settle(1, [0, 1, 2]);
    await box.earn(77_777);
    await box.act('close');
    for (const account of order) await claim(box, account);
    assert.deepEqual(
      MEMBERS.map((name) => box.balance(name)),
      [28_000, 28_000, 14_000],
    );
  }
});

test('one payee that does not exist any more blocks nobody else', async () => {
  const box = await Box.running();
  await box.settle(1);
  await box.earn(30_000);
  await box.act('close');
  await box.act('setpayee', { account: 'alice', payee: 'dave' }, 'alice');
  delete box.chain.accounts.dave;
  await refuses(claim(box, 'alice'), /to account does not exist/);
  assert.equal(box.owed('alice'), 9000, 'a failed claim changes nothing');
  await claim(box, 'bob');
  assert.equal(box.balance('bob'), 9000);
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
});

test('a hundred members are paid, to the unit', async () => {
  const members = manyNames(100);
  const box = await Box.live({ members });
  box.checksBooks = false;
  await box.pass(await box.propose('register', { on: true }, members[0]));
  await box.pass(await box.proposeRole('oracle', 'oracle1', true, {}, members[0]));
  await box.settle(1, Array.from(members.keys()));
  await box.settle(1, [99]);
  await box.earn(1_000_000);
  box.checksBooks = true;
  await box.act('close');
  const perShare = Math.floor(900_000 / 101);
  assert.deepEqual([box.owed(members[0] as string), box.owed(members[99] as string)], [perShare, 2 * perShare]);
  assert.equal(box.books().bucket, 900_000 - 101 * perShare);
  await box.act('claim', { account: members[99], token: 0 });
  assert.equal(box.balance(members[99] as string), 2 * perShare);
});
