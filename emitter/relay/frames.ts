import { sentence } from '../../common/errors.ts';
import { windowOf } from '../../common/slot.ts';
import type { Place, Spill } from './spill.ts';

export interface KeptFrame {
  slot: number;
  frame: Buffer;
  /** Monotonic ms of its arrival. */
  monotonic: number;
}

/** A kept block: its bytes are here, or, when there were too many, on disk. */
interface Stored extends Omit<KeptFrame, 'frame'> {
  frame: Buffer | null;
  place: Place | null;
}

/** How many bytes stay in memory, and where the others go. */
export interface Room {
  bytes: number;
  spill: Spill;
  /** Bytes of a window went to disk for the first time, or could not go there: then they stay in memory. */
  onFull(window: number, problem: string | null): void;
}

/** Ids of blocks seen, in public or as candidates, kept for duplicates and for telling private heads. */
const IDS_KEPT = 4096;

/**
 * The candidates' bytes of the newest windows, by (id, signer), and which block ids were seen where. Until its window is over any of them
 * can be needed, for a rescue lets out another member's branch from the window's first slot on: so nothing is dropped when memory
 * is short. The oldest go to disk, away from the moment when a block is decided, and come back when they are asked for.
 */
export class Frames {
  private readonly room: Room | null;
  private readonly kept = new Map<string, Stored>();
  /** Keys of those whose bytes are in memory, oldest first. */
  private readonly inMemory = new Set<string>();
  private readonly publicIds = new Set<string>();
  private readonly candidateIds = new Set<string>();
  private relieving = false;
  private fullWindow: number | null = null;
  /** Bytes of all candidates that are in memory. */
  bytes = 0;
  /** What went to disk since the start. */
  readonly spilled = { blocks: 0, bytes: 0 };

  /** Without `room` everything stays in memory. */
  constructor(room: Room | null = null) {
    this.room = room;
  }

  /** Gives false for a candidate that is kept already. */
  keep(key: string, { slot, frame, monotonic }: KeptFrame): boolean {
    if (this.kept.has(key)) return false;
    this.kept.set(key, { slot, frame, monotonic, place: null });
    this.inMemory.add(key);
    this.bytes += frame.length;
    if (this.room && this.bytes > this.room.bytes && !this.relieving) {
      this.relieving = true;
      setImmediate(() => {
        this.relieving = false;
        this.relieve();
      });
    }
    return true;
  }

  has(key: string): boolean {
    return this.kept.has(key);
  }

  get(key: string): KeptFrame | undefined {
    const stored = this.kept.get(key);
    if (!stored) return undefined;
    const { slot, monotonic, place } = stored;
    const frame = stored.frame ?? (place && this.room?.spill.read(place));
    return frame ? { slot, frame, monotonic } : undefined;
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

  sawCandidate(id: string): void {
    remember(this.candidateIds, id);
  }

  /** Whether this is a member's block that never went out. */
  isPrivate(id: string, emitted: Set<string>): boolean {
    return this.candidateIds.has(id) && !this.publicIds.has(id) && !emitted.has(id);
  }

  /** Forgets the bytes of a window that is over, and of those before it: nothing of them can be emitted any more. */
  prune(window: number): void {
    for (const [key, { slot, frame }] of this.kept) {
      if (windowOf(slot) > window) continue;
      this.kept.delete(key);
      this.inMemory.delete(key);
      this.bytes -= frame?.length ?? 0;
    }
    this.room?.spill.prune(window);
  }

  private relieve(): void {
    if (!this.room) return;
    const { bytes, spill } = this.room;
    for (const key of this.inMemory) {
      if (this.bytes <= bytes) return;
      const stored = this.kept.get(key) as Stored;
      const { frame, slot } = stored;
      const window = windowOf(slot);
      if (!frame) continue;
      try {
        stored.place = spill.write(window, frame);
      } catch (thrown) {
        return this.tellFull(window, sentence(thrown));
      }
      stored.frame = null;
      this.inMemory.delete(key);
      this.bytes -= frame.length;
      this.spilled.blocks++;
      this.spilled.bytes += frame.length;
      this.tellFull(window, null);
    }
  }

  /** Once a window. */
  private tellFull(window: number, problem: string | null): void {
    if (this.fullWindow !== null && this.fullWindow >= window) return;
    this.fullWindow = window;
    this.room?.onFull(window, problem);
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
