import { lastSlot } from '../../common/slot.ts';

/** A pool block as a public node broadcast it. */
export interface PublicBlock {
  id: string;
  slot: number;
  /**
   * As "type:hex". It stands for the signer, whose key nobody can tell from the block alone: a member signs a block once, and ids do not cover
   * signatures, so that two members' empty blocks have one id and two of these.
   */
  signature: string;
}

interface Sighting extends PublicBlock {
  /** First arrival, monotonic ms. */
  at: number;
  /** The taps at which it was seen. */
  taps: Set<string>;
}

/** All pool blocks that the taps have seen, and what is counted from them. */
export class PublicBlocks {
  private readonly slots = new Map<number, Sighting[]>();

  /** `at`: monotonic ms. */
  note({ id, slot, signature }: PublicBlock, tap: string, at: number): void {
    const seen = this.slots.get(slot) ?? [];
    this.slots.set(slot, seen);
    const known = seen.find((block) => block.id === id && block.signature === signature);
    if (known) known.taps.add(tap);
    else seen.push({ id, slot, signature, at, taps: new Set([tap]) });
  }

  get all(): readonly (PublicBlock & { at: number })[] {
    return [...this.slots.values()].flat();
  }

  /**
   * Slots for which the network got two blocks: two ids of which not all but one are named as replaced by a logged rescue, or one id
   * with two signatures.
   */
  emittedTwice(replaced: ReadonlySet<string>): number[] {
    const twice = ([, seen]: [number, Sighting[]]) => {
      const ids = new Set(seen.map(({ id }) => id));
      const standing = [...ids].filter((id) => !replaced.has(id));
      return ids.size < seen.length || (ids.size > 1 && standing.length > 1);
    };
    return [...this.slots].filter(twice).map(([slot]) => slot);
  }

  /** Blocks of the final chain that a tap did not see, each counted once for each such tap: with any, the rest is not the whole truth. */
  unseen(chain: readonly { id: string; slot: number }[], taps: readonly string[]): number {
    const lacking = ({ id, slot }: { id: string; slot: number }) => {
      const at = (this.slots.get(slot) ?? []).filter((block) => block.id === id).flatMap((block) => [...block.taps]);
      return taps.filter((tap) => !at.includes(tap)).length;
    };
    return chain.reduce((sum, block) => sum + lacking(block), 0);
  }

  /**
   * From a kill (monotonic ms) to the pool's next public block for a later slot than all before, in ms. Null when the pool was not on its turn in
   * `window` any more, or there was none.
   */
  recovery(killedAt: number, window: number): number | null {
    const blocks = this.all;
    const highest = Math.max(-1, ...blocks.filter(({ at }) => at <= killedAt).map(({ slot }) => slot));
    if (highest >= lastSlot(window)) return null;
    const later = blocks.filter(({ at, slot }) => at > killedAt && slot > highest).map(({ at }) => at);
    return later.length > 0 ? Math.round(Math.min(...later) - killedAt) : null;
  }
}
