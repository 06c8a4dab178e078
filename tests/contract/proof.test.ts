import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { Signature } from 'eosjs/dist/Signature.js';
import { eligibleBitmap, isProof, joinDigest, reportHash, signJoin } from '../../contracts/proof.ts';
import { testKey } from './support/keys.ts';

// The public key of the well-known development key 5KQwrPbwdL6PhXujxW37FSSQZ1JiwsST4cqQzDeyXtP79zkvFD3.
const DEV_KEY = 'EOS6MRyAjQq8ud7hVNYcfnVPJqcVpscN5So8BhtHuGYqET5GDW5CV';
const DEV_POINT = '02c0ded2bc1f1305fb0faac5e6c03ee3a1924234985427b6167ca569d13df435cf';
const membership = { chainId: '11'.repeat(32), dac: 'dac', account: 'alice', key: DEV_KEY, terms: '22'.repeat(32) };

test('the join digest is over domain, chain, pool, account, key and terms, byte by byte', () => {
  const bytes = Buffer.concat([
    Buffer.from('bppool.join.v1'),
    Buffer.from('11'.repeat(32), 'hex'),
    name('dac'),
    name('alice'),
    Buffer.from(`00${DEV_POINT}`, 'hex'),
    Buffer.from('22'.repeat(32), 'hex'),
  ]);
  assert.equal(bytes.length, 14 + 32 + 8 + 8 + 34 + 32);
  assert.equal(joinDigest(membership).toString('hex'), createHash('sha256').update(bytes).digest('hex'));
});

test('the proof is a signature of the key itself, in either spelling of the key', () => {
  const pair = testKey(1);
  const mine = { ...membership, key: pair.pub };
  const signer = Signature.fromString(signJoin(mine, pair.priv)).recover(joinDigest(mine), false);
  assert.equal(signer.toString(), pair.pub);
  assert.deepEqual(joinDigest({ ...mine, key: signer.toLegacyString() }), joinDigest(mine));
});

test('a proof is refused for another key, and for hashes that are none', () => {
  assert.throws(() => signJoin(membership, testKey(1).priv), /the private key does not belong to EOS6MRy/);
  assert.throws(() => joinDigest({ ...membership, terms: 'abc' }), /the terms hash is "abc": it must be 64 hex digits/);
  assert.throws(() => joinDigest({ ...membership, account: 'ALICE' }), /"ALICE" is not an account name/);
});

test('a proof is told from those for another membership, and from what is none', () => {
  const pair = testKey(1);
  const mine = { ...membership, key: pair.pub };
  const proof = signJoin(mine, pair.priv);
  assert.ok(isProof(mine, proof));
  const others = [
    { ...mine, chainId: '33'.repeat(32) },
    { ...mine, dac: 'other' },
    { ...mine, account: 'bob' },
    { ...mine, key: DEV_KEY },
    { ...mine, terms: '33'.repeat(32) },
  ];
  for (const other of others) assert.equal(isProof(other, proof), false, JSON.stringify(other));
  for (const none of ['', 'SIG_K1_', proof.slice(0, -1), DEV_KEY]) assert.equal(isProof(mine, none), false, none);
});

test('the bitmap has bit i of byte j for index 8j + i, without trailing zero bytes', () => {
  assert.equal(eligibleBitmap([]).toString('hex'), '');
  assert.equal(eligibleBitmap([0, 1, 2]).toString('hex'), '07');
  assert.equal(eligibleBitmap([9, 3]).toString('hex'), '0802');
  assert.equal(eligibleBitmap([99]).length, 13);
});

test('the report hash is over the packed fields', () => {
  const report = {
    window: 258,
    eligible: Buffer.from('07', 'hex'),
    metricsHash: '33'.repeat(32),
    logRoot: '44'.repeat(32),
    strategy: 'sticky',
    version: '1',
  };
  const bytes = `0201000000000000${'0107'}${'33'.repeat(32)}${'44'.repeat(32)}06${Buffer.from('sticky').toString('hex')}0131`;
  assert.equal(reportHash(report), createHash('sha256').update(Buffer.from(bytes, 'hex')).digest('hex'));
});

/** Names as nodeos packs them, written down: 5 bits a character from the top, little endian. */
function name(text: 'dac' | 'alice'): Buffer {
  return Buffer.from({ dac: '0000000000009049', alice: '0000000000855c34' }[text], 'hex');
}
