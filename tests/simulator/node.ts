import { firstSlot, SLOT_MS, slotAt, slotInWindow, slotTime, windowOf } from '../../common/slot.ts';
import { type Block, type BlockTree, isOn, isPreferred } from './blocks.ts';
import type { Queue } from './queue.ts';

/** Source: Leap v5.0.3 net_plugin.cpp, `unlinkable_block_state_cache`. */
const UNLINKABLE_KEPT = 30;
/** Source: producer_plugin.cpp, `on_incoming_block`. */
const FUTURE_MS = 7000;
/** How long a node takes for a block without transactions. */
const APPLY_MS = 0.3;

/** The node's end of a connection. */
export interface Peer {
  send(block: Block): void;
  /** The node could not link what came here, and sends a handshake with its head. */
  resync(): void;
}

export interface NodeSettings {
  name: string;
  /** Index in the schedule of the account it produces for; null for a node that only follows. */
  producer: number | null;
  /** Ms its clock is ahead. */
  skewMs: number;
  /** How long it works on each of its blocks: 450 for a cpu effort of 90 %. */
  effortMs: number;
  /** Whether its block for a slot has transactions of its own. */
  busy: (slot: number) => boolean;
  /** Time to apply a block. */
  cpuMs: number;
}

/** Begins to produce at once, as a bootstrap node does. */
export interface NodeStart {
  enabled: boolean;
}

/**
 * A nodeos of Leap 4.1 to 5.0, as far as blocks go: fork database, production loop, producing mode that drops what comes in,
 * unlinkable cache, watermark. Source: Leap v5.0.3, producer_plugin.cpp and net_plugin.cpp.
 */
export class Node {
  readonly settings: NodeSettings;
  head: Block;
  /** The last irreversible block: root of the fork database. */
  root: Block;
  producing = false;
  alive = true;
  paused = false;
  readonly told = {
    /** What it dropped while producing, and how long that had waited for the node to be done with blocks before it. */
    dropped: [] as { block: Block; waitedMs: number }[],
    unlinkable: 0,
    switches: [] as { from: Block; to: Block; at: number }[],
    /** Slot of the first block it made. */
    firstMade: null as number | null,
  };
  private readonly tree: BlockTree;
  private readonly queue: Queue;
  private readonly peers = new Map<Peer, Set<string>>();
  private readonly forks = new Map<string, Block>();
  /** The dispatcher's list: what is in it is "already received". */
  private readonly seen = new Set<string>();
  private readonly cache = new Map<string, Block>();
  private watermark: { num: number; slot: number } | null = null;
  private enabled: boolean;
  private timer = 0;
  private busyUntil = 0;
  private inbox: (() => void)[] | null = null;

  constructor(settings: NodeSettings, tree: BlockTree, queue: Queue, start: NodeStart) {
    this.settings = settings;
    this.tree = tree;
    this.queue = queue;
    this.head = tree.genesis;
    this.root = tree.genesis;
    this.forks.set(this.head.id, this.head);
    this.enabled = start.enabled;
    this.plan();
  }

  connect(peer: Peer): void {
    this.peers.set(peer, new Set());
  }

  disconnect(peer: Peer): void {
    this.peers.delete(peer);
  }

  /** SIGKILL. */
  die(): void {
    this.alive = false;
    this.timer++;
    this.peers.clear();
  }

  /** SIGSTOP: what arrives waits in the socket. */
  freeze(): void {
    this.inbox ??= [];
  }

  thaw(): void {
    const waiting = this.inbox ?? [];
    this.inbox = null;
    for (const work of waiting) this.awake(work);
  }

  has(id: string): boolean {
    return this.forks.has(id);
  }

  /** What it answers a peer that asks to catch up: its branch above a height. */
  branchFrom(num: number): Block[] {
    const branch: Block[] = [];
    for (let at: Block | null = this.head; at && at.num > num; at = at.parent) branch.unshift(at);
    return branch;
  }

  /** A block arrives. Source: net_plugin.cpp, `process_next_block_message`, `handle_message`. */
  receive(block: Block, from: Peer): void {
    this.awake(() => {
      this.peers.get(from)?.add(block.id);
      if (this.seen.has(block.id) || this.forks.has(block.id) || block.num <= this.root.num) return;
      if (this.forks.has(block.previous)) {
        this.seen.add(block.id);
        this.broadcast(block);
      }
      this.busyUntil = Math.max(this.queue.now, this.busyUntil) + APPLY_MS;
      const arrived = this.queue.now;
      this.later(this.busyUntil, () => this.process(block, from, arrived));
    });
  }

  /** Source: net_plugin.cpp, `process_signed_block`. */
  private process(block: Block, from: Peer, arrived: number): void {
    if (this.forks.has(block.id) || block.num <= this.root.num) return;
    if (this.producing) {
      this.told.dropped.push({ block, waitedMs: this.queue.now - arrived });
      this.remember(block);
      return;
    }
    if (slotTime(block.slot) > this.now() + FUTURE_MS) return;
    if (!this.forks.has(block.previous)) {
      this.told.unlinkable++;
      this.remember(block);
      from.resync();
      return;
    }
    // Its header is right, so it was passed on; its body is refused, and nothing is told to who sent it.
    if (block.forgedBy !== undefined) return;
    this.accept(block);
    for (const next of this.children(block.id))
      this.later(this.busyUntil, () => this.process(next, from, this.queue.now));
    this.plan();
  }

  private accept(block: Block): void {
    this.seen.add(block.id);
    this.forks.set(block.id, block);
    if (block.producer === this.settings.producer) this.mark(block);
    if (isPreferred(block, this.head)) this.switchTo(block);
    this.broadcast(block);
    if (slotTime(this.head.slot + 1) >= this.now()) this.enabled = true;
  }

  private switchTo(block: Block): void {
    let steps = 1;
    if (block.parent !== this.head) {
      this.told.switches.push({ from: this.head, to: block, at: this.queue.now });
      for (let at = block.parent; at && !isOn(this.head, at); at = at.parent) steps++;
    }
    this.busyUntil = Math.max(this.queue.now, this.busyUntil) + steps * this.settings.cpuMs;
    this.head = block;
    if (block.irreversible > this.root.num) this.advanceRoot(block);
  }

  private advanceRoot(head: Block): void {
    let root = head;
    while (root.parent && root.num > head.irreversible) root = root.parent;
    this.root = root;
    const kept = new Set([root.id]);
    // A Map keeps the order of insertion, and parents come before children.
    for (const block of this.forks.values()) if (kept.has(block.previous)) kept.add(block.id);
    for (const id of this.forks.keys()) if (!kept.has(id)) this.forks.delete(id);
    for (const block of this.cache.values()) if (block.num <= root.num) this.cache.delete(block.id);
  }

  /** A full cache lets go of the block with the oldest time, and only then a copy of it is taken again. */
  private remember(block: Block): void {
    this.cache.set(block.id, block);
    if (this.cache.size <= UNLINKABLE_KEPT) return;
    let oldest = block;
    for (const other of this.cache.values()) if (other.slot < oldest.slot) oldest = other;
    this.cache.delete(oldest.id);
    this.seen.delete(oldest.id);
  }

  private children(id: string): Block[] {
    const found = [...this.cache.values()].filter((block) => block.previous === id);
    for (const block of found) this.cache.delete(block.id);
    return found;
  }

  private broadcast(block: Block): void {
    for (const [peer, has] of this.peers) {
      if (has.has(block.id)) continue;
      has.add(block.id);
      peer.send(block);
    }
  }

  private mark({ num, slot }: Block): void {
    const { watermark } = this;
    this.watermark = { num: Math.max(num, watermark?.num ?? 0), slot: Math.max(slot, watermark?.slot ?? 0) };
  }

  /** The production loop. Source: producer_plugin.cpp, `start_block`, `schedule_production_loop`; block_timing_util.hpp. */
  private plan(): void {
    const timer = ++this.timer;
    const { producer, effortMs } = this.settings;
    this.producing = false;
    if (producer === null || !this.alive) return;
    const now = this.now();
    const slot = slotAt(Math.max(now, slotTime(this.head.slot))) + 1;
    const again = (at: number) =>
      this.later(Math.max(at, now) - this.settings.skewMs, () => {
        if (timer === this.timer) this.plan();
      });
    if (this.mayProduce(slot)) {
      this.producing = true;
      const k = slotInWindow(slot);
      if (k === 0 && now < slotTime(slot - 1)) return again(slotTime(slot - 1));
      const deadline = slotTime(firstSlot(windowOf(slot)) - 1) + effortMs * (k + 1);
      this.later(Math.max(deadline, now) - this.settings.skewMs, () => {
        if (timer === this.timer) this.produce(slot);
      });
      return;
    }
    let next = slot + 1;
    while (windowOf(next) % this.tree.producers !== producer) next = firstSlot(windowOf(next) + 1);
    const wake = slotTime(next - 1);
    again(wake > now ? wake : now + effortMs);
  }

  private mayProduce(slot: number): boolean {
    const { watermark, settings } = this;
    if (!this.enabled || this.paused || windowOf(slot) % this.tree.producers !== settings.producer) return false;
    return !watermark || (watermark.num <= this.head.num && watermark.slot < slot);
  }

  private produce(slot: number): void {
    const { head, watermark, settings } = this;
    const unconfirmed = watermark && watermark.num < head.num ? head.num - watermark.num : 0;
    const confirmed = Math.min(unconfirmed, head.num - head.irreversible);
    const content = settings.busy(slot) ? settings.name : '';
    const block = this.tree.next(head, slot, settings.producer as number, confirmed, content);
    if (!block) return this.retry();
    this.seen.add(block.id);
    this.forks.set(block.id, block);
    this.mark(block);
    this.head = block;
    if (block.irreversible > this.root.num) this.advanceRoot(block);
    this.told.firstMade ??= slot;
    this.broadcast(block);
    this.plan();
  }

  /** "Failed to start a pending block, will try again later". */
  private retry(): void {
    const timer = ++this.timer;
    this.later(this.queue.now + SLOT_MS / 10, () => {
      if (timer === this.timer) this.plan();
    });
  }

  private now(): number {
    return this.queue.now + this.settings.skewMs;
  }

  private later(at: number, work: () => void): void {
    this.queue.at(at, () => this.awake(work));
  }

  private awake(work: () => void): void {
    if (!this.alive) return;
    if (this.inbox) this.inbox.push(work);
    else work();
  }
}
