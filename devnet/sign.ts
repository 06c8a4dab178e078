import { createHash } from 'node:crypto';
import { Numeric } from 'eosjs';
import secp256k1 from 'secp256k1';

const NO_CONTEXT_FREE_DATA = Buffer.alloc(32);

/** The 32 bytes of a K1 private key in text form. */
export function privateKeyBytes(text: string): Uint8Array {
  return Numeric.stringToPrivateKey(text).data.slice(0, 32);
}

/** Signs a serialized transaction natively, which is about thirty times as fast as eosjs. */
export function signTransaction(chainId: string, serialized: Uint8Array, key: Uint8Array): string {
  const hash = createHash('sha256').update(Buffer.from(chainId, 'hex')).update(serialized);
  const data = signCompact(hash.update(NO_CONTEXT_FREE_DATA).digest(), key);
  return Numeric.signatureToString({ type: Numeric.KeyType.k1, data });
}

/**
 * A digest's K1 signature in nodeos' compact form: 31 plus the recovery id, then r and s. nodeos takes only
 * canonical signatures, those whose r does not begin with a set bit; half of all do.
 */
export function signCompact(digest: Uint8Array, key: Uint8Array): Uint8Array {
  const attempt = Buffer.alloc(32);
  for (let i = 1; ; i++) {
    attempt.writeUInt32LE(i);
    const { signature, recid } = secp256k1.ecdsaSign(digest, key, { data: attempt });
    if (isCanonical(signature)) return Uint8Array.from([recid + 31, ...signature]);
  }
}

function isCanonical(signature: Uint8Array): boolean {
  return [0, 32].every((at) => {
    const [first = 0, second = 0] = signature.subarray(at, at + 2);
    return first < 0x80 && !(first === 0 && second < 0x80);
  });
}
