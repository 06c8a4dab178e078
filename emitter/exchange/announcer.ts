import { BOUNDS } from './bounds.ts';
import { encodeAnnouncement, type Kept } from './messages.ts';

/**
 * Tells the others what this emitter has kept and which members are connected to it: at once, then of all that comes within some
 * milliseconds together.
 */
export class Announcer {
  private readonly send: (text: string) => void;
  /** Blocks of the newest windows, oldest first, for emitters that come later. */
  private readonly kept = new Map<string, Kept>();
  /** Sessions by signer. */
  private readonly sessions = new Map<string, number>();
  private fresh: Kept[] = [];
  private asks = false;
  private tellsMembers = false;
  private timer: NodeJS.Timeout | null = null;
  /** Monotonic ms. */
  private sentAt = -Infinity;
  private toldAllAt = -Infinity;
  private owesAll = false;

  /** `send` is called with texts of at most some 190 kB; while the connection is lost it drops them. */
  constructor(send: (text: string) => void) {
    this.send = send;
  }

  keep(block: Kept): void {
    this.kept.set(block.key, block);
    for (const oldest of this.kept.keys()) {
      if (this.kept.size <= BOUNDS.keptBlocks) break;
      this.kept.delete(oldest);
    }
    this.fresh.push(block);
    this.soon();
  }

  member(signer: string, up: boolean): void {
    const count = (this.sessions.get(signer) ?? 0) + (up ? 1 : -1);
    if (count > 0) this.sessions.set(signer, count);
    else this.sessions.delete(signer);
    this.tellMembers();
  }

  /** To be called regularly: tells which members are connected, and with it that this emitter is there. */
  beat(): void {
    if (this.owesAll) this.tellAll();
    this.tellMembers();
  }

  /** This emitter is new to the others: asks for what they have, and tells all of its own. */
  introduce(): void {
    this.asks = true;
    this.toldAllAt = -Infinity;
    this.tellAll();
  }

  /** Tells all that there is again, once a second at most: who asks meanwhile gets it with a later beat. */
  tellAll(): void {
    const now = performance.now();
    this.owesAll = now < this.toldAllAt + BOUNDS.tellAllMs;
    if (this.owesAll) return;
    this.toldAllAt = now;
    this.fresh = [...this.kept.values()];
    this.tellMembers();
  }

  /** Forgets blocks below a slot. */
  prune(slot: number): void {
    for (const [key, block] of this.kept) if (block.slot < slot) this.kept.delete(key);
  }

  stop(): void {
    if (this.timer) clearTimeout(this.timer);
  }

  private tellMembers(): void {
    this.tellsMembers = true;
    this.soon();
  }

  private soon(): void {
    if (this.timer) return;
    const wait = this.sentAt + BOUNDS.batchMs - performance.now();
    if (wait <= 0) return this.flush();
    this.timer = setTimeout(() => {
      this.timer = null;
      this.flush();
    }, wait);
  }

  private flush(): void {
    this.sentAt = performance.now();
    const members = this.tellsMembers ? [...this.sessions.keys()] : null;
    const { asks } = this;
    const blocks = this.fresh;
    this.fresh = [];
    [this.tellsMembers, this.asks] = [false, false];
    this.send(encodeAnnouncement({ members, asks, blocks: blocks.slice(0, BOUNDS.blocksPerMessage) }));
    for (let at: number = BOUNDS.blocksPerMessage; at < blocks.length; at += BOUNDS.blocksPerMessage) {
      const more = blocks.slice(at, at + BOUNDS.blocksPerMessage);
      this.send(encodeAnnouncement({ members: null, asks: false, blocks: more }));
    }
  }
}
