/** Bitmaps of the contract, in hex: bit i of byte j, from the lowest, is the seat with the index 8j + i; zero bytes at the end are left out. */

/** Whether a bitmap of the contract has a member's bit. */
export function hasBit(bitmap: string, index: number): boolean {
  const byte = Buffer.from(bitmap, 'hex')[index >> 3] ?? 0;
  return (byte & (1 << (index & 7))) !== 0;
}

/** The same bitmap with one more bit. */
export function withBit(bitmap: string, index: number): string {
  const bytes = Buffer.from(bitmap, 'hex');
  const longer = Buffer.concat([bytes, Buffer.alloc(Math.max(0, (index >> 3) + 1 - bytes.length))]);
  longer[index >> 3] = (longer[index >> 3] ?? 0) | (1 << (index & 7));
  return longer.toString('hex');
}

/** The bitmap with just these bits. */
export function bitmapOf(indexes: number[]): string {
  return indexes.reduce(withBit, '');
}
