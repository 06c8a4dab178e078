import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Box } from './support/box.ts';
import { answer, caseRow, court, FEE, hash, open, rule } from './support/court.ts';
import { NO_AUTHORITY, refuses } from './support/refuses.ts';

const status = (box: Box, id = 1) => caseRow(box, id).status;

test('a case is opened with a fee from the deposit and has all arbitrators who are no party', async () => {
  const box = await court();
  await open(box);
  const row = caseRow(box);
  assert.deepEqual(
    [row.status, row.claimant, row.respondent, row.fee, row.evidence],
    [0, 'alice', 'bob', FEE, hash(1)],
  );
  assert.deepEqual(row.panel, ['arbiter1', 'arbiter2', 'arbiter3']);
  assert.deepEqual([box.free('alice'), box.member('bob')?.cases], [2 * FEE, 1]);
});

test('who has no deposit, or too little, opens no case', async () => {
  const box = await court();
  await refuses(open(box, {}, 'carol'), /carol has no deposit: call open/);
  await box.deposit('carol', FEE - 1);
  await refuses(open(box, {}, 'carol'), /the fee of a case is 0.1000 EOS and carol has 0.0999 EOS free/);
  await refuses(
    box.act('opencase', { claimant: 'alice', respondent: 'bob', order: 0, window: 0, evidence: hash(1) }, 'bob'),
    NO_AUTHORITY,
  );
});

test('a case has two different parties outside the pool’s own accounts', async () => {
  const box = await court();
  await refuses(open(box, { respondent: 'alice' }), /alice cannot open a case against itself/);
  for (const respondent of ['dac', 'poolbp']) await refuses(open(box, { respondent }), /is the pool itself/);
  await refuses(open(box, { respondent: 'nobody' }), /respondent nobody is no account/);
});

test('while a case costs nothing only members and payees open one', async () => {
  const box = await court({ casefee: 0 });
  await box.deposit('stranger', 5);
  await refuses(open(box, {}, 'stranger'), /stranger is neither a member nor the payee of order 0/);
  await open(box);
});

test('there is no case without an arbitrator who is no party', async () => {
  const box = await court({}, ['arbiter1']);
  await box.deposit('arbiter1', FEE);
  await refuses(open(box, {}, 'arbiter1'), /no arbitrator is named who is no party to the case/);
  await refuses(open(box, { respondent: 'arbiter1' }), /no arbitrator is named who is no party to the case/);
});

test('an arbitrator is on no panel of its own case', async () => {
  const box = await court();
  await open(box, { respondent: 'arbiter2' });
  assert.deepEqual(caseRow(box).panel, ['arbiter1', 'arbiter3']);
  await refuses(rule(box, 'arbiter2'), /arbiter2 is not on the panel of case 1/);
});

test('a claimant has at most three cases that are not finished', async () => {
  const box = await court();
  await box.deposit('alice', 2 * FEE);
  for (let i = 0; i < 3; i++) await open(box);
  await refuses(open(box), /alice has 3 cases that are not finished: 3 are the most/);
  box.wait(600);
  await box.act('closecase', { id: 1 });
  await open(box);
});

test('the respondent answers, nobody else', async () => {
  const box = await court();
  await open(box);
  await refuses(box.act('answer', { respondent: 'bob', id: 1, reply: hash(2) }, 'alice'), NO_AUTHORITY);
  await refuses(answer(box, 1, 'carol'), /carol is not the respondent of case 1: that is bob/);
  await refuses(answer(box, 9), /there is no case 9/);
  await answer(box);
  assert.deepEqual([status(box), caseRow(box).reply], [1, hash(2)]);
});

test('arbitrators rule once the respondent has answered, or after half of the time', async () => {
  const box = await court();
  await open(box);
  box.wait(299);
  await refuses(rule(box, 'arbiter1'), /bob has 1 more seconds to answer in case 1/);
  box.wait(1);
  await rule(box, 'arbiter1');
  const answered = await court();
  await open(answered);
  await answer(answered);
  await rule(answered, 'arbiter1');
});

test('more than half of the panel with the same ruling make it the case’s', async () => {
  const box = await court();
  await open(box);
  await answer(box);
  await rule(box, 'arbiter1', { compensation: '0.0100 EOS' });
  await rule(box, 'arbiter2', { compensation: '0.0200 EOS' });
  assert.equal(status(box), 1);
  await rule(box, 'arbiter2', { compensation: '0.0100 EOS' });
  assert.deepEqual([status(box), caseRow(box).compensation], [2, 100], 'a ruling may change until it is the case’s');
  await refuses(rule(box, 'arbiter3'), /case 1 takes no more answers and rulings: its status is 2/);
  await refuses(answer(box), /case 1 takes no more answers and rulings: its status is 2/);
});

const different = [{ penalty: '0.0001 EOS' }, { act: 'suspend' }, { act: 'suspend', value: 2 }, { reason: hash(9) }];
for (const [i, ruling] of different.entries()) {
  test(`rulings that differ in anything are not the same: ${Object.keys(ruling).join(', ')} ${i}`, async () => {
    const box = await court();
    await open(box);
    await answer(box);
    await rule(box, 'arbiter1', i === 2 ? { act: 'suspend', value: 1 } : {});
    await rule(box, 'arbiter2', ruling);
    assert.equal(status(box), 1);
  });
}

test('a ruling is given by arbitrators of the panel, in the core token, without negative amounts', async () => {
  const box = await court();
  await open(box);
  await answer(box);
  await refuses(rule(box, 'carol'), /carol is not on the panel of case 1/);
  await refuses(rule(box, 'arbiter1', { compensation: '1.0 EOS' }), /the amount is in 1,EOS: the core token is 4,EOS/);
  await refuses(rule(box, 'arbiter1', { penalty: '0.0000 ABC' }), /the core token is 4,EOS/);
  await refuses(rule(box, 'arbiter1', { penalty: '-0.0001 EOS' }), /must not be negative/);
  await refuses(rule(box, 'arbiter1', { act: 'hang' }), /there is no act hang: none, suspend, expel, void, release/);
  await refuses(rule(box, 'arbiter1', { act: 'void' }), /case 1 names no window that could be made void/);
  await refuses(rule(box, 'arbiter1', { act: 'release' }), /case 1 names no order whose escrow could be moved/);
});

test('who recuses itself is no more on the panel, and its ruling is gone', async () => {
  const box = await court();
  await open(box);
  await answer(box);
  await rule(box, 'arbiter1');
  await box.act('recuse', { arbitrator: 'arbiter1', id: 1 }, 'arbiter1');
  assert.deepEqual([caseRow(box).panel, box.rows('rulings', 1)], [['arbiter2', 'arbiter3'], []]);
  await rule(box, 'arbiter2');
  assert.equal(status(box), 1, 'one of two is not more than half');
  await refuses(rule(box, 'arbiter1'), /arbiter1 is not on the panel/);
  await rule(box, 'arbiter3');
  assert.equal(status(box), 2);
});

test('when the last arbitrator recuses itself the fee goes back', async () => {
  const box = await court({}, ['arbiter1']);
  await open(box);
  await box.act('recuse', { arbitrator: 'arbiter1', id: 1 }, 'arbiter1');
  assert.deepEqual([status(box), caseRow(box).fee, box.free('alice'), box.member('bob')?.cases], [4, 0, 3 * FEE, 0]);
});

test('a stopped arbitrator’s ruling counts no more, and the others are the panel', async () => {
  const box = await court();
  await open(box);
  await answer(box);
  await rule(box, 'arbiter1', { penalty: '0.0001 EOS' });
  for (const member of ['alice', 'carol']) {
    await box.act('stop', { member, role: 'arbitrator', account: 'arbiter1' }, member);
  }
  await refuses(rule(box, 'arbiter1'), /arbiter1 was stopped as an arbitrator/);
  await rule(box, 'arbiter2', { penalty: '0.0001 EOS' });
  assert.equal(status(box), 1);
  await rule(box, 'arbiter3', { penalty: '0.0001 EOS' });
  assert.equal(status(box), 2);
});

test('without a ruling in time anyone closes the case, and the fee goes back', async () => {
  const box = await court();
  await open(box);
  await answer(box);
  await rule(box, 'arbiter1');
  box.wait(599);
  await refuses(box.act('closecase', { id: 1 }), /the arbitrators of case 1 have 1 more seconds for a ruling/);
  box.wait(1);
  await refuses(rule(box, 'arbiter2'), /the time for a ruling in case 1 is over: call closecase/);
  await box.act('closecase', { id: 1 });
  assert.deepEqual([status(box), box.free('alice'), box.rows('rulings', 1)], [4, 3 * FEE, []]);
  await refuses(box.act('closecase', { id: 1 }), /case 1 is kept to be read for 604800 more seconds/);
  box.wait(604_800);
  await box.act('closecase', { id: 1 });
  assert.deepEqual(box.rows('cases'), []);
});

test('a member with a case against it keeps its bond and is not forgotten', async () => {
  const box = await court({ notice: 0 });
  await box.decide('config', { figure: 'bond', value: 50 });
  await box.deposit('erin', 50);
  await box.enrol('erin', 4);
  await open(box, { respondent: 'erin' });
  await box.self('leave', 'erin');
  await refuses(box.act('release', { account: 'erin' }), /erin is the respondent of 1 cases: its bond is kept until/);
  box.wait(600);
  await box.act('closecase', { id: 1 });
  await box.act('release', { account: 'erin' });
});
