import { Numeric } from 'eosjs';
import secp256k1 from 'secp256k1';
import { privateKeyBytes } from './keys.ts';

/** A K1 key that signs; `id` is its public half as "type:hex". */
export interface SigningKey {
  secret: Uint8Array;
  id: string;
}

/** What a compact signature's first byte is above its recovery number, for a compressed key. */
const COMPACT_BASE = 27 + 4;

/** From a private key in text form ("5…" or "PVT_K1_…"); null for a key of another type. */
export function signingKeyOf(text: string): SigningKey | null {
  if (Numeric.stringToPrivateKey(text).type !== Numeric.KeyType.k1) return null;
  const secret = privateKeyBytes(text);
  return { secret, id: `0:${Buffer.from(secp256k1.publicKeyCreate(secret, true)).toString('hex')}` };
}

/**
 * Signs 32 bytes; gives the 65 of the compact form. nodeos takes only canonical signatures, whose r and s do not begin
 * with a set bit, so others are made anew with another number mixed in. Source: fc elliptic_secp256k1.cpp, `is_canonical`.
 */
export function signDigest(digest: Uint8Array, secret: Uint8Array): Buffer {
  const attempt = Buffer.alloc(32);
  for (let i = 1; ; i++) {
    attempt.writeUInt32LE(i);
    const { signature, recid } = secp256k1.ecdsaSign(digest, secret, { data: attempt });
    const compact = Buffer.from([COMPACT_BASE + recid, ...signature]);
    if (isCanonical(compact)) return compact;
  }
}

/** The same as "type:hex", the form that the log has. */
export function signText(digest: Uint8Array, key: SigningKey): string {
  return `0:${signDigest(digest, key.secret).toString('hex')}`;
}

/** The K1 public key ("0:hex") that made a compact signature over a digest, or null when nodeos would take none from it. */
export function recoverKey(digest: Buffer, signature: { type: number; bytes: Buffer }): string | null {
  const recovery = (signature.bytes[0] ?? 0) - COMPACT_BASE;
  if (signature.type !== 0 || recovery < 0 || recovery > 3 || !isCanonical(signature.bytes)) return null;
  try {
    const key = secp256k1.ecdsaRecover(signature.bytes.subarray(1), recovery, digest, true);
    return `0:${Buffer.from(key).toString('hex')}`;
  } catch {
    // The library throws for numbers that are no point on the curve: the peer's bytes, not a fault of ours.
    return null;
  }
}

/** Whether a signature of the form "0:hex" over a digest is that key's. Any text gives an answer. */
export function isSignedBy(digest: Buffer, signature: string, key: string): boolean {
  if (typeof signature !== 'string' || !/^0:[0-9a-f]{130}$/.test(signature)) return false;
  return recoverKey(digest, { type: 0, bytes: Buffer.from(signature.slice(2), 'hex') }) === key;
}

/** Whether both numbers of the 65 bytes are positive and as short as can be. Source: fc elliptic_common.cpp, `is_canonical`. */
export function isCanonical(compact: Buffer): boolean {
  return isShortest(compact.readUInt16BE(1)) && isShortest(compact.readUInt16BE(33));
}

/** From a number's first two bytes: the top bit is free, and the first byte is needed for the number. */
function isShortest(top: number): boolean {
  return top >= 0x80 && top < 0x8000;
}
