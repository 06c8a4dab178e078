import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Box, ZERO_HASH } from './support/box.ts';
import { NO_AUTHORITY, refuses } from './support/refuses.ts';

const WEEK = 7 * 86_400;
const pause = (box: Box, member: string, by = member) => box.act('pause', { member }, by);
const PAUSED = /the pool is paused for \d+ more seconds: wait, or end it with propunpause/;

async function paused(box: Box): Promise<void> {
  for (const member of ['alice', 'bob']) await pause(box, member);
}

test('two members pause the pool, one does not', async () => {
  const box = await Box.running();
  await refuses(pause(box, 'alice', 'bob'), NO_AUTHORITY);
  await refuses(pause(box, 'stranger'), /stranger is not a member/);
  await pause(box, 'alice');
  await refuses(pause(box, 'alice'), /alice has asked for this already: another member has to do so too/);
  box.wait(6);
  await box.report('oracle1');
  await pause(box, 'bob');
  box.wait(6);
  await refuses(box.report('oracle1'), PAUSED);
  await refuses(pause(box, 'carol'), /the pool is paused already, for 54 more seconds/);
});

test('the second member has seven days', async () => {
  const box = await Box.running();
  await pause(box, 'alice');
  box.wait(WEEK);
  await pause(box, 'bob');
  assert.equal(box.config.paused_until, '1970-01-01T00:00:00');
  box.wait(WEEK - 1);
  await pause(box, 'carol');
  await refuses(box.act('cut'), PAUSED);
});

test('a pause ends by itself, to the second, and is followed by a rest', async () => {
  const box = await Box.running();
  await paused(box);
  box.wait(59);
  await refuses(box.act('oust', { account: 'bob' }), /the pool is paused for 1 more seconds/);
  box.wait(1);
  await refuses(box.act('oust', { account: 'bob' }), /bob is not challenged/);
  box.wait(179);
  await refuses(pause(box, 'alice'), /the pool was paused lately: it can be paused again in 1 seconds/);
  box.wait(1);
  await paused(box);
});

test('a pause stops joining, challenges, lapses, reports, closing, spending, cases and executions', async () => {
  const box = await Box.running({ arbitrators: ['arbiter1'] });
  const id = await box.propose('config', { figure: 'infra', value: 5 });
  await box.voteAll(id);
  await box.count(id);
  await paused(box);
  box.wait(10);
  await refuses(box.join('dave', 3), PAUSED);
  await refuses(box.act('challenge', { challenger: 'alice', account: 'bob' }, 'alice'), PAUSED);
  await refuses(box.act('oust', { account: 'bob' }), PAUSED);
  await refuses(box.act('lapse', { account: 'bob' }), PAUSED);
  await refuses(box.report('oracle1'), PAUSED);
  await refuses(box.act('cut'), PAUSED);
  await refuses(box.act('close'), PAUSED);
  await refuses(box.act('payorder', { id: 1 }), PAUSED);
  await refuses(box.act('enforce', { id: 1 }), PAUSED);
  await refuses(box.act('execute', { id }), PAUSED);
  const opened = { claimant: 'alice', respondent: 'bob', order: 0, window: 0, evidence: ZERO_HASH };
  await refuses(box.act('opencase', opened, 'alice'), PAUSED);
});

test('a pause never stops claims, leaving, votes, keys, deposits, harvests and the stop of a role', async () => {
  const box = await Box.running({ figures: { pausetime: 259_200 } });
  await box.settle(1);
  await box.earn(30_000);
  await box.act('close');
  await box.deposit('dave', 500);
  await box.act('setpayee', { account: 'carol', payee: 'worker' }, 'carol');
  await paused(box);
  await box.act('claim', { account: 'alice', token: 0 });
  assert.equal(box.balance('alice'), 9000);
  await box.setKey('alice', 9);
  await box.self('dropkey', 'alice');
  await box.self('leave', 'carol');
  box.wait(600);
  await box.act('depart', { account: 'carol' });
  await box.act('setpayee', { account: 'carol', payee: 'carol' }, 'carol');
  await box.act('withdraw', { account: 'dave', quantity: '0.0500 EOS' }, 'dave');
  await box.deposit('erin', 5);
  await box.earn(10);
  await box.act('sweep', { token: 0 });
  const id = await box.propose('register', { on: false });
  await box.voteAll(id);
  await box.count(id);
  for (const member of ['alice', 'bob']) await box.act('stop', { member, role: 'oracle', account: 'oracle1' }, member);
  await box.act('refresh');
});

test('the members can end a pause by vote', async () => {
  const box = await Box.running({ figures: { pausetime: 259_200 } });
  await refuses(box.decide('unpause'), /the pool is not paused/);
  await paused(box);
  await box.decide('unpause');
  box.wait(6);
  await box.report('oracle1');
});

test('a pause gives oracles the whole deadline again for what they could not report', async () => {
  const box = await Box.running({ figures: { pausetime: 1000 } });
  box.wait(6);
  const window = box.window - 1;
  await paused(box);
  box.wait(1000 + 599);
  await box.report('oracle1', { window });
  assert.equal(box.rows('windows').length, 1);
});

test('a pause does not take an escrow from who did the work: it can be accepted for a day after it', async () => {
  const box = await Box.running({ figures: { infra: 1000, pausetime: 600 } });
  await box.transfer('eosio', 'dac', 1000);
  await box.act('sweep', { token: 0 });
  await box.decide('spend', { payee: 'worker', amount: '0.0100 EOS', days: 1 });
  await box.decide('spend', { payee: 'worker', amount: '0.0200 EOS', days: 1 });
  const accept = await box.propose('accept', { order: 1, accepted: true });
  await box.voteAll(accept);
  box.wait(86_400 - 200);
  await box.act('tally', { id: accept });
  for (const member of ['alice', 'bob']) await box.act('pause', { member }, member);
  box.wait(599);
  await refuses(box.act('execute', { id: accept }), /the pool is paused/);
  await refuses(box.act('refund', { id: 1 }), /order 1 can be accepted for 86401 more seconds/);
  box.wait(1);
  await box.act('execute', { id: accept });
  assert.equal(box.balance('worker'), 100);
  box.wait(86_399);
  await refuses(box.act('refund', { id: 2 }), /order 2 can be accepted for 1 more seconds/);
  box.wait(1);
  await box.act('refund', { id: 2 });
  assert.deepEqual([box.books().escrow, box.books().infrastructure], [0, 900]);
});

test('who asked first has to have a vote still', async () => {
  const box = await Box.running();
  await pause(box, 'alice');
  await box.self('leave', 'alice');
  await pause(box, 'bob');
  assert.equal(box.config.paused_until, '1970-01-01T00:00:00');
});

test('a pause does not open what was too late before it', async () => {
  const box = await Box.running();
  box.wait(box.windowLeft);
  const window = box.window - 1;
  box.wait(600);
  await paused(box);
  box.wait(60);
  await refuses(box.report('oracle1', { window }), /could be reported until 600 seconds after its end/);
  await box.propose('void', { window });
});
