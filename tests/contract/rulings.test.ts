import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Box } from './support/box.ts';
import { answer, caseRow, court, FEE, hash, judge, noRuling, open, rule } from './support/court.ts';
import { NO_AUTHORITY, refuses } from './support/refuses.ts';

const status = (box: Box, id = 1) => caseRow(box, id).status;
const appeal = (box: Box, party = 'bob', id = 1) => box.act('appeal', { party, id, text: 'no' }, party);

async function ruled(box: Box, ruling = {}, changes = {}): Promise<void> {
  await open(box, changes);
  await answer(box);
  for (const arbitrator of ['arbiter1', 'arbiter2']) await rule(box, arbitrator, ruling);
}

test('a ruling is enforced by anyone when the time to appeal is over', async () => {
  const box = await court();
  await ruled(box);
  box.wait(59);
  await refuses(box.act('enforce', { id: 1 }), /the ruling in case 1 can be appealed against for 1 more seconds/);
  await refuses(box.act('closecase', { id: 1 }), /case 1 has a ruling: enforce ends it/);
  box.wait(1);
  await box.act('enforce', { id: 1 });
  assert.equal(status(box), 4);
  await refuses(box.act('enforce', { id: 1 }), /case 1 has no ruling that could be enforced now: its status is 4/);
});

test('the fee goes to those who gave the ruling, to the last unit', async () => {
  const box = await court({ casefee: 1001 });
  await box.deposit('alice', 100);
  await ruled(box, {});
  box.wait(60);
  await box.act('enforce', { id: 1 });
  assert.deepEqual(
    ['arbiter1', 'arbiter2', 'arbiter3'].map((name) => box.owed(name)),
    [501, 500, 0],
  );
  await box.act('claim', { account: 'arbiter1', token: 0 });
  assert.deepEqual([box.balance('arbiter1'), box.credit('arbiter1')], [501, undefined]);
});

test('compensation comes from the bond, then the credit, then the treasury within the month', async () => {
  const box = await court({ monthlimit: 300 });
  await box.decide('config', { figure: 'bond', value: 500 });
  await box.deposit('erin', 500);
  await box.enrol('erin', 4);
  await box.settle(1, [0, 1, 2, 3, 4]);
  await box.earn(10_000);
  await box.act('close');
  assert.deepEqual([box.owed('erin'), box.books().infrastructure], [1800, 1000]);
  const all = { ...noRuling, compensation: '0.2400 EOS' };
  await open(box, { respondent: 'erin' });
  await answer(box, 1, 'erin');
  for (const arbitrator of ['arbiter1', 'arbiter2']) await rule(box, arbitrator, all);
  box.wait(60);
  const before = box.owed('alice');
  await box.act('enforce', { id: 1 });
  assert.deepEqual([box.member('erin')?.bond, box.owed('erin'), box.books().infrastructure], [0, 0, 900]);
  assert.equal(box.owed('alice') - before, 2400);
  await judge(box, { compensation: '0.1000 EOS' }, { respondent: 'erin' });
  assert.equal(box.owed('alice') - before, 2600, 'the rest of the month, and no more');
  assert.equal(box.books().infrastructure, 700);
});

test('a penalty goes to the infrastructure, from the respondent only', async () => {
  const box = await court();
  await box.settle(1, [0, 1, 2, 3]);
  await box.earn(10_000);
  await box.act('close');
  await judge(box, { penalty: '1.0000 EOS' });
  assert.deepEqual([box.owed('bob'), box.books().infrastructure], [0, 1000 + 2250]);
});

test('a ruling suspends, but not beyond ninety days, and shortens nothing', async () => {
  const box = await court();
  await open(box);
  await answer(box);
  await refuses(rule(box, 'arbiter1', { act: 'suspend', value: 90 * 86_400 + 1 }), /7776001/);
  for (const arbitrator of ['arbiter1', 'arbiter2']) await rule(box, arbitrator, { act: 'suspend', value: 500 });
  box.wait(60);
  await box.act('enforce', { id: 1 });
  assert.equal(box.member('bob')?.status, 3);
  const until = box.member('bob')?.until;
  await judge(box, { act: 'suspend', value: 1 });
  assert.equal(box.member('bob')?.until, until);
});

test('a ruling expels, unless fewer than three would have a vote', async () => {
  const box = await court({ notice: 0 });
  await judge(box, { act: 'expel' });
  assert.equal(box.member('bob')?.status, 5);
  await judge(box, { act: 'expel' }, { respondent: 'carol' });
  assert.equal(box.member('carol')?.status, 5, 'three had a vote');
  await judge(box, { act: 'expel', compensation: '0.0000 EOS' }, { respondent: 'dave' });
  assert.deepEqual([box.member('dave')?.status, status(box, 3)], [1, 4], 'left out, and the case has ended');
});

test('a ruling makes a window void, unless its epoch is closed meanwhile', async () => {
  const box = await court();
  await box.settle(2, [0, 1, 2, 3]);
  const window = box.window - 1;
  await judge(box, { act: 'void' }, { window });
  assert.deepEqual(
    box.rows('seats').map((seat) => seat.shares),
    [1, 1, 1, 1],
  );
  await open(box, { window: window - 1 });
  await answer(box, 2);
  for (const arbitrator of ['arbiter1', 'arbiter2']) await rule(box, arbitrator, { act: 'void' }, 2);
  await box.earn(10_000);
  await box.act('close');
  await box.act('enforce', { id: 2 });
  assert.deepEqual([status(box, 2), box.owed('bob')], [4, 2250]);
});

test('an escrow in a case waits for the ruling, which releases it or gives it back', async () => {
  for (const [act, paid] of [
    ['release', 100],
    ['giveback', 0],
  ] as const) {
    const box = await court({ infra: 1000 });
    await box.transfer('eosio', 'dac', 1000);
    await box.act('sweep', { token: 0 });
    await box.decide('spend', { payee: 'worker', amount: '0.0100 EOS', days: 30 });
    await open(box, { respondent: 'worker', order: 1 });
    const bound = /order 1 is before the arbitrators in case 1: their ruling decides/;
    await refuses(box.act('refund', { id: 1 }, 'worker'), bound);
    await refuses(box.propose('accept', { order: 1, accepted: true }), bound);
    await refuses(open(box, { respondent: 'worker', order: 1 }), bound);
    await answer(box, 1, 'worker');
    for (const arbitrator of ['arbiter1', 'arbiter2']) await rule(box, arbitrator, { act });
    box.wait(60);
    await box.act('enforce', { id: 1 });
    const { escrow, infrastructure } = box.books();
    assert.deepEqual([escrow, infrastructure, box.rows('orders')], [0, 1000 - paid, []]);
    if (paid > 0) await box.act('claim', { account: 'worker', token: 0 });
    assert.equal(box.balance('worker'), paid);
  }
});

test('an escrow is free again when its case ends without moving it', async () => {
  const box = await court({ infra: 1000 });
  await box.transfer('eosio', 'dac', 1000);
  await box.act('sweep', { token: 0 });
  await box.decide('spend', { payee: 'worker', amount: '0.0100 EOS', days: 30 });
  await box.deposit('worker', FEE);
  await refuses(open(box, { respondent: 'bob', order: 1 }), /order 1 is for worker: its payee, or a member against/);
  await open(box, { respondent: 'bob', order: 1 }, 'worker');
  box.wait(600);
  await box.act('closecase', { id: 1 });
  await box.act('refund', { id: 1 }, 'worker');
  assert.equal(box.books().infrastructure, 1000);
});

test('strangers, applicants and leavers do not freeze another’s escrow', async () => {
  const box = await court({ infra: 1000 });
  await box.transfer('eosio', 'dac', 1000);
  await box.act('sweep', { token: 0 });
  await box.decide('spend', { payee: 'worker', amount: '0.0100 EOS', days: 30 });
  await box.deposit('erin', FEE);
  const not = /order 1 is for worker: its payee, or a member against its payee/;
  await refuses(open(box, { respondent: 'worker', order: 1 }, 'erin'), not);
  await box.join('erin', 4);
  await refuses(open(box, { respondent: 'worker', order: 1 }, 'erin'), not);
});

test('the members overturn a ruling on appeal, without the parties’ votes; the arbitrators are paid', async () => {
  const box = await court();
  await ruled(box, { act: 'suspend', value: 500 });
  await refuses(box.act('appeal', { party: 'bob', id: 1, text: '' }, 'alice'), NO_AUTHORITY);
  await refuses(appeal(box, 'carol'), /carol is no party to case 1/);
  await appeal(box);
  assert.equal(status(box), 3);
  const id = (box.state.next_proposal as number) - 1;
  assert.deepEqual([box.proposal(id)?.kind, box.proposal(id)?.value], ['appeal', 1]);
  for (const party of ['alice', 'bob']) await refuses(box.vote(id, party), /is concerned by proposal/);
  await refuses(box.act('enforce', { id: 1 }), /its status is 3/);
  await box.pass(id);
  assert.equal(caseRow(box).overturned, true);
  await box.act('enforce', { id: 1 });
  assert.deepEqual([status(box), box.member('bob')?.status], [4, 1]);
  assert.deepEqual([box.owed('arbiter1'), box.owed('arbiter2')], [FEE / 2, FEE / 2]);
});

test('an appeal that is rejected leaves the ruling, and there is no second one', async () => {
  const box = await court();
  await ruled(box, { act: 'suspend', value: 500 });
  await appeal(box);
  const id = (box.state.next_proposal as number) - 1;
  await box.count(id);
  assert.equal(status(box), 2);
  await refuses(appeal(box, 'alice'), /case 1 was before the members in proposal \d+ already/);
  await box.act('enforce', { id: 1 });
  assert.equal(box.member('bob')?.status, 3);
});

test('an appeal comes in time, also from a party that is no member, and cannot be withdrawn', async () => {
  const box = await court();
  await box.deposit('stranger', FEE);
  await open(box, {}, 'stranger');
  await answer(box);
  await refuses(appeal(box, 'stranger'), /case 1 has no ruling to appeal against/);
  for (const arbitrator of ['arbiter1', 'arbiter2']) await rule(box, arbitrator);
  box.wait(59);
  await appeal(box, 'stranger');
  const id = (box.state.next_proposal as number) - 1;
  const withdrawn = box.act('cancel', { proposer: 'stranger', id }, 'stranger');
  await refuses(withdrawn, /proposal \d+ is an appeal: once made it is voted on/);
  const late = await court();
  await ruled(late, { reason: hash(4) });
  late.wait(60);
  await refuses(appeal(late), /the time to appeal in case 1 is over/);
});

test('a dissolved pool gives the fee of an unfinished case back', async () => {
  const box = await court();
  await ruled(box);
  await box.decide('dissolve');
  box.wait(600);
  await box.act('dissolve');
  box.wait(600 + 600 + 86_400);
  await box.act('dissolve');
  await refuses(box.act('enforce', { id: 1 }), /the pool is dissolved/);
  await box.act('closecase', { id: 1 });
  assert.equal(box.free('alice'), 3 * FEE);
});

test('the appeal of who was no member then is not among its proposals later', async () => {
  const box = await court();
  await box.deposit('erin', FEE);
  await open(box, {}, 'erin');
  await answer(box);
  for (const arbitrator of ['arbiter1', 'arbiter2']) await rule(box, arbitrator);
  await appeal(box, 'erin');
  const id = (box.state.next_proposal as number) - 1;
  await box.enrol('erin', 4);
  await box.propose('register', { on: false }, 'erin');
  assert.equal(box.member('erin')?.proposals, 1);
  box.wait(60);
  await box.act('tally', { id });
  assert.equal(box.member('erin')?.proposals, 1, 'its end takes nothing off');
});
