import { sha256 } from '../../common/canonical.ts';

export { isCanonical, recoverKey } from '../../common/signature.ts';

/**
 * What a legacy (pre-Savanna) block signature covers. Source: Leap block_header_state.cpp, `sig_digest`.
 * @param headerDigest sha256 of the packed header
 * @param blockRoot root over all ids before the block's
 * @param scheduleHash pending schedule hash, the header's own change included
 */
export function signatureDigest(headerDigest: Buffer, blockRoot: Buffer, scheduleHash: Buffer): Buffer {
  return sha256(sha256(headerDigest, blockRoot), scheduleHash);
}
