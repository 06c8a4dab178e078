import { createHash, hash } from 'node:crypto';

/** Up to this size it is faster to put parts together than to make a hash object: 1.7 µs instead of 2.3. */
const small = Buffer.alloc(8192);

/** The hash of all parts, one after the other. */
export function sha256(...parts: (Buffer | string)[]): Buffer {
  return hashOf(parts, ofItsOwn);
}

/**
 * The same for a hash that is soon forgotten: 0.5 µs of 64 bytes in place of 1.1. It is a part of 4 kB, all of which are kept for as long as it
 * is, and so of memory that nothing else is a part of, as it would be of Node's pool.
 */
export function passingSha256(...parts: (Buffer | string)[]): Buffer {
  return hashOf(parts, ofTheSlab);
}

function hashOf(parts: (Buffer | string)[], one: (data: Buffer | string) => Buffer): Buffer {
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return one(only);
  let size = 0;
  for (const part of parts) {
    if (typeof part === 'string' || size + part.length > small.length) return longHash(parts);
    size += part.copy(small, size);
  }
  return one(small.subarray(0, size));
}

function ofItsOwn(data: Buffer | string): Buffer {
  return hash('sha256', data, 'buffer');
}

let slab = Buffer.alloc(4096);
let used = 0;

/** By way of a string: the buffer that Node makes takes longer than the hash. */
function ofTheSlab(data: Buffer | string): Buffer {
  if (used === slab.length) {
    slab = Buffer.alloc(slab.length);
    used = 0;
  }
  const digest = slab.subarray(used, used + 32);
  used += 32;
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
  let level = leaves.map(leafHash);
  while (level.length > 1) level = levelAbove(level);
  // A copy, which keeps no slab of the others.
  return Buffer.from(level[0] as Buffer);
}

/** Of a leaf in the tree of `merkleRoot`. */
export function leafHash(leaf: Buffer): Buffer {
  return passingSha256(LEAF, leaf);
}

/** Of two nodes in it. */
export function pairHash(left: Buffer, right: Buffer): Buffer {
  return passingSha256(NODE, left, right);
}

/** The nodes above some in it: a last one that has no other goes up as it is. */
export function levelAbove(level: Buffer[]): Buffer[] {
  const above: Buffer[] = [];
  for (let i = 0; i < level.length; i += 2) {
    const [left, right] = [level[i] as Buffer, level[i + 1]];
    above.push(right ? pairHash(left, right) : left);
  }
  return above;
}
