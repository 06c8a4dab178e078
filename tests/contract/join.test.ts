import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { stringToSignature } from 'eosjs/dist/eosjs-numeric.js';
import { Box } from './support/box.ts';
import { testKey } from './support/keys.ts';
import { NO_AUTHORITY, refuses } from './support/refuses.ts';
import { payers } from './support/thief.ts';

const OTHER_HASH = createHash('sha256').update('something else').digest('hex');
const key = (n: number) => testKey(n).pub;
const NO_PROOF = /the proof does not fit key 00[0-9a-f]{66}: it must be its signature for this chain, pool, account/;
const FILED_WRONG =
  /the proof that dave filed does not fit its key 00[0-9a-f]{66}: it has to call setkey with one that does, or leave/;
const packed = (proof: string) => `00${Buffer.from(stringToSignature(proof).data).toString('hex')}`;

/** Proofs by dave that are good for another key, account, chain, pool or constitution than his with key 3. */
function wrongProofs(box: Box): string[] {
  return [
    box.proof('dave', 4),
    box.proof('erin', 3),
    box.proof('dave', 3, { chainId: OTHER_HASH }),
    box.proof('dave', 3, { dac: 'otherdac' }),
    box.proof('dave', 3, { terms: OTHER_HASH }),
  ];
}

test('join files an applicant without a seat', async () => {
  const box = await Box.live();
  await box.join('dave', 3, { payee: 'bob', url: 'https://d.example', location: 372, owners: 'erin' });
  const member = box.member('dave') ?? {};
  assert.deepEqual(
    [member.status, member.index, member.key, member.payee, member.url, member.location, member.terms, member.owners],
    [0, 255, key(3), 'bob', 'https://d.example', 372, 1, 'erin'],
  );
  assert.equal(box.seat('dave'), undefined);
  assert.deepEqual([member.proof, member.proof_terms], [packed(box.proof('dave', 3)), 1]);
  assert.equal(box.rows('keys').length, 3, 'the key is not taken before it is proven');
});

test('join needs the account’s authority', async () => {
  const box = await Box.live();
  await refuses(box.act('join', box.joinData('dave', 3), 'bob'), NO_AUTHORITY);
});

test('a founder, and who joins an open pool, proves the key at once', async () => {
  const founding = await Box.founding({ members: ['dave'] });
  for (const proof of wrongProofs(founding)) await refuses(founding.join('dave', 3, { proof }), NO_PROOF);
  await founding.join('dave', 3);
  const box = await Box.live();
  await box.decide('config', { figure: 'bond', value: 100 });
  await box.decide('config', { figure: 'open', value: 1 });
  await box.deposit('dave', 100);
  for (const proof of wrongProofs(box)) await refuses(box.join('dave', 3, { proof }), NO_PROOF);
  await box.join('dave', 3);
  for (const pool of [founding, box]) {
    const { status, proof, proof_terms } = pool.member('dave') ?? {};
    assert.deepEqual([status, proof, proof_terms], [1, '', 0]);
    assert.ok(!payers(pool, 'keys').includes('dac'), 'who signs pays for the row of its key');
  }
});

test('where members vote the proof is checked when the admission is proposed', async () => {
  const box = await Box.live();
  for (const proof of wrongProofs(box)) {
    await box.join('dave', 3, { proof });
    await refuses(box.propose('admit', { account: 'dave' }), FILED_WRONG);
    await box.self('leave', 'dave');
    assert.deepEqual([box.member('dave')?.proof, box.member('dave')?.proof_terms], ['', 0]);
  }
  await box.join('dave', 3);
  await box.decide('admit', { account: 'dave' });
});

test('setkey mends an application with a wrong proof, also for the same key', async () => {
  const box = await Box.live();
  await box.join('dave', 3, { proof: box.proof('erin', 3) });
  const wrong = { account: 'dave', key: key(3), proof: box.proof('dave', 4) };
  await refuses(box.act('setkey', wrong, 'dave'), NO_PROOF);
  await box.setKey('dave', 3);
  assert.deepEqual([box.member('dave')?.proof, box.member('dave')?.proof_terms], ['', 0]);
  assert.ok(!payers(box, 'keys').includes('dac'), 'the applicant has signed, so it pays');
  await refuses(box.setKey('dave', 3), /is dave's signing key already/);
  await box.decide('admit', { account: 'dave' });
  assert.equal(box.seat('dave')?.key, key(3));
});

test('the admission takes the key into the history, at the pool’s cost, and erases the proof', async () => {
  const box = await Box.live();
  await box.join('dave', 3);
  const id = await box.propose('admit', { account: 'dave' });
  assert.equal(box.rows('keys').length, 3);
  await box.pass(id);
  const [used] = box.rows('keys').filter((row) => row.account === 'dave');
  assert.deepEqual([used?.key, used?.until], [key(3), '1970-01-01T00:00:00']);
  assert.equal(payers(box, 'keys').filter((payer) => payer === 'dac').length, 1);
  const { proof, proof_terms } = box.member('dave') ?? {};
  assert.deepEqual([proof, proof_terms], ['', 0]);
});

test('who left and joined again between proposal and execution has to show its new key', async () => {
  const box = await Box.live();
  await box.join('dave', 3);
  const id = await box.propose('admit', { account: 'dave' });
  await box.voteAll(id);
  await box.count(id);
  box.wait(10);
  await box.self('leave', 'dave');
  await refuses(box.act('execute', { id }), /dave left or was expelled: it has to join again first/);
  await box.join('dave', 5, { proof: box.proof('dave', 3) });
  await refuses(box.act('execute', { id }), FILED_WRONG);
  assert.equal(box.seat('dave'), undefined);
  await box.setKey('dave', 5);
  await box.act('execute', { id });
  assert.equal(box.seat('dave')?.key, key(5));
});

test('two accounts with the proofs of one key: the first admitted has it', async () => {
  const box = await Box.live();
  await box.join('dave', 3);
  await box.join('erin', 3);
  const ids = [await box.propose('admit', { account: 'dave' }), await box.propose('admit', { account: 'erin' })];
  for (const id of ids) await box.voteAll(id);
  await box.count(...ids);
  box.wait(10);
  await box.act('execute', { id: ids[1] });
  const taken = /key 00[0-9a-f]{66} was used by erin: take a key that no member ever used/;
  await refuses(box.act('execute', { id: ids[0] }), taken);
  await refuses(box.propose('admit', { account: 'dave' }), taken);
  await box.setKey('dave', 4);
  await box.act('execute', { id: ids[0] });
});

test('join refuses other terms than the pool’s', async () => {
  const box = await Box.live();
  const data = { terms: OTHER_HASH, proof: box.proof('dave', 3, { terms: OTHER_HASH }) };
  await refuses(box.join('dave', 3, data), new RegExp(`terms ${OTHER_HASH} are not the pool's: agree to ${box.terms}`));
});

test('join refuses a key of another type than K1', async () => {
  const box = await Box.live();
  const r1 = 'PUB_R1_6FPFZqw5ahYrR9jD96yDbbDNTdKtNqRbze6oTDLntrsANgQKZu';
  await refuses(box.join('dave', 3, { key: r1 }), /a signing key must be of type K1 \(0\), this one is of type 1/);
});

test('join refuses bad payees, long texts, the pool itself, and a second time', async () => {
  const box = await Box.live();
  await refuses(box.join('dave', 3, { payee: 'nobody' }), /payee nobody is no account on this chain/);
  await refuses(box.join('dave', 3, { payee: 'dac' }), /payee dac belongs to the pool itself/);
  await refuses(box.join('dave', 3, { payee: 'poolbp' }), /payee poolbp belongs to the pool itself/);
  await refuses(box.join('dave', 3, { url: 'ü'.repeat(128) }), /the url has 256 bytes: at most 255 are allowed/);
  await refuses(box.join('dave', 3, { owners: 'o'.repeat(256) }), /the owners has 256 bytes: at most 255 are allowed/);
  for (const account of ['dac', 'poolbp']) {
    const attempt = box.act('join', box.joinData(account, 3, { payee: 'bob' }), account);
    await refuses(attempt, new RegExp(`${account} is the pool itself and cannot be a member`));
  }
  await box.join('dave', 3, { url: 'u'.repeat(255), owners: 'ü'.repeat(127) });
  await refuses(box.join('dave', 4), /dave has joined already/);
  await refuses(box.join('alice', 4), /alice has joined already/);
});

test('an applicant can leave at once and join again', async () => {
  const box = await Box.live();
  await box.join('dave', 3);
  await box.self('leave', 'dave');
  assert.deepEqual([box.member('dave')?.status, box.seat('dave')], [4, undefined]);
  await refuses(box.self('leave', 'dave'), /dave is no member any more/);
  await box.join('dave', 3);
  assert.equal(box.member('dave')?.status, 0);
});

test('a vote admits, on probation, to the lowest free seat', async () => {
  const box = await Box.live({ figures: { probation: 1000 } });
  await refuses(box.propose('admit', { account: 'dave' }), /dave is not a member: it would have to join first/);
  await refuses(box.propose('admit', { account: 'bob' }), /bob is a member already/);
  await box.join('dave', 3);
  await box.decide('admit', { account: 'dave' });
  const seat = box.seat('dave') ?? {};
  assert.deepEqual([seat.index, seat.since, seat.until, seat.voting, seat.signing], [3, box.window, 0, true, true]);
  assert.deepEqual([box.member('dave')?.status, box.member('dave')?.index], [1, 3]);
  const on = /dave is on probation for 1000 more seconds: it has no vote until then/;
  await refuses(box.propose('register', { on: true }, 'dave'), on);
});

test('probation ends by itself: then the member votes on what is proposed later', async () => {
  const box = await Box.live({ figures: { probation: 100 } });
  await box.enrol('dave', 3);
  const before = await box.propose('register', { on: true });
  box.wait(99);
  await refuses(box.propose('url', { url: 'x', location: 1 }, 'dave'), /on probation for 1 more seconds/);
  box.wait(1);
  const id = await box.propose('url', { url: 'x', location: 1 }, 'dave');
  await box.vote(id, 'dave');
  await refuses(box.vote(before, 'dave'), /the vote on proposal \d+ is over/);
});

test('who is admitted during a vote has no vote on it', async () => {
  const box = await Box.live({ figures: { votetime: 100 } });
  await box.join('dave', 3);
  const admit = await box.propose('admit', { account: 'dave' });
  await box.voteAll(admit);
  box.wait(50);
  const running = await box.propose('register', { on: true }, 'bob');
  box.wait(50);
  await box.act('tally', { id: admit });
  box.wait(10);
  await box.act('execute', { id: admit });
  await refuses(
    box.vote(running, 'dave'),
    /dave was not an active member past its probation when proposal 2 was made: it has no vote on it/,
  );
  box.wait(40);
  await box.act('tally', { id: running });
  assert.equal(box.proposal(running)?.electors, 3);
});

test('an applicant has to agree to new terms before it is admitted', async () => {
  const box = await Box.live();
  await box.join('dave', 3);
  await box.decide('terms', { terms: OTHER_HASH });
  await refuses(
    box.propose('admit', { account: 'dave' }),
    /dave agreed to version 1 of the terms: it has to agree to version 2 first/,
  );
  await box.act('agree', { account: 'dave', terms: OTHER_HASH }, 'dave');
  assert.deepEqual([box.member('dave')?.terms, box.member('dave')?.proof_terms], [2, 1]);
  await box.decide('admit', { account: 'dave' });
});

test('agreeing to new terms does not make a wrong proof good', async () => {
  const box = await Box.live();
  await box.join('dave', 3, { proof: box.proof('dave', 3, { terms: OTHER_HASH }) });
  await box.decide('terms', { terms: OTHER_HASH });
  await box.act('agree', { account: 'dave', terms: OTHER_HASH }, 'dave');
  await refuses(box.propose('admit', { account: 'dave' }), FILED_WRONG);
});

test('admissions are kept apart', async () => {
  const box = await Box.live({ figures: { changegap: 1000 } });
  box.wait(1000);
  for (const [i, account] of ['dave', 'erin'].entries()) await box.join(account, 3 + i);
  const ids = [await box.propose('admit', { account: 'dave' }), await box.propose('admit', { account: 'erin' })];
  for (const id of ids) await box.voteAll(id);
  await box.count(...ids);
  box.wait(10);
  await box.act('execute', { id: ids[0] });
  box.wait(999);
  const late = box.act('execute', { id: ids[1] });
  await refuses(late, /the last admission was less than 1000 seconds ago: wait 1 more seconds/);
  box.wait(1);
  await box.act('execute', { id: ids[1] });
});

test('an open pool admits anybody with a bond at once, on probation', async () => {
  const pool = await Box.live({ figures: { probation: 1000 } });
  await pool.decide('config', { figure: 'bond', value: 5000 });
  await pool.decide('config', { figure: 'open', value: 1 });
  await refuses(pool.join('dave', 3), /dave has no deposit: call open, then transfer with the memo "deposit"/);
  await pool.deposit('dave', 4999);
  await refuses(pool.join('dave', 3), /the bond is 0.5000 EOS and dave has 0.4999 EOS free/);
  await pool.deposit('dave', 2);
  await pool.join('dave', 3);
  assert.deepEqual([pool.member('dave')?.status, pool.member('dave')?.bond, pool.free('dave')], [1, 5000, 1]);
  assert.equal(pool.seat('dave')?.voting, true);
  await refuses(pool.propose('register', { on: true }, 'dave'), /dave is on probation for 1000 more seconds/);
});

test('setpayee changes where the pay goes, and is the member’s own', async () => {
  const box = await Box.live();
  const set = (payee: string, by = 'alice') => box.act('setpayee', { account: 'alice', payee }, by);
  await refuses(set('bob', 'bob'), NO_AUTHORITY);
  await refuses(set('nobody'), /payee nobody is no account/);
  await refuses(set('dac'), /payee dac belongs to the pool itself/);
  await refuses(set('poolbp'), /payee poolbp belongs to the pool itself/);
  await set('stranger');
  assert.equal(box.member('alice')?.payee, 'stranger');
});

test('setinfo changes what a member says of itself, and is its own', async () => {
  const box = await Box.running();
  const set = (changes = {}, by = 'alice') =>
    box.act('setinfo', { account: 'alice', url: 'https://new', location: 7, owners: 'bob', ...changes }, by);
  await refuses(set({}, 'bob'), NO_AUTHORITY);
  await refuses(set({ account: 'stranger' }, 'stranger'), /stranger is not a member/);
  await refuses(set({ url: 'u'.repeat(256) }), /the url has 256 bytes: at most 255 are allowed/);
  await refuses(set({ owners: 'ü'.repeat(128) }), /the owners has 256 bytes: at most 255 are allowed/);
  await set();
  const { url, location, owners, key: signing, status } = box.member('alice') ?? {};
  assert.deepEqual([url, location, owners, signing, status], ['https://new', 7, 'bob', key(0), 1]);
  assert.equal(box.producer()?.url, 'https://pool.example', 'the pool’s own url is another one');
});
