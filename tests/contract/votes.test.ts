import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Box } from './support/box.ts';
import { manyNames } from './support/names.ts';
import { NO_AUTHORITY, refuses } from './support/refuses.ts';

const OTHER_TERMS = '5e'.repeat(32);
const NO_VOTE = /was not an active member past its probation when proposal \d+ was made: it has no vote on it/;

/** Members, yes votes that are enough for an ordinary proposal, and for one of two thirds. */
const thresholds = [
  [1, 1, 1],
  [2, 2, 2],
  [3, 2, 2],
  [4, 3, 3],
  [21, 11, 14],
] as const;

for (const [members, ordinary, twoThirds] of thresholds) {
  test(`${members} members: ${ordinary} yes pass an ordinary proposal, ${twoThirds} one of two thirds`, async () => {
    const names = manyNames(members);
    const box = await Box.live({ members: names });
    await countExactly(box, names, ordinary, () => box.propose('register', { on: true }, names[0]));
    await countExactly(box, names, twoThirds, () => box.propose('terms', { terms: OTHER_TERMS }, names[0]));
  });
}

test('100 members: 51 yes pass an ordinary proposal, 67 one of two thirds', async () => {
  const names = manyNames(100);
  const box = await Box.live({ members: names });
  box.checksBooks = false;
  await countExactly(box, names, 51, () => box.propose('register', { on: true }, names[0]));
  await countExactly(box, names, 67, () => box.propose('terms', { terms: OTHER_TERMS }, names[0]));
});

/** One vote fewer is rejected, exactly as many pass; the others say no. */
async function countExactly(box: Box, names: string[], needed: number, propose: () => Promise<number>): Promise<void> {
  for (const yes of [needed - 1, needed]) {
    const id = await propose();
    for (const [i, name] of names.entries()) await box.vote(id, name, i < yes);
    await box.count(id);
    const row = box.proposal(id) ?? {};
    assert.deepEqual([row.yes, row.no, row.electors], [yes, names.length - yes, names.length]);
    assert.equal(row.status, yes === needed ? 1 : 3);
  }
}

test('who does not vote counts as much as a no', async () => {
  const box = await Box.live({ members: ['alice', 'bob', 'carol', 'dave'] });
  const id = await box.propose('register', { on: true });
  for (const account of ['alice', 'bob']) await box.vote(id, account);
  await box.count(id);
  assert.deepEqual([box.proposal(id)?.yes, box.proposal(id)?.no, box.proposal(id)?.status], [2, 0, 3]);
});

test('the proposer’s own yes is no vote', async () => {
  const box = await Box.live({ members: ['alice'] });
  const id = await box.propose('register', { on: true });
  await box.count(id);
  assert.equal(box.proposal(id)?.status, 3);
});

test('a vote may change until the last second', async () => {
  const box = await Box.live();
  const id = await box.propose('register', { on: true });
  for (const account of ['alice', 'bob', 'carol']) await box.vote(id, account, false);
  assert.equal(box.rows('votes', id).length, 3);
  box.wait(59);
  for (const account of ['alice', 'bob']) await box.vote(id, account, true);
  assert.equal(box.rows('votes', id).length, 3, 'one row a voter');
  await refuses(box.act('tally', { id }), /the vote on proposal 1 goes on for 1 more seconds/);
  box.wait(1);
  await refuses(box.vote(id, 'carol', true), /the vote on proposal 1 is over/);
  await box.act('tally', { id });
  assert.deepEqual([box.proposal(id)?.yes, box.proposal(id)?.no], [2, 1]);
  assert.deepEqual(box.rows('votes', id), [], 'the votes go when they are counted');
  await refuses(box.act('tally', { id }), /proposal 1 is counted already: 2 of 3 said yes/);
});

test('a vote is the member’s own, for exactly the payload it has read', async () => {
  const box = await Box.live();
  const id = await box.propose('register', { on: true });
  const hash = box.proposal(id)?.hash;
  const vote = (voter: string, by: string, given: unknown) =>
    box.act('vote', { voter, id, hash: given, yes: true }, by);
  await refuses(vote('alice', 'bob', hash), NO_AUTHORITY);
  const other = 'ab'.repeat(32);
  await refuses(
    vote('alice', 'alice', other),
    new RegExp(`proposal 1 has hash ${hash}, the vote is for ${other}: read the proposal again`),
  );
  await refuses(vote('stranger', 'stranger', hash), /stranger is not a member/);
  await refuses(box.act('vote', { voter: 'alice', id: 99, hash, yes: true }, 'alice'), /there is no proposal 99/);
});

test('the hash is over the payload: equal payloads have equal hashes, others not', async () => {
  const box = await Box.live();
  const hash = async (data: Record<string, unknown>) => box.proposal(await box.propose('url', data))?.hash;
  const first = await hash({ url: 'x', location: 1 });
  assert.equal(await hash({ url: 'x', location: 1 }), first);
  assert.notEqual(await hash({ url: 'y', location: 1 }), first);
  assert.notEqual(await hash({ url: 'x', location: 2 }), first);
  assert.notEqual(await hash({ url: 'x', location: 1, text: 'other words' }), first);
});

test('a text cannot be moved between columns without changing the hash', async () => {
  const box = await Box.live();
  const a = await box.propose('url', { url: 'ab', location: 1, text: 'c' });
  const b = await box.propose('url', { url: 'a', location: 1, text: 'bc' });
  assert.notEqual(box.proposal(a)?.hash, box.proposal(b)?.hash);
});

test('a suspended member has no vote, although it gave one', async () => {
  const box = await Box.live({ members: ['alice', 'bob', 'carol', 'dave'], figures: { votetime: 100 } });
  const suspend = await box.propose('suspend', { account: 'bob', seconds: 5000 });
  await box.voteAll(suspend);
  box.wait(50);
  const id = await box.propose('register', { on: true }, 'dave');
  for (const account of ['bob', 'alice']) await box.vote(id, account);
  box.wait(50);
  await box.act('tally', { id: suspend });
  box.wait(10);
  await box.act('execute', { id: suspend });
  await refuses(box.vote(id, 'bob'), NO_VOTE);
  box.wait(40);
  await box.act('tally', { id });
  const { yes, electors, status } = box.proposal(id) ?? {};
  assert.deepEqual([yes, electors, status], [1, 3, 3]);
});

test('a proxy’s vote counts for who does not vote, an own vote goes before it', async () => {
  const box = await Box.live({ members: ['alice', 'bob', 'carol', 'dave'] });
  for (const account of ['bob', 'carol', 'dave']) await box.act('setproxy', { account, proxy: 'alice' }, account);
  const id = await box.propose('register', { on: true });
  await box.vote(id, 'alice', true);
  await box.vote(id, 'dave', false);
  await box.count(id);
  assert.deepEqual([box.proposal(id)?.yes, box.proposal(id)?.no, box.proposal(id)?.status], [3, 1, 1]);
});

test('an empty name ends the proxy', async () => {
  const box = await Box.live();
  await box.act('setproxy', { account: 'bob', proxy: 'alice' }, 'bob');
  await box.act('setproxy', { account: 'bob', proxy: '' }, 'bob');
  const id = await box.propose('register', { on: true });
  await box.vote(id, 'alice');
  await box.count(id);
  assert.equal(box.proposal(id)?.yes, 1);
});

test('a proxy’s proxy does not count, and cannot be named', async () => {
  const box = await Box.live({ members: ['alice', 'bob', 'carol', 'dave'] });
  const set = (account: string, proxy: string, by = account) => box.act('setproxy', { account, proxy }, by);
  await refuses(set('bob', 'alice', 'carol'), NO_AUTHORITY);
  await refuses(set('bob', 'bob'), /bob cannot be its own proxy/);
  await refuses(set('bob', 'stranger'), /proxy stranger is not a member/);
  await refuses(set('stranger', 'bob'), /stranger is not a member/);
  await set('bob', 'alice');
  await refuses(set('carol', 'bob'), /proxy bob has itself a proxy: name alice/);
  await set('alice', 'carol');
  const id = await box.propose('register', { on: true });
  await box.vote(id, 'carol');
  await box.count(id);
  assert.deepEqual(
    [box.proposal(id)?.yes, box.proposal(id)?.status],
    [2, 3],
    'carol for herself and alice, not for bob',
  );
});

test('a proxy that is no elector itself votes for nobody', async () => {
  const box = await Box.live({ members: ['alice', 'bob', 'carol', 'dave'] });
  for (const account of ['alice', 'carol']) await box.act('setproxy', { account, proxy: 'bob' }, account);
  const about = await box.propose('suspend', { account: 'bob', seconds: 10 });
  await refuses(box.vote(about, 'bob', false), /bob is concerned by proposal/);
  await box.vote(about, 'dave');
  await box.count(about);
  assert.deepEqual([box.proposal(about)?.yes, box.proposal(about)?.no, box.proposal(about)?.electors], [1, 0, 3]);
  const id = await box.propose('register', { on: true });
  await box.vote(id, 'bob');
  await box.self('leave', 'bob');
  await box.count(id);
  assert.deepEqual([box.proposal(id)?.yes, box.proposal(id)?.electors], [0, 3], 'who is leaving votes for nobody');
});

test('nothing passes when no elector is left', async () => {
  const box = await Box.live({ members: ['alice', 'bob'], figures: { votetime: 100, notice: 0 } });
  await box.join('dave', 3);
  const admit = await box.propose('admit', { account: 'dave' });
  await box.voteAll(admit);
  box.wait(50);
  const id = await box.propose('register', { on: true });
  await box.voteAll(id);
  box.wait(50);
  await box.act('tally', { id: admit });
  box.wait(10);
  await box.act('execute', { id: admit });
  for (const account of ['alice', 'bob']) await box.self('leave', account);
  box.wait(40);
  await box.act('tally', { id });
  assert.deepEqual([box.proposal(id)?.electors, box.proposal(id)?.yes, box.proposal(id)?.status], [0, 0, 3]);
});
