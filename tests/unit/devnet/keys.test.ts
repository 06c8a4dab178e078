import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { PrivateKey, Signature } from 'eosjs/dist/eosjs-key-conversions.js';
import { privateKeyBytes } from '../../../common/keys.ts';
import { KeyRing, privateKey } from '../../../devnet/keys.ts';
import { signTransaction } from '../../../devnet/sign.ts';

const dir = mkdtempSync(path.join(tmpdir(), 'keys-'));
after(() => rmSync(dir, { recursive: true, force: true }));

test('a seed gives the same keys again, another seed or label others, no seed random ones', () => {
  const key = new KeyRing(7).pair('member1').private;
  assert.equal(new KeyRing(7).pair('member1').private, key);
  const others = [new KeyRing(8).pair('member1'), new KeyRing(7).pair('member2'), new KeyRing().pair('member1')];
  assert.equal(new Set([key, ...others.map((pair) => pair.private)]).size, 4);
  assert.match(new KeyRing(7).pair('member1').public, /^EOS/);
});

test('the key file maps account and public key to the private key, for this user only', () => {
  const ring = new KeyRing(7);
  const pair = ring.pair('member1');
  const file = path.join(dir, 'keys.json');
  ring.save(file);
  const keys = JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>;
  assert.deepEqual(keys, { member1: pair.private, [pair.public]: pair.private });
  assert.equal(statSync(file).mode & 0o777, 0o600);
  assert.throws(() => privateKey(keys, 'nobody'), { code: 'keys', message: /nobody/ });
});

test('native signatures are canonical and recover to the key', () => {
  const pair = new KeyRing(7).pair('load');
  const chainId = 'ab'.repeat(32);
  for (let i = 0; i < 20; i++) {
    const data = Buffer.from([i, 1, 2, 3]);
    const text = signTransaction(chainId, data, privateKeyBytes(pair.private));
    const parts = [Buffer.from(chainId, 'hex'), data, Buffer.alloc(32)];
    const digest = createHash('sha256').update(Buffer.concat(parts)).digest();
    const signature = Signature.fromString(text);
    assert.equal(signature.recover(digest, false).toLegacyString(), pair.public);
    assert.ok((Buffer.from(signature.toBinary()).at(1) ?? 255) < 0x80);
  }
  assert.equal(PrivateKey.fromString(pair.private).getPublicKey().toLegacyString(), pair.public);
});

test('a forgotten key is not saved', () => {
  const ring = new KeyRing(7);
  ring.pair('pooldac');
  const kept = ring.pair('member1').private;
  ring.forget('pooldac');
  const file = path.join(dir, 'fewer.json');
  ring.save(file);
  assert.deepEqual(new Set(Object.values(JSON.parse(readFileSync(file, 'utf8')))), new Set([kept]));
});
