import secp256k1 from 'secp256k1';
import { sha256 } from '../../common/canonical.ts';

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

/** The K1 public key ("0:hex") that made a compact signature over a digest, or null when none can be recovered. */
export function recoverKey(digest: Buffer, signature: { type: number; bytes: Buffer }): string | null {
  const recovery = (signature.bytes[0] ?? 0) - COMPACT_BASE;
  if (signature.type !== 0 || recovery < 0 || recovery > 3) return null;
  try {
    const key = secp256k1.ecdsaRecover(signature.bytes.subarray(1), recovery, digest, true);
    return `0:${Buffer.from(key).toString('hex')}`;
  } catch {
    // The library throws for numbers that are no point on the curve: the peer's bytes, not a fault of ours.
    return null;
  }
}
