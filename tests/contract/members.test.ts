import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { signJoin } from '../../contracts/proof.ts';
import { Box, CHAIN_ID, TERMS } from './support/box.ts';
import { testKey } from './support/keys.ts';
import { NO_AUTHORITY, refuses } from './support/refuses.ts';

const OTHER_HASH = createHash('sha256').update('something else').digest('hex');
const key = (n: number) => testKey(n).pub;
const NO_PROOF = /the proof does not fit key 00[0-9a-f]{66}: it must be its signature for this chain, pool, account/;

function proof(account: string, keyNumber: number, changes: { chainId?: string; dac?: string; terms?: string } = {}) {
  const pair = testKey(keyNumber);
  return signJoin({ chainId: CHAIN_ID, dac: 'dac', account, key: pair.pub, terms: TERMS, ...changes }, pair.priv);
}

test('join files an applicant without a seat', async () => {
  const box = await Box.create();
  await box.join('alice', 0, { payee: 'bob', url: 'https://a.example', location: 372 });
  const member = box.member('alice');
  assert.deepEqual(
    [member?.status, member?.index, member?.key, member?.payee, member?.url, member?.location, member?.terms],
    [0, 255, key(0), 'bob', 'https://a.example', 372, TERMS],
  );
  assert.equal(box.rows('seats').length, 0);
  assert.deepEqual(
    box.rows('keys').map((row) => [row.account, row.key]),
    [['alice', key(0)]],
  );
});

test('join needs the account’s authority', async () => {
  const box = await Box.create();
  await refuses(box.act('join', box.joinData('alice', 0), 'bob'), NO_AUTHORITY);
});

test('join refuses a proof that is not for exactly this membership', async () => {
  const box = await Box.create();
  const attempts = [
    proof('alice', 1),
    proof('bob', 0),
    proof('alice', 0, { chainId: OTHER_HASH }),
    proof('alice', 0, { dac: 'otherdac' }),
    proof('alice', 0, { terms: OTHER_HASH }),
  ];
  for (const attempt of attempts) await refuses(box.join('alice', 0, { proof: attempt }), NO_PROOF);
  await box.join('alice', 0);
});

test('join refuses other terms than the pool’s', async () => {
  const box = await Box.create();
  const data = { terms: OTHER_HASH, proof: proof('alice', 0, { terms: OTHER_HASH }) };
  await refuses(box.join('alice', 0, data), new RegExp(`terms ${OTHER_HASH} are not the pool's: agree to ${TERMS}`));
});

test('join refuses a key of another type than K1', async () => {
  const box = await Box.create();
  const r1 = 'PUB_R1_6FPFZqw5ahYrR9jD96yDbbDNTdKtNqRbze6oTDLntrsANgQKZu';
  await refuses(box.join('alice', 0, { key: r1 }), /a signing key must be of type K1 \(0\), this one is of type 1/);
});

test('join refuses bad payees, long urls, and a second time', async () => {
  const box = await Box.create();
  await refuses(box.join('alice', 0, { payee: 'nobody' }), /payee nobody is no account on this chain/);
  await refuses(box.join('alice', 0, { payee: 'dac' }), /payee dac belongs to the pool itself/);
  await refuses(box.join('alice', 0, { payee: 'poolbp' }), /payee poolbp belongs to the pool itself/);
  await refuses(box.join('alice', 0, { url: 'ü'.repeat(128) }), /the url has 256 bytes: at most 255 are allowed/);
  await refuses(box.act('join', box.joinData('dac', 0, { payee: 'bob' }), 'dac'), /dac is the pool itself/);
  await box.join('alice', 0, { url: 'u'.repeat(255) });
  await refuses(box.join('alice', 1), /alice has joined already/);
});

test('a key that another account ever used is refused for good', async () => {
  const box = await Box.running();
  await refuses(box.join('dave', 0), /key 00[0-9a-f]{66} was used by alice: take a key that no member ever used/);
  await box.act('setkey', { account: 'alice', key: key(7), proof: proof('alice', 7) }, 'alice');
  await refuses(box.join('dave', 0), /was used by alice/);
  await refuses(box.join('dave', 7), /was used by alice/);
  await refuses(box.act('setkey', { account: 'bob', key: key(0), proof: proof('bob', 0) }, 'bob'), /was used by alice/);
  await box.act('setkey', { account: 'alice', key: key(0), proof: proof('alice', 0) }, 'alice');
  assert.equal(box.member('alice')?.key, key(0));
});

test('an applicant can leave and join again', async () => {
  const box = await Box.create();
  await box.join('alice', 0);
  await box.act('leave', { account: 'alice' }, 'alice');
  assert.equal(box.member('alice'), undefined);
  await box.join('alice', 0);
});

test('admit gives the lowest free seat', async () => {
  const box = await Box.create();
  await refuses(box.act('admit', { account: 'alice' }, 'dac'), /alice is not a member: it would have to join first/);
  await box.join('alice', 0);
  await refuses(box.act('admit', { account: 'alice' }, 'alice'), NO_AUTHORITY);
  await box.act('admit', { account: 'alice' }, 'dac');
  await refuses(box.act('admit', { account: 'alice' }, 'dac'), /alice is active already/);
  await box.enrol('bob', 1);
  assert.deepEqual(
    box.rows('seats').map((seat) => [seat.index, seat.account, seat.since, seat.until]),
    [
      [0, 'alice', box.window, 0],
      [1, 'bob', box.window, 0],
    ],
  );
  assert.deepEqual([box.member('alice')?.status, box.member('bob')?.index], [1, 1]);
});

test('register hands all active keys to the system contract, any one of which may sign', async () => {
  const box = await Box.create();
  await refuses(box.act('register', { on: true }, 'alice'), NO_AUTHORITY);
  await refuses(
    box.act('register', { on: true }, 'dac'),
    /no member is active: admit one before the producer is registered/,
  );
  await refuses(box.act('register', { on: false }, 'dac'), /producer poolbp is not registered/);
  await box.enrol('alice', 0);
  await box.enrol('bob', 1);
  await box.join('carol', 2);
  assert.equal(box.producer(), undefined);
  await box.act('register', { on: true }, 'dac');
  assert.deepEqual(box.producer(), {
    keys: [key(0), key(1)],
    url: 'https://pool.example',
    location: 840,
    active: true,
  });
  await box.act('register', { on: false }, 'dac');
  assert.equal(box.producer()?.active, false);
});

test('the signing authority follows admit, setkey and leave in the same transaction', async () => {
  const box = await Box.running();
  assert.deepEqual(box.producer()?.keys, [key(0), key(1), key(2)]);
  await box.enrol('dave', 3);
  assert.deepEqual(box.producer()?.keys, [key(0), key(1), key(2), key(3)]);
  await box.act('setkey', { account: 'bob', key: key(9), proof: proof('bob', 9) }, 'bob');
  assert.deepEqual(box.producer()?.keys, [key(0), key(9), key(2), key(3)]);
  await box.act('leave', { account: 'alice' }, 'alice');
  assert.deepEqual(box.producer()?.keys, [key(9), key(2), key(3)]);
});

test('an unregistered pool is not registered again by a change of members', async () => {
  const box = await Box.running();
  await box.act('register', { on: false }, 'dac');
  await box.enrol('dave', 3);
  await box.act('leave', { account: 'alice' }, 'alice');
  await box.act('setkey', { account: 'bob', key: key(9), proof: proof('bob', 9) }, 'bob');
  assert.equal(box.producer()?.active, false);
  assert.deepEqual(box.producer()?.keys, [key(0), key(1), key(2)]);
});

test('the last active member cannot leave while the pool is registered', async () => {
  const box = await Box.running();
  await box.act('leave', { account: 'alice' }, 'alice');
  await refuses(box.act('leave', { account: 'alice' }, 'alice'), /alice left already/);
  await box.act('leave', { account: 'bob' }, 'bob');
  await refuses(
    box.act('leave', { account: 'carol' }, 'carol'),
    /carol is the last active member: unregister the producer/,
  );
  await box.act('register', { on: false }, 'dac');
  await box.act('leave', { account: 'carol' }, 'carol');
});

test('leave, setkey and setpayee are the member’s own', async () => {
  const box = await Box.running();
  await refuses(box.act('leave', { account: 'alice' }, 'bob'), NO_AUTHORITY);
  await refuses(box.act('setkey', { account: 'alice', key: key(9), proof: proof('alice', 9) }, 'bob'), NO_AUTHORITY);
  await refuses(box.act('setpayee', { account: 'alice', payee: 'bob' }, 'bob'), NO_AUTHORITY);
  await refuses(box.act('leave', { account: 'dave' }, 'dave'), /dave is not a member/);
});

test('setkey wants a new key and the proof that it is held', async () => {
  const box = await Box.running();
  await refuses(
    box.act('setkey', { account: 'alice', key: key(0), proof: proof('alice', 0) }, 'alice'),
    /signing key already/,
  );
  await refuses(box.act('setkey', { account: 'alice', key: key(9), proof: proof('alice', 0) }, 'alice'), NO_PROOF);
  await box.act('leave', { account: 'alice' }, 'alice');
  const late = box.act('setkey', { account: 'alice', key: key(9), proof: proof('alice', 9) }, 'alice');
  await refuses(late, /alice left: it has no signing key to change/);
});

test('setpayee changes where the pay goes', async () => {
  const box = await Box.running();
  await refuses(box.act('setpayee', { account: 'alice', payee: 'nobody' }, 'alice'), /payee nobody is no account/);
  await refuses(
    box.act('setpayee', { account: 'alice', payee: 'dac' }, 'alice'),
    /payee dac belongs to the pool itself/,
  );
  await box.act('setpayee', { account: 'alice', payee: 'stranger' }, 'alice');
  assert.equal(box.member('alice')?.payee, 'stranger');
});

test('a seat is given again only when its last window is closed and nothing is owed', async () => {
  const box = await Box.running();
  await box.settle(1);
  await box.act('leave', { account: 'alice' }, 'alice');
  await refuses(box.join('alice', 0), /alice left and is still in the books/);
  await box.enrol('dave', 3);
  assert.equal(box.member('dave')?.index, 3);
  await box.settle(1, [1, 2, 3]);
  await box.earn(10_000);
  await box.act('close');
  assert.equal(box.member('alice')?.status, 2, 'it stays while it is owed');
  await box.act('claim', { account: 'alice' });
  assert.equal(box.member('alice'), undefined);
  await box.enrol('alice', 0);
  assert.equal(box.member('alice')?.index, 0);
});

test('a hundred members fit, with the longest url, and not one more', async () => {
  const box = await Box.create({ url: 'u'.repeat(255) });
  const names = Array.from(
    { length: 101 },
    (_, i) => `m${[...i.toString(5).padStart(4, '0')].map((d) => Number(d) + 1).join('')}`,
  );
  box.accounts(...names);
  for (const [i, name] of names.entries()) await box.join(name, i);
  for (const name of names.slice(0, 100)) await box.act('admit', { account: name }, 'dac');
  await box.act('register', { on: true }, 'dac');
  assert.equal(box.producer()?.keys.length, 100);
  const inline = box.chain.actionTraces.find((trace) => String(trace.action) === 'regproducer2');
  assert.ok((inline?.data.length ?? Infinity) < 4096, 'an inline action holds at most 4,096 bytes');
  await refuses(box.act('admit', { account: names[100] }, 'dac'), /all 100 seats are taken/);
});
