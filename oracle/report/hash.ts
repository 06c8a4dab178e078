export { reportHash } from '../../common/report-hash.ts';

/** Bit i of byte j stands for the member with index 8j + i; the contract wants no zero bytes at the end. */
export function bitmap(indexes: number[]): string {
  const bytes = Buffer.alloc(indexes.length === 0 ? 0 : (Math.max(...indexes) >> 3) + 1);
  for (const index of indexes) bytes[index >> 3] = (bytes[index >> 3] ?? 0) | (1 << (index & 7));
  return bytes.toString('hex');
}
