import type { BlockRef } from '../../emitter/select/types.ts';

/** A simulated block with the part of nodeos' block_header_state that fork choice and irreversibility need. */
export interface Block extends BlockRef {
  parent: Block | null;
  /** Index in the schedule. */
  producer: number;
  confirmed: number;
  /** Made by a node that had transactions of its own: differs from all others' blocks for the slot. */
  content: string;
  /** dpos_proposed_irreversible_blocknum and dpos_irreversible_blocknum. */
  proposed: number;
  irreversible: number;
  confirmCount: number[];
  lastImplied: number[];
  lastProduced: number[];
  /** Of a block whose body execution refuses: who signed it. */
  forgedBy?: string;
  /** Stands for its bytes where real code wants a frame. */
  frame: Buffer;
}

/**
 * All blocks of a simulated chain. Two nodes that make the same empty block for a slot make one block: its id does not
 * cover the signature.
 */
export class BlockTree {
  readonly genesis: Block;
  readonly producers: number;
  private readonly known = new Map<string, Block>();
  private readonly byFrame = new WeakMap<Buffer, Block>();
  private serial = 0;

  constructor(producers: number, slot: number) {
    this.producers = producers;
    const num = 1000;
    const each = () => new Array<number>(producers).fill(num);
    this.genesis = this.enter({
      ...{ id: '', num, slot, previous: 'none', parent: null, producer: 0, confirmed: 0, content: '' },
      ...{ proposed: num, irreversible: num, confirmCount: [], lastImplied: each(), lastProduced: each() },
      frame: Buffer.alloc(0),
    });
  }

  of(frame: Buffer): Block {
    return this.byFrame.get(frame) as Block;
  }

  /**
   * The block on a parent; null when nodeos refuses to build it: "producer double-confirming known range". Source: Leap v5.0.3
   * block_header_state.cpp, `next` and `calc_dpos_last_irreversible`.
   */
  next(parent: Block, slot: number, producer: number, confirmed: number, content: string): Block | null {
    const num = parent.num + 1;
    if ((parent.lastProduced[producer] as number) >= num - confirmed) return null;
    const key = `${parent.id}/${slot}/${confirmed}/${content}`;
    const same = this.known.get(key);
    if (same) return same;
    const confirmCount = [...parent.confirmCount, Math.floor((this.producers * 2) / 3) + 1];
    const proposed = confirm(confirmCount, num, confirmed + 1) ?? parent.proposed;
    const implied = parent.lastImplied.map((each, i) => (i === producer ? parent.proposed : each));
    const irreversible = [...implied].sort((a, b) => a - b)[Math.floor((implied.length - 1) / 3)] as number;
    const lastProduced = parent.lastProduced.map((each, i) => (i === producer ? num : each));
    const place = { id: '', num, slot, previous: parent.id, parent, producer, confirmed, content };
    const dpos = { proposed, irreversible, confirmCount, lastImplied: implied, lastProduced };
    const block = this.enter({ ...place, ...dpos, frame: Buffer.alloc(0) });
    this.known.set(key, block);
    return block;
  }

  /** A block with a right header and a body that execution refuses; null when nodeos would not even take the header. */
  forge(parent: Block, slot: number, producer: number, signer: string): Block | null {
    const forged = this.next(parent, slot, producer, 0, `forged by ${signer}`);
    if (forged) forged.forgedBy = signer;
    return forged;
  }

  private enter(block: Block): Block {
    block.id = `${block.num}.${++this.serial}`;
    this.byFrame.set(block.frame, block);
    return block;
  }
}

/** Counts a block's confirmations down, newest first; gives the number of the block that has enough, and cuts the list behind it. */
function confirm(counts: number[], num: number, blocks: number): number | null {
  for (let i = counts.length - 1, left = blocks; i >= 0 && left > 0; i--, left--) {
    counts[i] = (counts[i] as number) - 1;
    if (counts[i] !== 0) continue;
    const found = num - (counts.length - 1 - i);
    counts.splice(0, i + 1);
    return found;
  }
  return null;
}

type Height = { irreversible?: number; num: number };

/** nodeos' order: irreversible height, then height. Source: Leap fork_database.cpp, `first_preferred`. */
export function isPreferred(block: Height, than: Height): boolean {
  const [own, others] = [block.irreversible ?? 0, than.irreversible ?? 0];
  if (own !== others) return own > others;
  return block.num > than.num;
}

/** Whether a block is another, or built on it. */
export function isOn(block: Block, ancestor: Block): boolean {
  let at: Block | null = block;
  while (at && at.num > ancestor.num) at = at.parent;
  return at === ancestor;
}
