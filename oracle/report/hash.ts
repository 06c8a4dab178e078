import { sha256 } from '../../common/canonical.ts';
import type { ReportData } from '../source/chain.ts';

/** The hash under which the contract files a report: two oracles agree when theirs are equal. */
export function reportHash(data: ReportData): string {
  const window = Buffer.alloc(8);
  window.writeBigUInt64LE(BigInt(data.window));
  return sha256(
    window,
    prefixed(Buffer.from(data.eligible, 'hex')),
    Buffer.from(data.metrics_hash, 'hex'),
    Buffer.from(data.log_root, 'hex'),
    prefixed(Buffer.from(data.strategy)),
    prefixed(Buffer.from(data.version)),
  ).toString('hex');
}

/** Bit i of byte j stands for the member with index 8j + i; the contract wants no zero bytes at the end. */
export function bitmap(indexes: number[]): string {
  const bytes = Buffer.alloc(indexes.length === 0 ? 0 : (Math.max(...indexes) >> 3) + 1);
  for (const index of indexes) bytes[index >> 3] = (bytes[index >> 3] ?? 0) | (1 << (index & 7));
  return bytes.toString('hex');
}

function prefixed(bytes: Buffer): Buffer {
  const length: number[] = [];
  let rest = bytes.length;
  do {
    length.push((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0));
    rest >>= 7;
  } while (rest > 0);
  return Buffer.concat([Buffer.from(length), bytes]);
}
