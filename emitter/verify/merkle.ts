import { passingSha256, sha256 } from '../../common/canonical.ts';

/** The block ids so far as nodeos keeps them: only the nodes of the tree that later appends still need. */
export interface IncrementalMerkle {
  nodes: Buffer[];
  count: number;
}

/** Root of the tree; zeros for an empty one. Source: Leap incremental_merkle.hpp, `get_root`. */
export function rootOf(merkle: IncrementalMerkle): Buffer {
  return merkle.nodes[merkle.nodes.length - 1] ?? Buffer.alloc(32);
}

/** The tree with one more leaf; the given one stays as it is, for branches share it. Source: ibid., `append`. */
export function append(merkle: IncrementalMerkle, leaf: Buffer): IncrementalMerkle {
  const nodes: Buffer[] = [];
  let partial = false;
  let index = merkle.count;
  let top = leaf;
  let next = 0;
  for (let depth = depthFor(merkle.count + 1) - 1; depth > 0; depth--) {
    if ((index & 1) === 0) {
      if (!partial) nodes.push(top);
      top = hashPair(top, top, sha256);
      partial = true;
    } else {
      const left = merkle.nodes[next++] as Buffer;
      if (partial) nodes.push(left);
      top = hashPair(left, top, sha256);
    }
    index = Math.floor(index / 2);
  }
  nodes.push(top);
  return { nodes, count: merkle.count + 1 };
}

/** Two nodes side by side, written over for each pair: a node of a tree is hashed ten times a block and more. */
const pair = Buffer.alloc(64);

/** `hash` is sha256 where the node is kept. Left and right are told apart by the top bit of their first byte. Source: Leap merkle.cpp, `make_canonical_pair`. */
function hashPair(left: Buffer, right: Buffer, hash = passingSha256): Buffer {
  left.copy(pair, 0);
  right.copy(pair, 32);
  pair[0] = (pair[0] as number) & 0x7f;
  pair[32] = (pair[32] as number) | 0x80;
  return hash(pair);
}

/** Levels of a tree of `count` leaves: that of the next power of two, plus one. */
function depthFor(count: number): number {
  let depth = 1;
  for (let width = 1; width < count; width *= 2) depth++;
  return depth;
}

/** Root over leaves that come one by one: what nodeos computes of a block's receipts. Source: Leap merkle.cpp, `merkle`. */
export class LeafMerkle {
  /** The finished left part of each level that waits for its right one, leaves first. */
  private readonly waiting: (Buffer | null)[] = [];

  add(leaf: Buffer): void {
    let node = leaf;
    let level = 0;
    for (let left = this.waiting[level]; left; left = this.waiting[++level]) {
      node = hashPair(left, node);
      this.waiting[level] = null;
    }
    this.waiting[level] = node;
  }

  /** Zeros for no leaves. An odd last node of a level is paired with itself. Nothing may be added afterwards. */
  root(): Buffer {
    const top = this.waiting.length - 1;
    let node: Buffer | null = null;
    for (const [level, left] of this.waiting.entries()) {
      if (left && node) node = hashPair(left, node);
      else if (left) node = level === top ? left : hashPair(left, left);
      else if (node) node = hashPair(node, node);
    }
    return node ?? Buffer.alloc(32);
  }
}
