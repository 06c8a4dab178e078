import { slotAt, windowOf } from '../../common/slot.ts';
import { Hold } from '../../emitter/relay/hold.ts';
import { type Asked, LackingBlocks } from '../../emitter/relay/lacking.ts';
import type { Block } from './blocks.ts';
import type { Node, Peer } from './node.ts';
import type { PoolEmitter } from './pool-emitter.ts';
import type { Queue } from './queue.ts';

/** Between blocks of an answer to a sync request. */
const SYNC_GAP_MS = 1;
/** Between emitter and relay node, one way. */
const RELAY_MS = 0.1;

/** One direction of a connection: messages keep their order, whatever each one's delay. */
export class Line {
  private readonly queue: Queue;
  private readonly delay: () => number;
  private free = 0;
  private stalledUntil = 0;

  constructor(queue: Queue, delay: () => number) {
    this.queue = queue;
    this.delay = delay;
  }

  carry(work: () => void, gap = 0): void {
    this.free = Math.max(this.queue.now + this.delay(), this.free + gap, this.stalledUntil);
    this.queue.at(this.free, work);
  }

  /** Nothing arrives before this time. */
  stall(until: number): void {
    this.stalledUntil = Math.max(this.stalledUntil, until);
  }
}

/**
 * A member's connection through the emitter, with the real Hold in it. The same rules as emitter/relay/member-link.ts, for blocks
 * instead of frames.
 */
export class MemberChannel {
  readonly hold = new Hold();
  readonly member: Node;
  readonly signer: string;
  /** Set once its first candidate told whose connection it is. */
  identified = false;
  readonly up: Line;
  readonly down: Line;
  readonly fromRelayNode: Line;
  private readonly relay: Node;
  private readonly emitter: PoolEmitter;
  private readonly queue: Queue;
  private readonly lacking = new LackingBlocks();
  private readonly memberEnd: Peer;
  private readonly relayEnd: Peer;
  private open = true;
  /** Public height when the member came. */
  private readonly since: number;
  private flushPlanned = false;
  /** The relay node's answer to a handshake is under way. */
  private answering = false;
  /** A handshake of the relay node's waits for the flush. */
  private kept = false;

  constructor(parts: {
    member: Node;
    signer: string;
    relay: Node;
    emitter: PoolEmitter;
    queue: Queue;
    delay: () => number;
  }) {
    const { member, relay, queue } = parts;
    this.member = member;
    this.signer = parts.signer;
    this.relay = relay;
    this.emitter = parts.emitter;
    this.queue = queue;
    this.since = this.emitter.tip?.num ?? 0;
    this.up = new Line(queue, parts.delay);
    this.down = new Line(queue, parts.delay);
    this.fromRelayNode = new Line(queue, () => RELAY_MS);
    this.memberEnd = {
      send: (block) => this.carryUp(() => this.fromMember(block)),
      resync: () => this.carryUp(() => this.handshake(member.head, member.root)),
    };
    this.relayEnd = { send: (block) => this.carryDown(() => this.fromRelay(block)), resync: () => {} };
    member.connect(this.memberEnd);
    relay.connect(this.relayEnd);
    const { head, root } = member;
    this.carryUp(() => {
      const tip = this.emitter.tip;
      if (tip) this.hold.connected(tip.num - head.num, [head.id, root.id]);
      const slot = slotAt(this.emitter.now());
      const isAhead = tip !== null && head.num > tip.num && this.emitter.isPoolWindow(windowOf(slot));
      if (isAhead && !this.emitter.isKnown(head.id)) this.ask(this.lacking.atHead(head, slot));
      this.handshake(head, root);
      this.relaySpeaks();
    });
  }

  close(): void {
    if (!this.open) return;
    this.open = false;
    this.member.disconnect(this.memberEnd);
    this.relay.disconnect(this.relayEnd);
    this.emitter.onClosed(this);
  }

  /** Writes a block to the member past the hold: what another way into its node would do. */
  leak(block: Block): void {
    this.down.carry(() => this.member.receive(block, this.memberEnd));
  }

  /** The parent of its newest block is unknown: the member sends what it has below it, before its further blocks. */
  askForLacking(): void {
    this.ask(this.lacking.below());
  }

  private ask(range: Asked | null): void {
    if (!range) return;
    this.down.carry(() => {
      if (!this.open) return;
      for (const block of this.member.branchFrom(range.from - 1))
        if (block.num <= range.to) this.carryUp(() => this.fromMember(block));
    });
  }

  private carryUp(work: () => void): void {
    this.up.carry(() => {
      if (this.open) work();
    });
  }

  private carryDown(work: () => void, gap = 0): void {
    this.fromRelayNode.carry(() => {
      if (this.open) work();
    }, gap);
  }

  private fromMember(block: Block): void {
    if (block.producer !== this.emitter.pool || this.hold.has(block.id)) return;
    const pastWindow = this.hold.produced(block.id, block.slot);
    this.lacking.sent(block);
    this.emitter.onCandidate(this, block);
    if (pastWindow && this.open) this.flush(windowOf(block.slot));
  }

  /**
   * The member tells of its head. A private one is told as the public tip, so that the relay node answers nothing; else the relay
   * node says that it has more, and is asked for it.
   */
  private handshake(head: Block, root: Block): void {
    this.hold.toldHead((this.emitter.tip?.num ?? 0) - head.num, head.id);
    if (this.emitter.isPrivate(head.id) || this.hold.isHolding(this.emitter.now())) return;
    if (this.relay.head !== head && this.relay.head.num >= head.num) this.answer(head, root);
  }

  /**
   * The relay node answers a first handshake with its own, which is kept from a member that may be producing until its flush. A
   * member that does not have that head asks for it.
   */
  private relaySpeaks(): void {
    this.kept = this.hold.isHolding(this.emitter.now());
    if (this.kept) return;
    const { head } = this.relay;
    this.down.carry(() => {
      if (!this.open || this.member.has(head.id)) return;
      const { head: own, root } = this.member;
      this.carryUp(() => this.answer(own, root));
    });
  }

  /** The relay node's branch from a head on, or from the last irreversible block on when that head is on another fork. */
  private answer(head: Block, root: Block): void {
    if (this.answering) return;
    this.answering = true;
    const { relay } = this;
    const branch = relay.branchFrom(root.num);
    const from = branch.includes(head) ? head.num : root.num;
    for (const block of branch) if (block.num > from) this.carryDown(() => this.fromRelay(block), SYNC_GAP_MS);
    this.carryDown(() => {
      this.answering = false;
    });
  }

  private fromRelay(block: Block): void {
    const { hold, emitter } = this;
    emitter.onPublic(block);
    const passing = { id: block.id, slot: block.slot, pool: block.producer === emitter.pool };
    const answer = hold.decide(passing, block.frame, emitter.now(), (window) => emitter.isPoolWindow(window));
    if (answer === 'flush') this.flush(hold.window as number);
    if (answer === 'hold') return this.armFlush();
    if (answer === 'drop') return;
    if (answer === 'flush' && hold.has(block.id)) return;
    if (!passing.pool) this.passParents(block.previous);
    hold.wrote(block, emitter.now());
    this.write(block);
  }

  private passParents(previous: string): void {
    for (const block of this.emitter.upTo(previous)) {
      if (block.num <= this.since || this.hold.has(block.id)) continue;
      this.hold.wrote(block, this.emitter.now());
      this.write(this.emitter.tree.of(block.frame));
    }
  }

  private write(block: Block): void {
    this.down.carry(() => {
      if (this.open) this.member.receive(block, this.memberEnd);
    });
  }

  private flush(window: number): void {
    const frames = this.hold.flush(window, this.emitter.branchOf(window));
    for (const frame of frames) this.write(this.emitter.tree.of(frame));
    if (this.kept) this.relaySpeaks();
  }

  private armFlush(): void {
    const at = this.hold.flushAt;
    if (this.flushPlanned || at === null) return;
    this.flushPlanned = true;
    this.queue.at(at, () => {
      this.flushPlanned = false;
      if (this.open && this.hold.window !== null) this.flush(this.hold.window);
    });
  }
}
