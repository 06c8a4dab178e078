import { createHash, hash } from 'node:crypto';

/** Up to this size it is faster to put parts together than to make a hash object: 0.5 µs instead of 1.1. */
const small = Buffer.alloc(8192);

/** The hash of all parts, one after the other. */
export function sha256(...parts: (Buffer | string)[]): Buffer {
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return hashOf(only);
  let size = 0;
  for (const part of parts) {
    if (typeof part === 'string' || size + part.length > small.length) return longHash(parts);
    size += part.copy(small, size);
  }
  return hashOf(small.subarray(0, size));
}

/** By way of a string, for a buffer that Node makes of a hash takes longer than the hash: 1.05 µs of 64 bytes in place of 0.46. */
function hashOf(data: Buffer | string): Buffer {
  const digest = Buffer.allocUnsafe(32);
  digest.write(hash('sha256', data, 'binary'), 0, 32, 'latin1');
  return digest;
}

function longHash(parts: (Buffer | string)[]): Buffer {
  const object = createHash('sha256');
  for (const part of parts) object.update(part);
  return object.digest();
}

/**
 * JSON with keys sorted and nothing undefined: equal values give equal bytes, so that they can be hashed. Numbers must be
 * safe integers: floating point has no place in anything that is hashed.
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value)) throw new RangeError(`${value} is not a safe integer and cannot be hashed`);
    return String(value);
  }
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const prototype = Object.getPrototypeOf(Object(value));
  if (typeof value !== 'object' || (prototype !== Object.prototype && prototype !== null)) {
    throw new TypeError(
      `a ${typeof value} (${String(value)}) has no canonical form; give it as a string or an integer`,
    );
  }
  let text = '';
  for (const key of Object.keys(value).sort()) {
    const field = (value as Record<string, unknown>)[key];
    if (field !== undefined) text += `${text && ','}${JSON.stringify(key)}:${canonicalJson(field)}`;
  }
  return `{${text}}`;
}

const LEAF = Buffer.from([0]);
const NODE = Buffer.from([1]);

/**
 * Merkle root over hashes, as in RFC 6962: sha256(0 ‖ leaf), sha256(1 ‖ left ‖ right), an odd last node goes up as it is, so no
 * other list of leaves has the same root; 32 zero bytes for no leaves.
 */
export function merkleRoot(leaves: Buffer[]): Buffer {
  if (leaves.length === 0) return Buffer.alloc(32);
  let level = leaves.map((leaf) => sha256(LEAF, leaf));
  while (level.length > 1) {
    const next: Buffer[] = [];
    for (let i = 0; i < level.length; i += 2) {
      const [left, right] = [level[i] as Buffer, level[i + 1]];
      next.push(right ? sha256(NODE, left, right) : left);
    }
    level = next;
  }
  return level[0] as Buffer;
}
