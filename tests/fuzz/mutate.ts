import type { Random } from '../../common/random.ts';

/** Inputs do not grow beyond this, so that a million of them fit an evening. */
const MAX_BYTES = 4096;
const BYTES = [0, 1, 2, 0x7f, 0x80, 0xfe, 0xff];
/** Counts and lengths at their limits: varuints that are long, largest, or too long. */
const NUMBERS = [
  '00',
  '7f',
  'ff01',
  'ffff03',
  'ffffffff0f',
  'ffffffff7f',
  'ffffffffffff',
  '8080808000',
  '80808080808000',
];
const U32 = [0, 1, 0x7fffffff, 0x80000000, 0xffffffff, 0xfffffffe, 8 * 1024 * 1024, 8 * 1024 * 1024 + 1];
/** Where a signed_block's fields stand in its frame. Source: docs/wire.md. */
const BLOCK_FIELDS = [5, 9, 17, 19, 51, 115, 119, 120, 121];

/** A new input out of known ones: some raw or structured changes in a row. */
export function mutate(inputs: readonly Buffer[], random: Random): Buffer {
  let bytes: Buffer = Buffer.from(pick(inputs, random));
  for (let n = 1 + random.below(4); n > 0; n--) bytes = step(bytes, inputs, random);
  return bytes.length > MAX_BYTES ? bytes.subarray(0, MAX_BYTES) : bytes;
}

function step(bytes: Buffer, inputs: readonly Buffer[], random: Random): Buffer {
  const at = random.below(bytes.length + 1);
  const length = Math.min(random.below(64), bytes.length - at);
  switch (random.below(14)) {
    case 0:
      return changed(bytes, at, (byte) => byte ^ (1 << random.below(8)));
    case 1:
      return changed(bytes, at, () => pick(BYTES, random));
    case 2:
      return changed(bytes, at, () => random.below(256));
    case 3:
      return bytes.subarray(0, at);
    case 4:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)]);
    case 5:
      return Buffer.concat([
        bytes.subarray(0, at + length),
        bytes.subarray(at, at + length),
        bytes.subarray(at + length),
      ]);
    case 6:
      return Buffer.concat([bytes.subarray(0, at), random.bytes(random.below(32)), bytes.subarray(at)]);
    case 7: {
      const other = pick(inputs, random);
      return Buffer.concat([bytes.subarray(0, at), other.subarray(random.below(other.length + 1))]);
    }
    case 8:
      return Buffer.concat([bytes.subarray(0, at), Buffer.from(pick(NUMBERS, random), 'hex'), bytes.subarray(at + 1)]);
    case 9:
      return withU32(bytes, Math.max(0, at - 4), pick(U32, random));
    case 10:
      return withU32(bytes, pick(BLOCK_FIELDS, random), random.below(2) ? pick(U32, random) : random.below(2 ** 32));
    case 11:
      return Buffer.concat([bytes, pick(inputs, random)]);
    case 12:
      return changed(bytes, 4, () => random.below(14));
    default:
      // The length in front made right again, so that what is behind is looked at.
      return withU32(bytes, 0, Math.max(0, bytes.length - 4));
  }
}

function changed(bytes: Buffer, at: number, change: (byte: number) => number): Buffer {
  if (at < bytes.length) bytes[at] = change(bytes[at] as number) & 0xff;
  return bytes;
}

function withU32(bytes: Buffer, at: number, value: number): Buffer {
  if (at + 4 <= bytes.length) bytes.writeUInt32LE(value >>> 0, at);
  return bytes;
}

function pick<T>(values: readonly T[], random: Random): T {
  return values[random.below(values.length)] as T;
}
