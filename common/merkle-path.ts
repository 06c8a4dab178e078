import { leafHash, levelAbove, pairHash } from './canonical.ts';

/**
 * What proves that a leaf is in the tree of `merkleRoot`: from the leaf up the other half of each pair, as "l" or "r", the side that it stands on,
 * with 64 hex digits. A node that goes up alone adds nothing. Throws RangeError for an index that is none.
 */
export function merklePath(leaves: Buffer[], index: number): string[] {
  if (!(index >= 0 && index < leaves.length)) throw new RangeError(`there is no leaf ${index} of ${leaves.length}`);
  const path: string[] = [];
  let level = leaves.map(leafHash);
  for (let at = index; level.length > 1; at >>= 1) {
    const other = level[at ^ 1];
    if (other) path.push(`${at % 2 === 0 ? 'r' : 'l'}${other.toString('hex')}`);
    level = levelAbove(level);
  }
  return path;
}

/** The root that a leaf and its path lead to, in hex; null for a path of another form. */
export function rootOfPath(leaf: Buffer, path: string[]): string | null {
  let node = leafHash(leaf);
  for (const step of path) {
    if (!/^[lr][0-9a-f]{64}$/.test(step)) return null;
    const other = Buffer.from(step.slice(1), 'hex');
    node = step.startsWith('l') ? pairHash(other, node) : pairHash(node, other);
  }
  return node.toString('hex');
}
