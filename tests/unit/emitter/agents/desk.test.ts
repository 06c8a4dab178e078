import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { AgentKey } from '../../../../agent/proof.ts';
import { KeyRing } from '../../../../devnet/keys.ts';
import { AgentDesk } from '../../../../emitter/agents/desk.ts';
import { Nonces } from '../../../../emitter/agents/nonces.ts';
import { cases, fc } from '../../../support/property.ts';

const dir = mkdtempSync(path.join(tmpdir(), 'bppool-desk-'));
after(() => rmSync(dir, { recursive: true, force: true }));

const ring = new KeyRing(5);
const CHAIN = 'c1'.repeat(32);
const HERE = 'http://127.0.0.1:9701';

function keyOf(name: string): AgentKey {
  const file = path.join(dir, `${name}.key`);
  writeFileSync(file, ring.pair(name).private, { mode: 0o600 });
  return new AgentKey(file);
}

const ann = keyOf('ann');
const eve = keyOf('eve');

function desk(chainId: string | null = CHAIN): AgentDesk {
  const account = (signer: string) => (signer === ann.signer ? 'ann' : null);
  return new AgentDesk({ pool: 'poolbp', address: HERE, chainId: () => chainId, account });
}

function request(key: AgentKey, nonce: string, other: object = {}): string {
  const signature = key.sign({ chainId: CHAIN, pool: 'poolbp', nonce, address: HERE, ...other });
  return JSON.stringify({ nonce, signature });
}

test('who signs a fresh nonce with a member’s key is let in as that member', () => {
  const admission = desk().admit(request(ann, desk().hello(0).nonce), 0);
  assert.deepEqual(admission.ok, false, 'a nonce of another process');
  const one = desk();
  const { pool, address, nonce } = one.hello(1000);
  assert.deepEqual([pool, address], ['poolbp', HERE]);
  const let_in = one.admit(request(ann, nonce), 2000);
  assert.ok(let_in.ok);
  assert.deepEqual([let_in.session.signer, let_in.session.member], [ann.signer, 'ann']);
  assert.match(let_in.session.token, /^[0-9a-f]{64}$/);
});

test('a key that is no member’s, a signature for another emitter, pool or chain: refused', () => {
  const one = desk();
  const { nonce } = one.hello(0);
  const bad = [
    request(eve, nonce),
    request(ann, nonce, { address: 'http://127.0.0.1:9999' }),
    request(ann, nonce, { pool: 'poolbq' }),
    request(ann, nonce, { chainId: 'c2'.repeat(32) }),
  ];
  for (const body of bad) {
    const admission = one.admit(body, 0);
    assert.ok(!admission.ok && admission.status === 403, body);
  }
  assert.ok(one.admit(request(ann, nonce), 0).ok, 'the refused ones did not use up the nonce');
});

test('a nonce counts once and for ten seconds', () => {
  const one = desk();
  const { nonce } = one.hello(0);
  const body = request(ann, nonce);
  const late = one.admit(request(ann, one.hello(0).nonce), 10_001);
  assert.ok(!late.ok && /nonce is old/.test(late.error));
  assert.ok(one.admit(body, 10_000).ok);
  const again = one.admit(body, 10_000);
  assert.ok(!again.ok && /nonce is old, was used/.test(again.error));
});

test('until the relay node has told the chain nobody is let in', () => {
  const one = desk(null);
  const admission = one.admit(request(ann, one.hello(0).nonce), 0);
  assert.ok(!admission.ok && admission.status === 503);
});

test('whatever text comes, the answer is a refusal and nothing is thrown', () => {
  const one = desk();
  const nonce = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes).toString('hex'));
  const signature = fc.uint8Array({ minLength: 65, maxLength: 65 }).map((bytes) => Buffer.from(bytes).toString('hex'));
  const shaped = fc.record({ nonce, signature }).map((body) => JSON.stringify(body));
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json(), shaped), (body) => {
      assert.equal(one.admit(body, 0).ok, false);
    }),
    cases(300),
  );
});

test('nonces that were changed do not count, and memory is bounded', () => {
  const nonces = new Nonces();
  const nonce = nonces.make(5);
  for (let at = 0; at < nonce.length; at += 7) {
    const other = nonce[at] === '0' ? '1' : '0';
    assert.equal(nonces.use(nonce.slice(0, at) + other + nonce.slice(at + 1), 5), false);
  }
  assert.equal(nonces.use('', 5), false);
  assert.equal(nonces.use(nonce, 5), true);
  const many = Array.from({ length: 9000 }, () => nonces.use(nonces.make(5), 5));
  assert.equal(many.filter((used) => used).length, 8191, 'with the one above');
  assert.equal(nonces.use(nonces.make(20_000), 20_000), true, 'old ones made room');
});
