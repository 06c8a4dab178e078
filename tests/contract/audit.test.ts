import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stringToName } from '../../common/name.ts';
import { Box, TERMS } from './support/box.ts';
import { answer, court, hash, open, rule } from './support/court.ts';
import { refuses } from './support/refuses.ts';
import { deployThief, plan, pretend, REFUSE } from './support/thief.ts';

// Ways to more than one's part that were found by reading the rules against each other; each was open once.

const DAY = 86_400;
const LAST = 600 + 600 + DAY; // deadline, dispute and a day
const four = { members: ['alice', 'bob', 'carol', 'dave'] };
const eight = { members: [...four.members, 'erin', 'frank', 'gina', 'henry'] };

/** Gives another shape to the row that a token's contract has for an owner. */
function garble(box: Box, token: string, owner: string, bytes: number): void {
  const [code, scope] = [stringToName(token), stringToName(owner)];
  const table = box.chain.store.findTable(code, scope, stringToName('accounts'));
  const row = table?.lowerbound(0n);
  assert.ok(table && row, `${token} has a row`);
  row.value = new Uint8Array(bytes);
  table.set(row.primaryKey, row);
}

test('a bare majority suspends nobody, so it cannot win the votes that need two thirds', async () => {
  const box = await Box.running(eight);
  const id = await box.propose('suspend', { account: 'bob', seconds: 500 });
  for (const voter of ['alice', 'carol', 'dave', 'erin']) await box.vote(id, voter);
  await box.count(id);
  const { yes, electors, status } = box.proposal(id) ?? {};
  assert.deepEqual([yes, electors, status], [4, 7, 3], 'four of seven are rejected');
});

test('a member that is suspended when the pool ends has its part of the rest', async () => {
  const box = await Box.running(four);
  await box.transfer('eosio', 'dac', 80);
  await box.act('sweep', { token: 0 });
  await box.decide('suspend', { account: 'bob', seconds: 30 * DAY });
  await box.decide('dissolve');
  box.wait(600);
  await box.act('dissolve');
  box.wait(LAST);
  await box.act('dissolve');
  assert.deepEqual(
    four.members.map((member) => box.owed(member)),
    [20, 20, 20, 20],
  );
});

test('a pool that is paused is not dissolved meanwhile, and its last windows get their time again', async () => {
  const box = await Box.running();
  await box.decide('dissolve');
  box.wait(600);
  await box.act('dissolve');
  box.wait(LAST - 10);
  for (const member of ['alice', 'bob']) await box.act('pause', { member }, member);
  await refuses(box.act('dissolve'), /the pool is paused for 60 more seconds: wait, or end it with propunpause/);
  box.wait(60);
  await refuses(box.act('dissolve'), new RegExp(`can be reported and disputed for ${LAST} more seconds`));
  box.wait(LAST);
  await box.act('dissolve');
  assert.equal(box.config.phase, 3);
});

test('the last windows have their time from the moment when the producer is unregistered, whoever does it', async () => {
  for (const unregister of [
    (box: Box) => box.decide('register', { on: false }),
    async (box: Box) => {
      for (const member of ['alice', 'bob', 'carol']) await box.self('dropkey', member);
    },
  ]) {
    const box = await Box.running();
    await box.decide('dissolve');
    box.wait(500);
    await unregister(box);
    assert.equal(box.config.registered, false);
    box.wait(LAST - 1);
    await refuses(box.act('dissolve'), /the last windows can be reported and disputed for 1 more seconds/);
    box.wait(1);
    await box.act('dissolve');
    assert.equal(box.config.phase, 3);
  }
});

test('terms that were voted before a dissolution began do not come into force in it', async () => {
  const box = await Box.running();
  const terms = await box.propose('terms', { terms: '5e'.repeat(32) });
  const end = await box.propose('dissolve');
  for (const id of [terms, end]) await box.voteAll(id);
  await box.count(terms, end);
  box.wait(10);
  await box.act('execute', { id: end });
  await refuses(box.act('execute', { id: terms }), /the pool is being dissolved/);
  assert.equal(box.config.terms, TERMS);
});

test('a leaver does not free its bond early by joining and leaving again', async () => {
  const box = await Box.running();
  await box.decide('config', { figure: 'bond', value: 100 });
  await box.deposit('dave', 200);
  await box.enrol('dave', 3);
  await box.self('leave', 'dave');
  box.wait(600);
  await box.act('depart', { account: 'dave' });
  box.wait(1);
  await refuses(box.join('dave', 3), /dave left and can join again in 599 seconds: until then its bond is kept/);
  await refuses(box.act('release', { account: 'dave' }), /the bond of dave is kept for 599 more seconds/);
});

test('a suspension is not evaded by leaving and joining again', async () => {
  const box = await Box.running(four);
  await box.decide('suspend', { account: 'bob', seconds: 30 * DAY });
  await box.self('leave', 'bob');
  box.wait(5 * DAY);
  await box.act('prune', { max: 10 });
  assert.equal(box.seat('bob'), undefined);
  await refuses(
    box.join('bob', 1),
    /bob left and can join again in 2160000 seconds: until then .* its suspension lasts/,
  );
});

test('a payee that refuses transfers does not hold up the ruling that pays it', async () => {
  const box = await court({ infra: 1000 });
  box.accounts('thief');
  deployThief(box);
  await plan(box, REFUSE, 'thief');
  await box.transfer('eosio', 'dac', 1000);
  await box.act('sweep', { token: 0 });
  await box.decide('spend', { payee: 'thief', amount: '0.0100 EOS', days: 30 });
  await open(box, { respondent: 'thief', order: 1 });
  await answer(box, 1, 'thief');
  for (const arbitrator of ['arbiter1', 'arbiter2']) await rule(box, arbitrator, { act: 'release' });
  box.wait(60);
  await box.act('enforce', { id: 1 });
  assert.deepEqual([box.owed('thief'), box.books().escrow], [100, 0]);
});

test('an escrow whose time is over is not taken to the arbitrators', async () => {
  const box = await court({ infra: 1000 });
  await box.transfer('eosio', 'dac', 1000);
  await box.act('sweep', { token: 0 });
  await box.decide('spend', { payee: 'worker', amount: '0.0100 EOS', days: 1 });
  box.wait(DAY - 1);
  await box.deposit('worker', 1000);
  box.wait(1);
  await refuses(open(box, { respondent: 'worker', order: 1 }), /the time of order 1 is over: refund gives it back/);
});

test('a party does not use up the other’s appeal with one that it takes back', async () => {
  const box = await court();
  await open(box);
  await answer(box);
  for (const arbitrator of ['arbiter1', 'arbiter2']) await rule(box, arbitrator, { reason: hash(4) });
  await box.act('appeal', { party: 'alice', id: 1, text: 'not enough' }, 'alice');
  const id = (box.state.next_proposal as number) - 1;
  await refuses(box.act('cancel', { proposer: 'alice', id }, 'alice'), /is an appeal: once made it is voted on/);
  assert.equal(box.proposal(id)?.status, 0);
});

test('a row that no decoder takes makes a listed token worth nothing, and holds nothing up', async () => {
  for (const bytes of [0, 3, 16, 17]) {
    const box = await Box.running();
    box.accounts('thief');
    deployThief(box);
    await pretend(box, 'dac', '1000 EVIL');
    await box.decide('token', { contract: 'thief', core: '0,EVIL' });
    await box.settle(1);
    await box.earn(30_000);
    garble(box, 'thief', 'dac', bytes);
    box.checksBooks = false;
    await box.act('sweep', { token: 1 });
    await box.act('close');
    assert.deepEqual([box.owed('alice'), box.books(1).income_total], [9000, 0]);
  }
});
