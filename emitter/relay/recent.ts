import { LIMITS } from '../limits.ts';

export interface RecentBlock {
  id: string;
  num: number;
  slot: number;
  previous: string;
  /** Whether the pool's account is its producer. */
  pool: boolean;
  frame: Buffer;
}

/** The newest public blocks with their bytes, emitted ones included, for members whose way to the relay node is down. */
export class RecentBlocks {
  private blocks: RecentBlock[] = [];
  private highest = 0;

  /** Old blocks, answers to a sync, are left out. */
  add(block: RecentBlock): void {
    this.highest = Math.max(this.highest, block.num);
    if (block.num <= this.highest - LIMITS.recentBlocks) return;
    this.blocks.push(block);
    if (this.blocks.length > LIMITS.recentBlocks) this.blocks.shift();
  }

  find(id: string): RecentBlock | undefined {
    return this.blocks.findLast((block) => block.id === id);
  }

  /** In the order they became public. */
  get all(): readonly RecentBlock[] {
    return this.blocks;
  }

  get bytes(): number {
    return this.blocks.reduce((sum, { frame }) => sum + frame.length, 0);
  }
}
