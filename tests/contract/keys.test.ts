import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Signature } from '@greymass/eosio';
import { Box } from './support/box.ts';
import { testKey } from './support/keys.ts';
import { NO_AUTHORITY, refuses } from './support/refuses.ts';

const key = (n: number) => testKey(n).pub;
/** No point of the curve has 5 as its x. */
const OFF_CURVE = Buffer.from('05'.padStart(64, '0'), 'hex');
const NEVER = '1970-01-01T00:00:00';
const history = (box: Box, account: string) =>
  box
    .rows('keys')
    .filter((row) => row.account === account)
    .map((row) => [row.key, row.until !== NEVER]);

test('a key that another account ever used is refused for good', async () => {
  const box = await Box.live();
  await refuses(box.join('dave', 0), /key 00[0-9a-f]{66} was used by alice: take a key that no member ever used/);
  await box.setKey('alice', 7);
  await refuses(box.join('dave', 0), /was used by alice/);
  await refuses(box.join('dave', 7), /was used by alice/);
  await refuses(box.setKey('bob', 0), /was used by alice/);
  await box.setKey('alice', 0);
  assert.equal(box.member('alice')?.key, key(0), 'an account may take its own old key again');
});

test('a proof that no key can be recovered from is refused in the host’s own text, and does no harm', async () => {
  const box = await Box.live();
  const proof = String(Signature.from({ type: 'K1', r: OFF_CURVE, s: Buffer.alloc(32, 1), recid: 0 }));
  const data = { account: 'alice', key: key(7), proof };
  await refuses(box.act('setkey', data, 'alice'), /invalid point/);
  await box.join('dave', 3, { proof });
  await refuses(box.propose('admit', { account: 'dave' }), /invalid point/);
  await box.setKey('dave', 3);
  await box.decide('admit', { account: 'dave' });
  const founding = await Box.founding();
  await refuses(founding.join('alice', 0, { proof }), /invalid point/);
  await founding.join('alice', 0);
});

test('a key that an applicant names and has not proven bars nobody, and is not ended with its application', async () => {
  const box = await Box.live();
  await box.join('dave', 3, { proof: box.proof('dave', 4) });
  await box.enrol('erin', 3);
  await refuses(box.propose('admit', { account: 'dave' }), /was used by erin/);
  await box.setKey('dave', 4);
  assert.deepEqual(history(box, 'erin'), [[key(3), false]], 'setkey of an applicant ends only its own');
  await box.self('leave', 'dave');
  assert.deepEqual(history(box, 'dave'), [[key(4), true]]);
  const other = await Box.live();
  await other.join('dave', 3, { proof: other.proof('dave', 4) });
  await other.enrol('erin', 3);
  await other.self('leave', 'dave');
  assert.deepEqual(history(other, 'erin'), [[key(3), false]], 'leave of an applicant ends only its own');
});

test('who comes back with its old key has it ended until it is admitted', async () => {
  const box = await Box.live({ figures: { notice: 0 } });
  await box.enrol('dave', 3);
  await box.self('leave', 'dave');
  box.wait(2 * 86_400);
  await box.act('prune', { max: 1 });
  const ended = box.rows('keys').find((row) => row.account === 'dave')?.until;
  box.wait(50);
  await box.join('dave', 3);
  await box.self('leave', 'dave');
  assert.equal(box.rows('keys').find((row) => row.account === 'dave')?.until, ended, 'the application used no key');
  await box.enrol('dave', 3);
  assert.deepEqual(history(box, 'dave'), [[key(3), false]]);
});

test('a leaver’s key stays its own', async () => {
  const box = await Box.live({ figures: { notice: 0 } });
  await box.self('leave', 'alice');
  await refuses(box.join('dave', 0), /was used by alice/);
});

test('the history keeps every key with the time of its use', async () => {
  const box = await Box.live();
  await box.setKey('alice', 7);
  assert.deepEqual(
    new Map(history(box, 'alice') as [string, boolean][]),
    new Map([
      [key(0), true],
      [key(7), false],
    ]),
  );
  await box.setKey('alice', 0);
  assert.deepEqual(
    new Map(history(box, 'alice') as [string, boolean][]),
    new Map([
      [key(0), false],
      [key(7), true],
    ]),
  );
});

test('setkey wants a new key, the proof that it is held, and the account’s authority', async () => {
  const box = await Box.live();
  await refuses(box.setKey('alice', 0), /key 00[0-9a-f]+ is alice's signing key already/);
  await refuses(box.setKey('alice', 9, 'bob'), NO_AUTHORITY);
  const data = { account: 'alice', key: key(9), proof: box.proof('alice', 8) };
  await refuses(box.act('setkey', data, 'alice'), /the proof does not fit/);
  await refuses(box.setKey('dave', 9), /dave is not a member/);
});

test('one member’s keys are kept apart, an applicant’s are not', async () => {
  const box = await Box.live({ figures: { changegap: 1000 } });
  await box.setKey('alice', 7);
  box.wait(999);
  await refuses(box.setKey('alice', 8), /alice changed its key less than 1000 seconds ago: wait 1 more seconds/);
  box.wait(1);
  await box.setKey('alice', 8);
  await box.self('dropkey', 'alice');
  await refuses(box.setKey('alice', 9), /less than 1000 seconds ago: wait 1000 more seconds; dropkey takes a key out/);
  await box.join('dave', 3);
  await box.setKey('dave', 4);
  await box.setKey('dave', 5);
});

test('dropkey takes the key out at once, setkey puts one back', async () => {
  const box = await Box.running();
  await refuses(box.act('dropkey', { account: 'alice' }, 'bob'), NO_AUTHORITY);
  await box.self('dropkey', 'alice');
  assert.deepEqual(box.producer()?.keys, [key(1), key(2)]);
  assert.deepEqual(
    [box.member('alice')?.status, box.member('alice')?.keyless, box.seat('alice')?.voting],
    [1, true, true],
  );
  assert.deepEqual(history(box, 'alice'), [[key(0), true]]);
  await refuses(box.self('dropkey', 'alice'), /alice has dropped its key already: set a new one with setkey/);
  await box.setKey('alice', 9);
  assert.deepEqual(box.producer()?.keys, [key(9), key(1), key(2)]);
});

test('who has no seat has no key in the signing authority to drop', async () => {
  const box = await Box.live({ figures: { notice: 0 } });
  await box.join('dave', 3);
  const none = /dave has no key in the signing authority/;
  await refuses(box.self('dropkey', 'dave'), none);
  await box.self('leave', 'dave');
  await refuses(box.self('dropkey', 'dave'), none);
  await refuses(box.setKey('dave', 4), /dave is no member any more: it has no signing key to change/);
});

test('when the last key goes the producer is unregistered, and only a vote registers it again', async () => {
  const box = await Box.running();
  for (const account of ['alice', 'bob', 'carol']) await box.self('dropkey', account);
  assert.deepEqual([box.producer()?.active, box.config.registered], [false, false]);
  await box.setKey('alice', 9);
  assert.equal(box.producer()?.active, false, 'a new key does not register it');
  await box.decide('register', { on: true });
  assert.deepEqual([box.producer()?.active, box.producer()?.keys], [true, [key(9)]]);
});

test('no vote registers a producer without keys', async () => {
  const box = await Box.live();
  for (const account of ['alice', 'bob', 'carol']) await box.self('dropkey', account);
  const id = await box.propose('register', { on: true });
  await refuses(box.pass(id), /no member has a key to sign with: admit one before the producer is registered/);
  assert.equal(box.proposal(id)?.status, 1, 'it can still be executed when there is a key');
  await box.setKey('bob', 9);
  await box.act('execute', { id });
});

test('a suspended member’s new key signs only when it is back', async () => {
  const box = await Box.running({ members: ['alice', 'bob', 'carol', 'dave'] });
  await box.decide('suspend', { account: 'bob', seconds: 500 });
  await box.setKey('bob', 9);
  assert.deepEqual(box.producer()?.keys, [key(0), key(2), key(3)]);
  box.wait(500);
  await box.act('resume', { account: 'bob' });
  assert.deepEqual(box.producer()?.keys, [key(0), key(9), key(2), key(3)]);
});

test('a keyless member that is suspended comes back without a key', async () => {
  const box = await Box.running({ members: ['alice', 'bob', 'carol', 'dave'] });
  await box.self('dropkey', 'bob');
  await box.decide('suspend', { account: 'bob', seconds: 10 });
  box.wait(10);
  await box.act('resume', { account: 'bob' });
  assert.deepEqual([box.seat('bob')?.signing, box.seat('bob')?.voting], [false, true]);
  assert.deepEqual(box.producer()?.keys, [key(0), key(2), key(3)]);
});
