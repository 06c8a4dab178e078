import { windowOf } from '../../common/slot.ts';

interface Kept {
  slot: number;
  frame: Buffer;
  /** Monotonic ms of its arrival. */
  monotonic: number;
}

/** Ids of blocks seen, in public or as candidates, kept for duplicates and for telling private heads. */
const IDS_KEPT = 4096;

/** The candidates' bytes of the newest windows, by (id, signer), and which block ids were seen where. */
export class Frames {
  private readonly kept = new Map<string, Kept>();
  private readonly publicIds = new Set<string>();
  private readonly candidateIds = new Set<string>();

  /** Gives false for a candidate that is kept already. */
  keep(key: string, kept: Kept): boolean {
    if (this.kept.has(key)) return false;
    this.kept.set(key, kept);
    return true;
  }

  get(key: string): Kept | undefined {
    return this.kept.get(key);
  }

  /** Notes a public block; gives whether it was known to be public before. */
  sawPublic(id: string): boolean {
    return remember(this.publicIds, id);
  }

  isPublic(id: string): boolean {
    return this.publicIds.has(id);
  }

  /** Whether a member has sent this block here. */
  isCandidate(id: string): boolean {
    return this.candidateIds.has(id);
  }

  /** Bytes of all candidates that are kept. */
  get bytes(): number {
    let sum = 0;
    for (const { frame } of this.kept.values()) sum += frame.length;
    return sum;
  }

  sawCandidate(id: string): void {
    remember(this.candidateIds, id);
  }

  /** Whether this is a member's block that never went out. */
  isPrivate(id: string, emitted: Set<string>): boolean {
    return this.candidateIds.has(id) && !this.publicIds.has(id) && !emitted.has(id);
  }

  /** Forgets the bytes of a window that is over, and of those before it: nothing of them can be emitted any more. */
  prune(window: number): void {
    for (const [key, { slot }] of this.kept) if (windowOf(slot) <= window) this.kept.delete(key);
  }
}

function remember(ids: Set<string>, id: string): boolean {
  if (ids.has(id)) return true;
  ids.add(id);
  for (const oldest of ids) {
    if (ids.size <= IDS_KEPT) break;
    ids.delete(oldest);
  }
  return false;
}
