import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Box } from './support/box.ts';
import { NO_AUTHORITY, refuses } from './support/refuses.ts';

const DAY = 86_400;
const WEEK = 7 * DAY;
const status = (box: Box, id: number) => box.proposal(id)?.status;

test('proposals have rising ids and tell what they are', async () => {
  const box = await Box.live();
  const first = await box.propose('register', { on: true });
  const second = await box.propose('config', { figure: 'infra', value: 5 }, 'bob');
  assert.deepEqual([first, second], [1, 2]);
  const row = box.proposal(second) ?? {};
  assert.deepEqual(
    [row.kind, row.proposer, row.status, row.subject, row.value, row.text],
    ['config', 'bob', 0, 'infra', 5, 'why config'],
  );
});

test('only active members propose, by their own authority', async () => {
  const box = await Box.live();
  await refuses(box.act('propregister', { proposer: 'alice', on: true, text: '' }, 'bob'), NO_AUTHORITY);
  await refuses(box.propose('register', { on: true }, 'stranger'), /stranger is not a member/);
  await box.join('dave', 3);
  await refuses(box.propose('register', { on: true }, 'dave'), /dave is not a member/);
  await refuses(box.propose('register', { on: true, text: 't'.repeat(256) }), /the text has 256 bytes/);
  await box.propose('register', { on: true, text: 'ü'.repeat(127) });
});

test('what has passed is executed by anyone after its lock time, once', async () => {
  const box = await Box.live();
  const id = await box.propose('config', { figure: 'infra', value: 5 });
  await box.voteAll(id);
  await refuses(box.act('execute', { id }), /proposal 1 is not counted: call tally after the vote/);
  await box.count(id);
  assert.equal(status(box, id), 1);
  box.wait(9);
  await refuses(box.act('execute', { id }), /proposal 1 is locked for 1 more seconds/);
  box.wait(1);
  await box.act('execute', { id });
  assert.deepEqual([box.config.infra_permille, status(box, id)], [5, 2]);
  await refuses(box.act('execute', { id }), /proposal 1 is finished with status 2/);
});

test('what was rejected is never executed', async () => {
  const box = await Box.live();
  const id = await box.propose('config', { figure: 'infra', value: 5 });
  await box.count(id);
  assert.equal(status(box, id), 3);
  box.wait(10);
  await refuses(box.act('execute', { id }), /proposal 1 is finished with status 3/);
});

test('what nobody executes in seven days has expired', async () => {
  const box = await Box.live();
  const id = await box.propose('config', { figure: 'infra', value: 5 });
  await box.voteAll(id);
  await refuses(box.act('expire', { id }), /proposal 1 is not counted: call tally after the vote/);
  await box.count(id);
  box.wait(10 + WEEK - 1);
  await refuses(box.act('expire', { id }), /proposal 1 has passed and can be executed for 1 more seconds/);
  box.wait(1);
  await refuses(box.act('execute', { id }), /proposal 1 was not executed in time: call expire/);
  await box.act('expire', { id });
  assert.deepEqual([status(box, id), box.config.infra_permille], [4, 100]);
});

test('it can be executed until the last second of the seven days', async () => {
  const box = await Box.live();
  const id = await box.propose('config', { figure: 'infra', value: 5 });
  await box.voteAll(id);
  await box.count(id);
  box.wait(10 + WEEK - 1);
  await box.act('execute', { id });
  assert.equal(box.config.infra_permille, 5);
});

test('a finished proposal is kept to be read for seven days, then anyone erases it', async () => {
  const box = await Box.live();
  const id = await box.propose('config', { figure: 'infra', value: 5 });
  await box.pass(id);
  box.wait(WEEK - 1);
  await refuses(box.act('expire', { id }), /proposal 1 is kept to be read for 1 more seconds/);
  box.wait(1);
  await box.act('expire', { id });
  assert.equal(box.proposal(id), undefined);
  await refuses(box.act('expire', { id }), /there is no proposal 1/);
  assert.equal(await box.propose('register', { on: true }), 2, 'its id never comes back');
});

test('only its proposer cancels a proposal, and only before the count', async () => {
  const box = await Box.live();
  const id = await box.propose('register', { on: true });
  const cancel = (proposer: string, by = proposer) => box.act('cancel', { proposer, id }, by);
  await refuses(cancel('alice', 'bob'), NO_AUTHORITY);
  await refuses(cancel('bob'), /proposal 1 is alice's: nobody else can cancel it/);
  await box.vote(id, 'bob');
  await cancel('alice');
  assert.deepEqual([status(box, id), box.rows('votes', id)], [5, []]);
  await refuses(box.vote(id, 'bob'), /the vote on proposal 1 is over/);
  const other = await box.propose('register', { on: true });
  await box.voteAll(other);
  await box.count(other);
  await refuses(
    box.act('cancel', { proposer: 'alice', id: other }, 'alice'),
    /is counted already and cannot be cancelled/,
  );
});

test('a member has at most five proposals that are not finished', async () => {
  const box = await Box.live();
  const ids: number[] = [];
  for (let i = 0; i < 5; i++) ids.push(await box.propose('register', { on: true }));
  await refuses(box.propose('register', { on: true }), /alice has 5 proposals that are not finished: 5 are the most/);
  await box.propose('register', { on: true }, 'bob');
  await box.act('cancel', { proposer: 'alice', id: ids[0] }, 'alice');
  await box.propose('register', { on: true });
  await box.voteAll(ids[1] as number);
  await box.count(...ids.slice(1));
  assert.equal(box.member('alice')?.proposals, 2, 'one that passed and one that runs');
  box.wait(10);
  await box.act('execute', { id: ids[1] });
  assert.equal(box.member('alice')?.proposals, 1);
});

test('an execution that fails changes nothing and can be tried again', async () => {
  const box = await Box.live();
  await box.join('dave', 3);
  const id = await box.propose('admit', { account: 'dave' });
  await box.voteAll(id);
  await box.count(id);
  await box.self('leave', 'dave');
  box.wait(10);
  await refuses(box.act('execute', { id }), /dave left or was expelled: it has to join again first/);
  assert.equal(status(box, id), 1);
  await box.join('dave', 3);
  await box.act('execute', { id });
  assert.equal(box.member('dave')?.status, 1);
});

test('the vote runs by the figures at its beginning, the lock time by those at the count', async () => {
  const box = await Box.live({ figures: { votetime: 100 } });
  const change = await box.propose('config', { figure: 'votetime', value: 1 });
  await box.voteAll(change);
  box.wait(99);
  const id = await box.propose('register', { on: true });
  box.wait(1);
  await box.act('tally', { id: change });
  box.wait(10);
  await box.act('execute', { id: change });
  assert.equal(box.config.votetime, 1);
  await refuses(box.act('tally', { id }), /the vote on proposal 2 goes on for 89 more seconds/);
});
