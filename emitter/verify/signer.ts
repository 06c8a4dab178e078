import secp256k1 from 'secp256k1';
import { sha256 } from '../../common/canonical.ts';
import type { Signature } from '../decode/reader.ts';

/**
 * What a legacy (pre-Savanna) block signature covers. Source: Leap block_header_state.cpp, `sig_digest`.
 * @param headerDigest sha256 of the packed header
 * @param blockRoot root over all ids before the block's
 * @param scheduleHash pending schedule hash, the header's own change included
 */
export function signatureDigest(headerDigest: Buffer, blockRoot: Buffer, scheduleHash: Buffer): Buffer {
  return sha256(sha256(headerDigest, blockRoot), scheduleHash);
}

const COMPACT_BASE = 27 + 4;

/** The K1 public key ("0:hex") that made a compact signature over a digest, or null when nodeos would take none from it. */
export function recoverKey(digest: Buffer, signature: Signature): string | null {
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

/** Both numbers are positive and as short as can be. Source: Leap elliptic_common.cpp, `is_canonical`. */
export function isCanonical(bytes: Buffer): boolean {
  return isShortest(bytes.readUInt16BE(1)) && isShortest(bytes.readUInt16BE(33));
}

/** From a number's first two bytes: the top bit is free, and the first byte is needed for the number. */
function isShortest(top: number): boolean {
  return top >= 0x80 && top < 0x8000;
}
