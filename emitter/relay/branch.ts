import { windowOf } from '../../common/slot.ts';
import { LIMITS } from '../limits.ts';

/** A public block of the pool. */
export interface BranchBlock {
  id: string;
  num: number;
  slot: number;
  previous: string;
  frame: Buffer;
}

/** The pool's public blocks of the newest windows, with their bytes, to be handed to members when their hold ends. */
export class PublicBranch {
  private readonly windows = new Map<number, BranchBlock[]>();
  private readonly replaced = new Set<string>();

  add(block: BranchBlock): void {
    const window = windowOf(block.slot);
    const blocks = this.windows.get(window) ?? [];
    if (blocks.some((known) => known.id === block.id)) return;
    blocks.push(block);
    this.windows.set(window, blocks);
    for (const oldest of [...this.windows.keys()].sort((a, b) => a - b)) {
      if (this.windows.size <= LIMITS.windowsKept) break;
      for (const { id } of this.windows.get(oldest) ?? []) this.replaced.delete(id);
      this.windows.delete(oldest);
    }
  }

  /** A rescue took the place of these. Their bytes stay: when it comes too late, the network goes on on them. */
  remove(ids: string[]): void {
    for (const blocks of this.windows.values())
      for (const { id } of blocks) if (ids.includes(id)) this.replaced.add(id);
  }

  /** Whether this block is public and stands: no rescue took its place. */
  has(id: string, slot: number): boolean {
    return !this.replaced.has(id) && this.windows.get(windowOf(slot))?.some((block) => block.id === id) === true;
  }

  /** Blocks of a window that stand, in order of their slots. */
  of(window: number): BranchBlock[] {
    const blocks = this.windows.get(window) ?? [];
    return blocks.filter(({ id }) => !this.replaced.has(id)).sort((a, b) => a.slot - b.slot);
  }

  /** A block of the kept windows, also one whose place a rescue took. */
  find(id: string): BranchBlock | undefined {
    for (const blocks of this.windows.values()) {
      const found = blocks.find((block) => block.id === id);
      if (found) return found;
    }
    return undefined;
  }
}
