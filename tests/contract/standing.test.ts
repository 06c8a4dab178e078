import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { Box } from './support/box.ts';
import { testKey } from './support/keys.ts';
import { NO_AUTHORITY, refuses } from './support/refuses.ts';

const key = (n: number) => testKey(n).pub;
const NEW_TERMS = createHash('sha256').update('an amendment').digest('hex');
const four = { members: ['alice', 'bob', 'carol', 'dave'] };

test('a suspended member neither signs nor votes until its time is over', async () => {
  const box = await Box.running(four);
  await box.decide('suspend', { account: 'bob', seconds: 500 });
  assert.deepEqual([box.member('bob')?.status, box.seat('bob')?.until], [3, box.window]);
  assert.deepEqual(box.producer()?.keys, [key(0), key(2), key(3)]);
  await refuses(box.propose('register', { on: false }, 'bob'), /bob is leaving, suspended or gone/);
  box.wait(499);
  await refuses(box.act('resume', { account: 'bob' }), /bob is suspended for 1 more seconds/);
  box.wait(1);
  const before = await box.propose('url', { url: 'x', location: 1 });
  await box.act('resume', { account: 'bob' });
  assert.deepEqual([box.member('bob')?.status, box.seat('bob')?.until], [1, 0]);
  assert.deepEqual(box.producer()?.keys, [key(0), key(1), key(2), key(3)]);
  await refuses(box.vote(before, 'bob'), /bob was not an active member past its probation when proposal/);
  await refuses(box.act('resume', { account: 'bob' }), /bob is not suspended/);
});

test('the respondent has no vote on its suspension and its expulsion', async () => {
  const box = await Box.running(four);
  for (const [kind, data] of [
    ['suspend', { account: 'bob', seconds: 500 }],
    ['expel', { account: 'bob' }],
  ] as const) {
    const id = await box.propose(kind, data);
    await refuses(box.vote(id, 'bob'), /bob is concerned by proposal \d+ and has no vote on it/);
    await box.count(id);
    assert.equal(box.proposal(id)?.electors, 3);
  }
});

test('a suspended member can leave at once', async () => {
  const box = await Box.running(four);
  await box.decide('suspend', { account: 'bob', seconds: 500 });
  await box.self('leave', 'bob');
  assert.equal(box.member('bob')?.status, 4);
});

test('two thirds expel for good, and what was earned stays', async () => {
  const box = await Box.running(four);
  await box.settle(1, [0, 1, 2, 3]);
  await box.decide('expel', { account: 'bob' });
  assert.equal(box.member('bob')?.status, 5);
  assert.deepEqual(box.producer()?.keys, [key(0), key(2), key(3)]);
  await box.earn(40_000);
  await box.act('close');
  await box.act('claim', { account: 'bob', token: 0 });
  assert.equal(box.balance('bob'), 9000);
  await refuses(box.join('bob', 1), /bob was expelled: it cannot join again/);
  await refuses(box.act('forget', { account: 'bob' }), /bob has status 5: only who left \(4\) is forgotten/);
  await refuses(box.propose('expel', { account: 'bob' }), /bob has status 5 and is no member of the pool/);
});

test('nobody is expelled or suspended by a vote of fewer than three members', async () => {
  const two = await Box.live({ members: ['alice', 'bob'] });
  const few = /the pool has fewer than 3 members with a vote: none can be expelled or suspended by vote/;
  await refuses(two.propose('expel', { account: 'bob' }), few);
  await refuses(two.propose('suspend', { account: 'bob', seconds: 10 }), few);
  const three = await Box.live();
  const ids = [
    await three.propose('expel', { account: 'bob' }),
    await three.propose('suspend', { account: 'bob', seconds: 10 }),
  ];
  for (const id of ids) for (const account of ['alice', 'carol']) await three.vote(id, account);
  await three.count(...ids);
  await three.self('leave', 'carol');
  three.wait(10);
  for (const id of ids) await refuses(three.act('execute', { id }), few);
});

test('a challenged member that does not respond in time is out', async () => {
  const box = await Box.running();
  const challenge = (by = 'alice', account = 'bob') => box.act('challenge', { challenger: by, account }, by);
  await refuses(challenge('alice', 'alice'), /alice cannot challenge itself/);
  await refuses(challenge('dave'), /dave is not a member/);
  await refuses(box.act('oust', { account: 'bob' }), /bob is not challenged/);
  await challenge();
  await refuses(challenge('carol'), /bob is challenged already: it has 60 seconds to respond/);
  box.wait(59);
  await refuses(box.act('oust', { account: 'bob' }), /bob has 1 more seconds to respond/);
  box.wait(1);
  await box.act('oust', { account: 'bob' });
  assert.equal(box.member('bob')?.status, 4);
  assert.deepEqual(box.producer()?.keys, [key(0), key(2)]);
});

test('a response ends the challenge and gives a rest', async () => {
  const box = await Box.running();
  const challenge = () => box.act('challenge', { challenger: 'alice', account: 'bob' }, 'alice');
  await refuses(box.self('respond', 'bob'), /bob is not challenged/);
  await challenge();
  await refuses(box.act('respond', { account: 'bob' }, 'alice'), NO_AUTHORITY);
  await box.self('respond', 'bob');
  await refuses(box.act('oust', { account: 'bob' }), /bob is not challenged/);
  box.wait(239);
  await refuses(challenge(), /bob responded to a challenge lately: it can be challenged again in 1 seconds/);
  box.wait(1);
  await challenge();
});

test('even a late response counts while nobody has ousted', async () => {
  const box = await Box.running();
  await box.act('challenge', { challenger: 'alice', account: 'bob' }, 'alice');
  box.wait(1000);
  await box.self('respond', 'bob');
  assert.equal(box.member('bob')?.status, 1);
});

test('the last member with a vote is not ousted and does not lapse', async () => {
  const box = await Box.live({ figures: { notice: 0, grace: 0 } });
  await box.act('challenge', { challenger: 'alice', account: 'carol' }, 'alice');
  await box.decide('terms', { terms: NEW_TERMS });
  await box.self('leave', 'alice');
  await box.self('leave', 'bob');
  box.wait(60);
  const last = /carol is the last member with a vote/;
  await refuses(box.act('oust', { account: 'carol' }), last);
  await refuses(box.act('lapse', { account: 'carol' }), last);
});

test('a suspension ends, however many voted for it', async () => {
  const box = await Box.live();
  const days90 = 90 * 86_400;
  const over = /7776001.*7776000/;
  await refuses(box.propose('suspend', { account: 'bob', seconds: days90 + 1 }), over);
  await box.propose('suspend', { account: 'bob', seconds: days90 });
});

test('who had given notice and is suspended then does not come back with a vote', async () => {
  const box = await Box.running(four);
  await box.self('leave', 'bob');
  await box.decide('suspend', { account: 'bob', seconds: 10 });
  box.wait(10);
  await box.act('resume', { account: 'bob' });
  assert.equal(box.member('bob')?.status, 4);
  assert.deepEqual(box.producer()?.keys, [key(0), key(2), key(3)]);
});

test('an amendment asks everybody to agree, and suspends who does not until it does', async () => {
  const box = await Box.running();
  await box.decide('terms', { terms: NEW_TERMS });
  assert.deepEqual([box.config.terms, box.config.terms_version], [NEW_TERMS, 2]);
  assert.deepEqual(
    box.rows('terms').map((row) => [row.version, row.hash]),
    [
      [1, box.terms],
      [2, NEW_TERMS],
    ],
  );
  const agree = (account: string, terms = NEW_TERMS, by = account) => box.act('agree', { account, terms }, by);
  await refuses(agree('alice', NEW_TERMS, 'bob'), NO_AUTHORITY);
  await refuses(agree('alice', box.terms), new RegExp(`are not the pool's: agree to ${NEW_TERMS}`));
  await agree('alice');
  await refuses(agree('alice'), /alice has agreed to version 2 already/);
  box.wait(599);
  const left = /bob has 1 more seconds to agree to version 2 of the terms/;
  await refuses(box.act('lapse', { account: 'bob' }), left);
  box.wait(1);
  await refuses(box.act('lapse', { account: 'alice' }), /alice has agreed to version 2, the newest/);
  await box.act('lapse', { account: 'bob' });
  assert.equal(box.member('bob')?.status, 3);
  assert.deepEqual(box.producer()?.keys, [key(0), key(2)]);
  await refuses(box.act('resume', { account: 'bob' }), /bob agreed to version 1 of the terms/);
  await agree('bob');
  assert.deepEqual([box.member('bob')?.status, box.producer()?.keys], [1, [key(0), key(1), key(2)]]);
});

test('agreeing does not shorten a suspension', async () => {
  const box = await Box.running(four);
  await box.decide('terms', { terms: NEW_TERMS });
  await box.decide('suspend', { account: 'bob', seconds: 500 });
  await box.act('agree', { account: 'bob', terms: NEW_TERMS }, 'bob');
  assert.equal(box.member('bob')?.status, 3);
  box.wait(500);
  await box.act('resume', { account: 'bob' });
  assert.equal(box.member('bob')?.status, 1);
});

test('terms in force cannot be proposed, and pass once only', async () => {
  const box = await Box.live();
  await refuses(box.propose('terms', { terms: box.terms }), /terms [0-9a-f]+ are in force already/);
  const ids = [await box.propose('terms', { terms: NEW_TERMS }), await box.propose('terms', { terms: NEW_TERMS })];
  await box.pass(ids[0] as number);
  await box.act('tally', { id: ids[1] });
  assert.equal(box.proposal(ids[1] as number)?.status, 3);
});
