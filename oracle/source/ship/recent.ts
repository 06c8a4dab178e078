import { PoolError } from '../../../common/errors.ts';
import type { Block } from '../source.ts';
import type { Sighting } from './decode.ts';
import type { Position } from './protocol.ts';

/** A streamed block, and the reports in it when traces are streamed as well. */
export interface Seen {
  block: Block;
  reports: Sighting[];
}

/**
 * The newest blocks of the chain as the state history streams them, without gaps, each linked to the one before. A number that comes
 * again with another id is a fork: it replaces the block and all above it. What is irreversible stays.
 */
export class RecentBlocks {
  private readonly most: number;
  private blocks: Seen[] = [];
  /** The newest irreversible one that is here. */
  private settled: Block | null = null;
  /** Forks so far, and the blocks they replaced. */
  forks = 0;
  replaced = 0;

  /** @param most blocks that are kept; more than are reversible on any chain */
  constructor(most: number) {
    this.most = most;
  }

  get irreversible(): Block | null {
    return this.settled;
  }

  get newest(): Block | null {
    return this.blocks.at(-1)?.block ?? null;
  }

  /** Throws PoolError `ship` for a block that cannot follow: the stream is to be begun anew. */
  add(seen: Seen): void {
    const { block } = seen;
    const known = this.seen(block.num);
    if (known?.block.id === block.id) return;
    if (this.settled && block.num <= this.settled.num) {
      throw broken(
        `block ${block.num} came as ${block.id}, and was irreversible as ${known?.block.id ?? 'another one'}`,
      );
    }
    const last = this.seen(block.num - 1)?.block;
    if (this.blocks.length > 0 && !last) throw broken(`block ${block.num} came after ${this.newest?.num}`);
    if (last && last.id !== block.previous) throw broken(`block ${block.num} does not follow the one before it`);
    if (known) this.replace(block.num);
    this.blocks.push(seen);
    if (this.blocks.length > this.most) this.blocks.shift();
  }

  /**
   * Notes what the node says is irreversible, and gives the blocks that became so by it, oldest first. Throws PoolError `ship` when
   * the block with that number is another one here.
   */
  settle({ num, id }: Position): Seen[] {
    const here = this.seen(num);
    if (here && here.block.id !== id) {
      throw broken(`block ${num} is irreversible as ${id}, and was streamed as ${here.block.id}`);
    }
    const from = this.settled?.num ?? 0;
    const fresh = this.blocks.filter(({ block }) => block.num > from && block.num <= num);
    this.settled = fresh.at(-1)?.block ?? this.settled;
    return fresh;
  }

  /** An irreversible block, or null when it is not here. */
  get(num: number): Block | null {
    if (!this.settled || num > this.settled.num) return null;
    return this.seen(num)?.block ?? null;
  }

  /** Forgets what is reversible: the stream begins anew after the last irreversible block. */
  rewind(): void {
    const { settled } = this;
    this.blocks = settled ? this.blocks.filter(({ block }) => block.num <= settled.num) : [];
  }

  clear(): void {
    this.blocks = [];
    this.settled = null;
  }

  private replace(num: number): void {
    const keep = this.blocks.findIndex(({ block }) => block.num === num);
    this.forks++;
    this.replaced += this.blocks.length - keep;
    this.blocks.length = keep;
  }

  private seen(num: number): Seen | undefined {
    const first = this.blocks[0];
    return first && this.blocks[num - first.block.num];
  }
}

function broken(why: string): PoolError {
  return new PoolError('ship', `the state history contradicts itself: ${why}`);
}
