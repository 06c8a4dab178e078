import { sha256 } from './canonical.ts';
import type { ReportData } from './filed-reports.ts';

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

function prefixed(bytes: Buffer): Buffer {
  const length: number[] = [];
  let rest = bytes.length;
  do {
    length.push((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0));
    rest >>= 7;
  } while (rest > 0);
  return Buffer.concat([Buffer.from(length), bytes]);
}
