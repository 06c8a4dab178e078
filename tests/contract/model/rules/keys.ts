import { createHash } from 'node:crypto';
import secp256k1 from 'secp256k1';
import { stringToName } from '../../../../common/name.ts';
import { seconds } from './chain.ts';
import { demand } from './refusal.ts';
import { configOf } from './setup.ts';
import type { Member, Pool } from './state.ts';

// Keys and signatures are hex of their packed form: a type byte, then 33 or 65 bytes.

export const NO_KEY = '00'.repeat(34);

export function sha256(...parts: (Uint8Array | string)[]): Buffer {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
}

export function packName(name: string): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(stringToName(name));
  return bytes;
}

export function isK1(key: string): boolean {
  return key.startsWith('00');
}

/** What the holder of the key signs: this key for this account in this pool on this chain, to these terms. */
export function membershipDigest(chainId: string, pool: string, account: string, key: string, terms: string): Buffer {
  const hex = (text: string) => Buffer.from(text, 'hex');
  return sha256('bppool.join.v1', hex(chainId), packName(pool), packName(account), hex(key), hex(terms));
}

export function requireProof(p: Pool, account: string, key: string, proof: string): void {
  demand(isK1(key), 'must be of type K1');
  demand(isSignedBy(p, account, key, configOf(p).terms, proof), 'the proof does not fit key');
}

function isSignedBy(p: Pool, account: string, key: string, terms: string, proof: string): boolean {
  const digest = membershipDigest(configOf(p).chain_id, p.self, account, key, terms);
  const signature = Buffer.from(proof, 'hex');
  const recovered = secp256k1.ecdsaRecover(signature.subarray(2), ((signature[1] ?? 0) - 27) & 3, digest, true);
  return `00${Buffer.from(recovered).toString('hex')}` === key;
}

/** While an application is voted on its key is only a claim: neither checked nor in the history, so it bars nobody. */
export function requireFiling(p: Pool, account: string, key: string): void {
  demand(isK1(key), 'must be of type K1');
  requireUnused(p, account, key);
}

export function isProven(member: Member): boolean {
  return member.proof === '';
}

/** Of an applicant whose admission is proposed or executed. */
export function requireOwnKey(p: Pool, { account, key, proof, proof_terms }: Member): void {
  if (proof === '') return;
  requireUnused(p, account, key);
  const terms = p.terms.get(proof_terms)?.hash ?? '';
  demand(isSignedBy(p, account, key, terms, proof), 'filed does not fit its key');
}

function requireUnused(p: Pool, account: string, key: string): void {
  const used = p.keys.get(keyId(key));
  demand(!used || used.account === account, 'take a key that no member ever used');
}

export function keyId(key: string): bigint {
  return sha256(Buffer.from(key, 'hex')).readBigUInt64BE(0);
}

/** No key is ever used by two members; one's own old key may come back. */
export function takeKey(p: Pool, account: string, key: string): void {
  requireUnused(p, account, key);
  const id = keyId(key);
  const used = p.keys.get(id);
  if (used) used.until = 0;
  else p.keys.set(id, { account, key, since: seconds(p.chain), until: 0 });
}

/** A key that was never proven is in no use, and may be another's. */
export function endKey(p: Pool, { key, keyless, proof }: Member): void {
  if (keyless || proof !== '') return;
  const used = p.keys.get(keyId(key));
  if (used) used.until = seconds(p.chain);
}
