import { createHash } from 'node:crypto';
import { KeyType, stringToPublicKey } from 'eosjs/dist/eosjs-numeric.js';
import { PrivateKey } from 'eosjs/dist/PrivateKey.js';
import { Signature } from 'eosjs/dist/Signature.js';
import { PoolError } from '../common/errors.ts';
import { stringToName } from '../common/name.ts';

const JOIN_DOMAIN = 'bppool.join.v1';

export interface Membership {
  /** 32 bytes in hex. */
  chainId: string;
  /** The contract's account. */
  dac: string;
  account: string;
  /** The signing key, as EOS… or PUB_K1_…. */
  key: string;
  /** sha256 of the constitution in hex. */
  terms: string;
}

/** What a joining member's signing key signs: this key, for this account, in this pool, on this chain, to these terms. */
export function joinDigest({ chainId, dac, account, key, terms }: Membership): Buffer {
  return createHash('sha256')
    .update(JOIN_DOMAIN)
    .update(hash32('the chain id', chainId))
    .update(packName(dac))
    .update(packName(account))
    .update(packKey(key))
    .update(hash32('the terms hash', terms))
    .digest();
}

/** The proof that `join` and `setkey` want, SIG_K1_…: made from the membership, never from a digest handed in. */
export function signJoin(membership: Membership, privateKey: string): string {
  const signer = PrivateKey.fromString(privateKey);
  if (!packKey(signer.getPublicKey().toString()).equals(packKey(membership.key))) {
    throw new PoolError('proof', `the private key does not belong to ${membership.key}: sign with that key's own`);
  }
  return signer.sign(joinDigest(membership), false).toString();
}

/** Whether the contract would take this proof, SIG_K1_…; false also for what is no signature at all. */
export function isProof(membership: Membership, proof: string): boolean {
  const key = packKey(membership.key);
  const digest = joinDigest(membership);
  try {
    return packKey(Signature.fromString(proof).recover(digest, false).toString()).equals(key);
  } catch {
    return false; // no signature, or none from which a key can be recovered
  }
}

export interface WindowReport {
  window: number | bigint;
  eligible: Uint8Array;
  metricsHash: string;
  logRoot: string;
  strategy: string;
  version: string;
}

/** The hash by which the contract compares reports. */
export function reportHash(report: WindowReport): string {
  return createHash('sha256')
    .update(uint64(BigInt(report.window)))
    .update(prefixed(report.eligible))
    .update(hash32('the metrics hash', report.metricsHash))
    .update(hash32('the log root', report.logRoot))
    .update(prefixed(Buffer.from(report.strategy)))
    .update(prefixed(Buffer.from(report.version)))
    .digest('hex');
}

/** The bitmap of the given member indexes, without trailing zero bytes: bit i of byte j stands for index 8j + i. */
export function eligibleBitmap(indexes: Iterable<number>): Buffer {
  const bytes: number[] = [];
  for (const index of indexes) {
    const at = index >> 3;
    while (bytes.length <= at) bytes.push(0);
    bytes[at] = (bytes[at] ?? 0) | (1 << (index & 7));
  }
  return Buffer.from(bytes);
}

function packName(name: string): Buffer {
  return uint64(stringToName(name));
}

function packKey(text: string): Buffer {
  const key = stringToPublicKey(text);
  if (key.type !== KeyType.k1) throw new PoolError('proof', `${text} is not a K1 key, and only those sign blocks`);
  return Buffer.concat([Buffer.from([0]), key.data]);
}

function hash32(what: string, hex: string): Buffer {
  if (!/^[0-9a-f]{64}$/i.test(hex)) throw new PoolError('proof', `${what} is "${hex}": it must be 64 hex digits`);
  return Buffer.from(hex, 'hex');
}

function uint64(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(value);
  return bytes;
}

/** Bytes behind their length as varuint32; all of ours are shorter than 128. */
function prefixed(bytes: Uint8Array): Buffer {
  if (bytes.length > 127) throw new PoolError('report', `${bytes.length} bytes are more than a report's field holds`);
  return Buffer.concat([Buffer.from([bytes.length]), bytes]);
}
