/** A block's place in time. */
export interface Placed {
  num: number;
  slot: number;
}

/**
 * Number of the first block whose slot is not before `target`. Each block is at least one slot after the one before: that
 * bounds the number from both sides, as many blocks apart as slots were missed, and a binary search does the rest.
 * `last`: a block that is not before it.
 */
export async function firstBlockFrom(
  chain: { block(num: number): Promise<{ slot: number }> },
  target: number,
  last: Placed,
): Promise<number> {
  let low = Math.max(1, last.num - (last.slot - target));
  const { slot } = await chain.block(low);
  if (slot >= target) return low;
  let high = Math.min(last.num, low + (target - slot));
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((await chain.block(middle)).slot < target) low = middle;
    else high = middle;
  }
  return high;
}
