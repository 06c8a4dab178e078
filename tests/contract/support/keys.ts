import { createHash } from 'node:crypto';
import { KeyType, privateKeyToString } from 'eosjs/dist/eosjs-numeric.js';
import { PrivateKey } from 'eosjs/dist/PrivateKey.js';

export interface KeyPair {
  pub: string;
  priv: string;
}

/** A signing key for tests only, the same one for the same number. */
export function testKey(n: number): KeyPair {
  const data = createHash('sha256').update(`test key ${n}`).digest();
  const priv = privateKeyToString({ type: KeyType.k1, data });
  return { priv, pub: PrivateKey.fromString(priv).getPublicKey().toString() };
}
