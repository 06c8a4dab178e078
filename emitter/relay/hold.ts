import { firstSlot, lastSlot, SLOT_MS, slotTime, windowOf } from '../../common/slot.ts';

/** Members may be this much behind the emitter's clock when their window ends. */
const RELEASE_AFTER_MS = 150;

/** A block older than this does not make a node that is syncing start to produce. Source: producer_plugin `on_incoming_block`. */
const NOT_LIVE_MS = 2 * SLOT_MS;

/** A head that is behind by so much is in sync: blocks are under way. */
const IN_SYNC_BLOCKS = 2;

/** Ids kept a member: some windows of blocks. */
const IDS_KEPT = 600;

export interface PassingBlock {
  id: string;
  slot: number;
  /** Whether the pool's account is its producer. */
  pool: boolean;
}

export type HoldAnswer = 'pass' | 'hold' | 'drop' | 'flush';

/**
 * What may be written to one member, and when. nodeos 2.0 to 5.0 drops every incoming block while it produces or waits to,
 * and 4.1 to 5.0 then refuse all later copies of it, so pool blocks of a running window are held until the member is past its own last
 * slot. Pure: the caller brings the time and does the writing.
 */
export class Hold {
  private released = -1;
  private heldWindow: number | null = null;
  private readonly seen = new Set<string>();
  /** Frames of other producers' blocks that came too late for a member already waiting for its window. */
  private lateBlocks: Buffer[] = [];
  /** The member told of a head far behind: it takes blocks of the running window as answers to its sync requests. */
  private joining = false;
  /** While it joins: its head, its last irreversible block, and the newest of what was written on top of these. */
  private frontier: string[] = [];
  /** Id of the head that the member told of last. */
  private head: string | null = null;

  /** From a member's first handshake: how far its head is behind the public one; `has`: ids of that head and of its last irreversible block. */
  connected(behind: number, has: [string, string]): void {
    this.joining = behind > IN_SYNC_BLOCKS;
    this.frontier = has;
    this.head = has[0];
  }

  /** A later handshake: it says so once it is in sync. */
  toldHead(behind: number, id: string): void {
    this.head = id;
    if (behind <= IN_SYNC_BLOCKS) this.joining = false;
  }

  /** The member sent this pool block itself. Gives whether it is now past its window and wants a flush. */
  produced(id: string, slot: number): boolean {
    this.remember(id);
    this.joining = false;
    const window = windowOf(slot);
    const isHeld = this.heldWindow === null || this.heldWindow === window;
    return slot === lastSlot(window) && this.released < window && isHeld;
  }

  /**
   * What to do with a block on its way to the member. `flush`: flush first, then write it. A node that `follows` makes no
   * blocks (standby mode, paused) and gets all others' at once.
   */
  decide(
    block: PassingBlock,
    frame: Buffer,
    now: number,
    isPoolWindow: (window: number) => boolean,
    follows = false,
  ): HoldAnswer {
    const window = windowOf(block.slot);
    // A node that follows was never held in the windows before: those are over for it.
    if (follows) this.released = Math.max(this.released, window - 1);
    // Older blocks pass again: they are answers to sync requests.
    if (block.pool && window >= this.released && this.seen.has(block.id)) return 'drop';
    if (follows) return this.heldWindow === null ? 'pass' : 'flush';
    if (block.pool) return this.decidePoolBlock(block, window, now);
    if (this.heldWindow !== null && window > this.heldWindow) return 'flush';
    if (this.isTooLateFor(window + 1, now) && isPoolWindow(window + 1) && this.released <= window && !this.joining) {
      if (this.seen.has(block.id)) return 'drop';
      this.heldWindow = window + 1;
      this.lateBlocks.push(frame);
      this.remember(block.id);
      return 'hold';
    }
    return 'pass';
  }

  /** Whether the member may be producing now, so that talk of other heads would only start useless syncing. */
  isHolding(now: number): boolean {
    return !this.joining && this.heldWindow !== null && now < this.releaseTime(this.heldWindow);
  }

  /** Whether the member is still taking old blocks in: newer ones would be unlinkable to it. */
  get isJoining(): boolean {
    return this.joining;
  }

  /** When held blocks must be flushed at the latest; null when none are held. */
  get flushAt(): number | null {
    return this.heldWindow === null ? null : this.releaseTime(this.heldWindow);
  }

  /** Ends the hold of a window: gives the frames the member lacks, in order, `branch` being what is public of the window. */
  flush(window: number, branch: { id: string; frame: Buffer }[]): Buffer[] {
    const frames = [...this.lateBlocks, ...branch.filter(({ id }) => !this.seen.has(id)).map(({ frame }) => frame)];
    for (const { id } of branch) this.remember(id);
    this.lateBlocks = [];
    this.released = Math.max(this.released, window);
    this.heldWindow = null;
    this.joining = false;
    return frames;
  }

  /** The window that is held, if one is. */
  get window(): number | null {
    return this.heldWindow;
  }

  /** Whether the member has this block already. */
  has(id: string): boolean {
    return this.seen.has(id);
  }

  /** Whether it told of this block as its head. */
  isHead(id: string): boolean {
    return this.head === id;
  }

  /** A block was written to the member. One that is live, and on top of all that it lacked, ends its joining. */
  wrote({ id, previous, slot }: { id: string; previous: string; slot: number }, now: number): void {
    this.remember(id);
    if (!this.joining || !this.frontier.includes(previous)) return;
    this.frontier = [...this.frontier.slice(0, 2), id];
    this.joining = slotTime(slot) < now - NOT_LIVE_MS;
  }

  private decidePoolBlock(block: PassingBlock, window: number, now: number): HoldAnswer {
    if (window <= this.released) return 'pass';
    if (now >= this.releaseTime(window)) return this.heldWindow === window ? 'flush' : 'pass';
    if (this.joining && slotTime(block.slot) < now - NOT_LIVE_MS) return 'pass';
    this.heldWindow = window;
    return 'hold';
  }

  /** Past the previous producer's last slot's time a member without that block waits on the one before it already. */
  private isTooLateFor(window: number, now: number): boolean {
    return now >= slotTime(firstSlot(window) - 1) && now < this.releaseTime(window);
  }

  private releaseTime(window: number): number {
    return slotTime(lastSlot(window)) + RELEASE_AFTER_MS;
  }

  private remember(id: string): void {
    this.seen.add(id);
    for (const oldest of this.seen) {
      if (this.seen.size <= IDS_KEPT) break;
      this.seen.delete(oldest);
    }
  }
}
