import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Box } from './support/box.ts';
import { court, FEE, open } from './support/court.ts';
import { testKey } from './support/keys.ts';
import { manyNames } from './support/names.ts';
import { refuses } from './support/refuses.ts';
import { payers } from './support/thief.ts';

const key = (n: number) => testKey(n).pub;

test('replay: a proof of another’s is worth nothing, one’s own is only for this membership', async () => {
  const box = await Box.live();
  const { proof } = box.joinData('dave', 3);
  await box.join('dave', 3);
  await box.join('erin', 3, { proof });
  await refuses(box.propose('admit', { account: 'erin' }), /the proof that erin filed does not fit its key/);
  const stolen = { account: 'erin', key: key(3), proof };
  await refuses(box.act('setkey', stolen, 'erin'), /the proof does not fit key/);
  await box.decide('admit', { account: 'dave' });
  await refuses(box.propose('admit', { account: 'erin' }), /was used by dave/);
  await box.self('leave', 'erin');
  await refuses(box.join('erin', 3), /was used by dave/);
  assert.equal(box.seat('dave')?.key, key(3));
});

test('replay: a proof for the old constitution does not join under the new one', async () => {
  const box = await Box.live();
  const old = box.joinData('dave', 3);
  await box.decide('terms', { terms: '5e'.repeat(32) });
  await box.act('join', { ...old, terms: '5e'.repeat(32) }, 'dave');
  await refuses(box.propose('admit', { account: 'dave' }), /the proof that dave filed does not fit its key/);
});

test('blocking a key: naming another’s does not keep its holder out, whoever comes first', async () => {
  const box = await Box.live();
  for (const account of ['stranger', 'worker']) await box.join(account, 3, { proof: box.proof(account, 4) });
  await box.enrol('dave', 3);
  assert.equal(box.seat('dave')?.key, key(3));
  for (const account of ['stranger', 'worker']) {
    await refuses(box.propose('admit', { account }), /was used by dave/);
    await box.self('leave', account);
  }
  const [used] = box.rows('keys').filter((row) => row.key === key(3));
  assert.deepEqual([used?.account, used?.until], ['dave', '1970-01-01T00:00:00']);
});

test('replay: nothing is executed, counted, settled or enforced twice', async () => {
  const box = await Box.running();
  const id = await box.decide('config', { figure: 'infra', value: 5 });
  await refuses(box.act('execute', { id }), /is finished with status 2/);
  await refuses(box.act('tally', { id }), /is counted already/);
  box.wait(6);
  await box.report('oracle1');
  await refuses(box.report('oracle1'), /is settled with report/);
});

test('a fork: the same id with another payload does not get the votes given for the first', async () => {
  const [before, after] = [await Box.live(), await Box.live()];
  const id = await before.propose('url', { url: 'https://good', location: 1 });
  const hash = before.proposal(id)?.hash;
  assert.equal(await after.propose('url', { url: 'https://evil', location: 1 }), id);
  const replayed = after.act('vote', { voter: 'bob', id, hash, yes: true }, 'bob');
  await refuses(replayed, /the vote is for [0-9a-f]{64}: read the proposal again/);
});

test('nobody deletes, cancels or erases what others vote on or have passed', async () => {
  const box = await Box.live();
  const id = await box.propose('config', { figure: 'infra', value: 5 });
  for (const by of ['bob', 'stranger']) {
    await refuses(box.act('cancel', { proposer: 'alice', id }, by), /missing required authority/);
    await refuses(box.act('cancel', { proposer: by, id }, by), /nobody else can cancel it/);
    await refuses(box.act('expire', { id }, by), /is not counted/);
  }
  await box.voteAll(id);
  await box.count(id);
  await refuses(box.act('expire', { id }), /has passed and can be executed/);
  await refuses(box.act('cancel', { proposer: 'alice', id }, 'alice'), /is counted already/);
});

test('a count is of those who are members now: leaving, coming back and changing moves nothing twice', async () => {
  const box = await Box.live({ members: ['alice', 'bob', 'carol', 'dave'], figures: { notice: 0, votetime: 5000 } });
  const id = await box.propose('register', { on: true });
  for (const voter of ['alice', 'bob', 'dave']) await box.vote(id, voter);
  for (let i = 0; i < 4; i++) await box.vote(id, 'bob', i % 2 === 1);
  await box.self('leave', 'dave');
  await box.vote(id, 'alice', false);
  await box.vote(id, 'alice', true);
  await box.count(id);
  const { yes, no, electors } = box.proposal(id) ?? {};
  assert.deepEqual([yes, no, electors], [2, 0, 3]);
});

test('buying an open pool: joins are apart, on probation, each with a bond, and end at a hundred seats', async () => {
  const box = await Box.live({ figures: { probation: 10_000, changegap: 60 } });
  await box.decide('config', { figure: 'bond', value: 100 });
  await box.decide('config', { figure: 'open', value: 1 });
  const sybils = manyNames(5);
  box.accounts(...sybils);
  for (const name of sybils) await box.deposit(name, 100);
  for (const [i, name] of sybils.entries()) {
    await box.join(name, 10 + i);
    const next = sybils[i + 1];
    if (next) await refuses(box.join(next, 11 + i), /the last admission was less than 60 seconds ago/);
    box.wait(60);
  }
  const id = await box.propose('config', { figure: 'infra', value: 1000 });
  for (const name of sybils) await refuses(box.vote(id, name), /past its probation when proposal/);
  for (const name of sybils) await refuses(box.propose('dissolve', {}, name), /is on probation/);
  assert.equal(box.authority('owner')?.levels.length, 4, 'no part of the break-glass either');
  await box.count(id);
  assert.equal(box.proposal(id)?.electors, 3);
});

test('applicants without end make no loop longer and cost the pool no RAM', async () => {
  const box = await Box.live();
  const many = manyNames(40);
  box.accounts(...many);
  box.checksBooks = false;
  for (const [i, name] of many.entries()) await box.join(name, 100 + i);
  assert.equal(box.rows('seats').length, 3);
  assert.equal(box.rows('keys').length, 3, 'an application takes no key');
  assert.ok(!payers(box, 'members').includes('dac'), 'who joins pays for its row');
});

test('proposals of admissions that come to nothing cost the pool no RAM', async () => {
  const box = await Box.live();
  for (let i = 0; i < 4; i++) {
    await box.join('dave', 10 + i);
    const id = await box.propose('admit', { account: 'dave' });
    await box.act('cancel', { proposer: 'alice', id }, 'alice');
    await box.self('leave', 'dave');
  }
  assert.equal(box.rows('keys').length, 3);
  assert.ok(!payers(box, 'keys').includes('dac'));
});

test('who brings a row pays for it: proposals, votes, reports, disputes, cases, rulings', async () => {
  const box = await court();
  const id = await box.propose('register', { on: false });
  await box.vote(id, 'bob');
  await box.settle(1);
  await box.propose('void', { window: box.window - 1 }, 'carol');
  await open(box);
  assert.ok(!payers(box, 'proposals').includes('dac'));
  assert.deepEqual(payers(box, 'votes', BigInt(id)), ['bob']);
  assert.deepEqual(payers(box, 'disputes'), ['carol']);
  assert.deepEqual(payers(box, 'cases'), ['alice']);
});

test('griefing by proposals: five a member, and their rows go', async () => {
  const box = await Box.live();
  const ids: number[] = [];
  for (let i = 0; i < 5; i++) ids.push(await box.propose('register', { on: true }));
  await refuses(box.propose('register', { on: true }), /5 are the most/);
  await box.count(...ids);
  box.wait(7 * 86_400);
  for (const id of ids) await box.act('expire', { id });
  assert.deepEqual([box.rows('proposals'), box.member('alice')?.proposals], [[], 0]);
});

test('griefing by cases: three a claimant, each with its fee, and the respondent is free again', async () => {
  const box = await court();
  for (let i = 0; i < 3; i++) await open(box);
  await refuses(open(box), /3 are the most/);
  assert.deepEqual([box.free('alice'), box.member('bob')?.cases], [0, 3]);
  box.wait(600);
  for (const id of [1, 2, 3]) await box.act('closecase', { id });
  assert.deepEqual([box.free('alice'), box.member('bob')?.cases], [3 * FEE, 0]);
});

test('griefing by keys: no more than one new schedule a member and change gap', async () => {
  const box = await Box.running({ figures: { changegap: 1000 } });
  await box.setKey('alice', 7);
  for (const n of [8, 9]) {
    await refuses(box.setKey('alice', n), /changed its key less than 1000 seconds ago/);
  }
  await box.self('dropkey', 'alice');
  await refuses(box.setKey('alice', 8), /changed its key less than 1000 seconds ago/);
});

test('griefing by challenges: who responds has its rest from everybody', async () => {
  const box = await Box.live();
  await box.act('challenge', { challenger: 'alice', account: 'bob' }, 'alice');
  await box.self('respond', 'bob');
  for (const challenger of ['alice', 'carol']) {
    await refuses(box.act('challenge', { challenger, account: 'bob' }, challenger), /responded to a challenge lately/);
  }
});

test('one of two members cannot put the other out and take the pool', async () => {
  const box = await Box.live({ members: ['alice', 'bob'] });
  const few = /fewer than 3 members with a vote/;
  await refuses(box.propose('expel', { account: 'bob' }), few);
  await refuses(box.propose('suspend', { account: 'bob', seconds: 1 }), few);
  const id = await box.propose('dissolve');
  await box.vote(id, 'alice');
  await box.count(id);
  assert.equal(box.proposal(id)?.status, 3);
});

test('one of two members does not become the only judge of the other by admitting one on probation', async () => {
  for (const [kind, more] of [
    ['expel', {}],
    ['suspend', { seconds: 10 }],
  ] as const) {
    const box = await Box.live({ members: ['alice', 'bob'], figures: { probation: 10_000 } });
    await box.enrol('carol', 5);
    const id = await box.propose(kind, { account: 'bob', ...more });
    await box.vote(id, 'alice');
    await box.count(id);
    assert.deepEqual([box.proposal(id)?.yes, box.proposal(id)?.electors], [1, 1]);
    box.wait(10);
    await refuses(
      box.act('execute', { id }),
      /the vote on bob had 1 electors, 2 are needed: one alone puts nobody out/,
    );
    assert.equal(box.member('bob')?.status, 1);
  }
});

test('a leaver and an expelled member lose nothing that they have earned', async () => {
  const box = await Box.running({ members: ['alice', 'bob', 'carol', 'dave'], figures: { notice: 0 } });
  await box.settle(1, [0, 1, 2, 3]);
  await box.decide('expel', { account: 'bob' });
  await box.self('leave', 'dave');
  await box.earn(40_000);
  await box.act('close');
  for (const account of ['bob', 'dave']) await box.act('claim', { account, token: 0 });
  assert.deepEqual([box.balance('bob'), box.balance('dave')], [9000, 9000]);
});

test('hashes are kept whole: 64 hex digits in every place', async () => {
  const box = await court();
  const full = '0123456789abcdef'.repeat(4);
  const id = await box.propose('terms', { terms: full });
  await open(box, { evidence: full });
  assert.deepEqual([box.proposal(id)?.digest, box.row('cases').evidence], [full, full]);
});

test('names at their limits: thirteen characters, dots, one letter', async () => {
  const names = ['a', 'a.b.c', 'zzzzzzzzzzzz', 'zzzzzzzzzzzzj', '.a'];
  const box = await Box.live({ members: names });
  const id = await box.propose('register', { on: true }, 'zzzzzzzzzzzzj');
  for (const name of names) await box.vote(id, name);
  await box.count(id);
  assert.deepEqual([box.proposal(id)?.yes, box.proposal(id)?.electors], [5, 5]);
  assert.equal(box.authority('owner')?.levels.length, 6);
});

test('time at its end: the largest numbers of seconds and windows neither wrap nor pass', async () => {
  const box = await Box.running({ members: ['alice', 'bob', 'carol', 'dave'] });
  const most = '18446744073709551615';
  await refuses(box.propose('suspend', { account: 'bob', seconds: most }), /is too long/);
  for (const window of [most, '9223372036854775808', '536870911']) {
    await refuses(box.propose('void', { window }), /lies in the future|beyond the end of time/);
    await refuses(
      box.act('report', { ...box.reportData('oracle1'), window }, 'oracle1'),
      /lies in the future|end of time/,
    );
  }
  for (const id of [most, '9223372036854775808']) {
    await refuses(box.act('execute', { id }), /there is no proposal/);
    await refuses(box.act('payorder', { id }), /there is no order/);
    await refuses(box.act('enforce', { id }), /there is no case/);
  }
});
