import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Box } from './support/box.ts';
import { testKey } from './support/keys.ts';
import { NO_AUTHORITY, refuses } from './support/refuses.ts';

const key = (n: number) => testKey(n).pub;
const HOLD = 600 + 2 * (60 + 10); // deadline + twice votetime and locktime

test('who gives notice signs and is paid on, but votes no more, until it departs', async () => {
  const box = await Box.running();
  await refuses(box.act('leave', { account: 'alice' }, 'bob'), NO_AUTHORITY);
  await refuses(box.self('leave', 'dave'), /dave is not a member/);
  await box.self('leave', 'alice');
  assert.equal(box.member('alice')?.status, 2);
  assert.deepEqual([box.seat('alice')?.signing, box.seat('alice')?.voting, box.seat('alice')?.until], [true, false, 0]);
  assert.deepEqual(box.producer()?.keys, [key(0), key(1), key(2)]);
  await refuses(box.propose('register', { on: false }), /alice is leaving, suspended or gone/);
  await box.settle(1);
  assert.equal(box.seat('alice')?.shares, 1);
  await refuses(box.self('leave', 'alice'), /alice has given notice already: it ends in 594 seconds, then call depart/);
  box.wait(593);
  await refuses(box.act('depart', { account: 'alice' }), /the notice of alice ends in 1 seconds: depart after that/);
  box.wait(1);
  await box.act('depart', { account: 'alice' });
  assert.deepEqual([box.member('alice')?.status, box.seat('alice')?.until], [4, box.window]);
  assert.deepEqual(box.producer()?.keys, [key(1), key(2)]);
  await refuses(box.act('depart', { account: 'alice' }), /alice has not given notice: it calls leave first/);
});

test('without a notice time a member is gone at once', async () => {
  const box = await Box.running({ figures: { notice: 0 } });
  await box.self('leave', 'alice');
  assert.equal(box.member('alice')?.status, 4);
  assert.deepEqual(box.producer()?.keys, [key(1), key(2)]);
});

test('a vote given before the notice does not count at the end', async () => {
  const box = await Box.live();
  const id = await box.propose('register', { on: true });
  for (const account of ['alice', 'bob']) await box.vote(id, account);
  await box.self('leave', 'alice');
  await box.count(id);
  const { yes, no, electors, status } = box.proposal(id) ?? {};
  assert.deepEqual([yes, no, electors, status], [1, 0, 2, 3], 'one of two is not more than half');
});

test('the last member with a vote stays', async () => {
  const box = await Box.live({ figures: { notice: 0 } });
  await box.self('leave', 'alice');
  await box.self('leave', 'bob');
  const last = /carol is the last member with a vote: admit another one, or dissolve the pool with propdissolve/;
  await refuses(box.self('leave', 'carol'), last);
});

test('members on notice do not count as ones with a vote', async () => {
  const box = await Box.live();
  for (const account of ['alice', 'bob']) await box.self('leave', account);
  await refuses(box.self('leave', 'carol'), /carol is the last member with a vote/);
});

test('a leaver is credited for its windows, claims, and is forgotten', async () => {
  const box = await Box.running({ figures: { notice: 0 } });
  await box.settle(3);
  await box.self('leave', 'bob');
  await box.settle(1, [0, 2]);
  await refuses(box.act('forget', { account: 'bob' }), /bob still has its seat: prune frees it/);
  await box.earn(110_000);
  await box.act('close');
  assert.equal(box.owed('bob'), 27_000);
  assert.equal(box.seat('bob'), undefined, 'the close frees the seat');
  await refuses(box.act('forget', { account: 'bob' }), /bob is owed something in token 0: call claim first/);
  await refuses(box.act('forget', { account: 'alice' }), /alice has status 1: only who left \(4\) is forgotten/);
  await box.act('claim', { account: 'bob', token: 0 });
  assert.equal(box.balance('bob'), 27_000);
  await box.act('forget', { account: 'bob' });
  assert.deepEqual([box.member('bob'), box.credit('bob')], [undefined, undefined]);
  await refuses(box.act('forget', { account: 'bob' }), /bob is not a member/);
});

test('a seat without shares is freed by prune once its windows cannot be decided any more', async () => {
  const box = await Box.running({ figures: { notice: 0 } });
  await box.self('leave', 'bob');
  await refuses(box.join('bob', 1), /bob left and its windows can still be reported/);
  const nothing = /nothing to prune: no window up to 0 and no leaver's seat is left/;
  box.wait(box.windowLeft + HOLD - 1);
  await refuses(box.act('prune', { max: 10 }), nothing);
  box.wait(1);
  await box.act('prune', { max: 10 });
  assert.equal(box.seat('bob'), undefined);
  await refuses(box.act('prune', { max: 10 }), nothing);
});

test('a leaver comes back by a new application, to any free seat, with its history', async () => {
  const box = await Box.running({ figures: { notice: 0 } });
  await box.self('leave', 'bob');
  box.wait(HOLD + 6);
  await box.act('prune', { max: 10 });
  await box.enrol('dave', 3);
  assert.equal(box.seat('dave')?.index, 1, 'the lowest free seat');
  await box.enrol('bob', 1);
  assert.deepEqual([box.member('bob')?.status, box.seat('bob')?.index], [1, 3]);
  assert.deepEqual(box.producer()?.keys, [key(0), key(1), key(2), key(3)], 'in the order of the names');
});

test('a seat with shares is not freed, and not given to anybody', async () => {
  const box = await Box.running({ figures: { notice: 0 } });
  await box.settle(1);
  await box.self('leave', 'alice');
  box.wait(HOLD + 100);
  await refuses(box.act('prune', { max: 10 }), /nothing to prune/);
  await box.enrol('dave', 3, 'bob');
  assert.equal(box.seat('dave')?.index, 3);
});

test('a bond is kept for the time of a notice after leaving, then released to the deposit', async () => {
  const box = await Box.live();
  await box.decide('config', { figure: 'bond', value: 5000 });
  await box.deposit('dave', 5000);
  await box.enrol('dave', 3);
  assert.deepEqual([box.free('dave'), box.member('dave')?.bond], [0, 5000]);
  await refuses(box.act('release', { account: 'dave' }), /dave is a member: its bond is free after it has left/);
  await refuses(box.act('release', { account: 'alice' }), /alice has no bond here/);
  await box.self('leave', 'dave');
  box.wait(600);
  await box.act('depart', { account: 'dave' });
  box.wait(599);
  await refuses(box.act('release', { account: 'dave' }), /the bond of dave is kept for 1 more seconds/);
  box.wait(1);
  await box.act('release', { account: 'dave' });
  assert.deepEqual([box.free('dave'), box.member('dave')?.bond], [5000, 0]);
  await box.act('withdraw', { account: 'dave', quantity: '0.5000 EOS' }, 'dave');
  assert.equal(box.balance('dave'), 5000);
});

test('an applicant’s bond is free when it withdraws its application', async () => {
  const box = await Box.live();
  await box.decide('config', { figure: 'bond', value: 5000 });
  await box.deposit('dave', 5000);
  await box.join('dave', 3);
  await refuses(box.act('release', { account: 'dave' }), /dave has applied: its bond is free when it withdraws/);
  await box.self('leave', 'dave');
  await box.act('release', { account: 'dave' });
  assert.equal(box.free('dave'), 5000);
  await box.act('forget', { account: 'dave' });
  assert.equal(box.free('dave'), 5000, 'its deposit is still its own');
});

test('who has unfinished proposals is not forgotten', async () => {
  const box = await Box.live({ figures: { notice: 0 } });
  const id = await box.propose('register', { on: true });
  await box.self('leave', 'alice');
  box.wait(HOLD + 6);
  await box.act('prune', { max: 1 });
  await refuses(box.act('forget', { account: 'alice' }), /alice has 1 proposals that are not finished/);
  await box.act('tally', { id });
  await box.act('forget', { account: 'alice' });
});
