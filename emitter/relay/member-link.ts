import { slotAt, windowOf } from '../../common/slot.ts';
import { type BlockHeader, decodeBlockHeader } from '../decode/block.ts';
import { decodeHandshake, withChainState, withHead } from '../decode/handshake.ts';
import { LENGTH_BYTES, MESSAGE, messageType } from '../decode/message.ts';
import { ID_LIST, noticeBlockMode } from '../decode/notice.ts';
import { encodeSyncRequest } from '../decode/sync-request.ts';
import { answerTime } from '../decode/time.ts';
import { LIMITS } from '../limits.ts';
import type { FrameSocket } from '../session/frame-socket.ts';
import type { Head } from '../session/peer-session.ts';
import { Greeting } from './greeting.ts';
import { Hold, type PassingBlock } from './hold.ts';
import { type Asked, LackingBlocks } from './lacking.ts';
import type { RecentBlock } from './recent.ts';
import { RelaySide } from './relay-side.ts';
import { WrittenBlocks } from './written.ts';

/** A window and a bit: a block of a slot far ahead must not overflow a timer. */
const LONGEST_HOLD_MS = 15_000;

/** What a link needs to know of the chain, and tells to it. */
export interface LinkContext {
  pool: bigint;
  now(): number;
  isPoolWindow(window: number): boolean;
  publicTip(): { num: number; id: string } | null;
  /** Whether a head that a member tells of is on no public branch the emitter knows. */
  isPrivate(id: string): boolean;
  branch(window: number): { id: string; slot: number; frame: Buffer }[];
  /** The public branch that ends in a block, as far as its blocks are kept, in order. */
  upTo(id: string): RecentBlock[];
  /** The relay node's head, for a member's handshake to it; rejects while it does not answer or is far behind. */
  relayHead(): Promise<Head>;
  /** Whether a block's header was verified here. */
  isKnown(id: string): boolean;
  /** The member was asked for blocks of its own branch. */
  onAsked(link: MemberLink, asked: Asked): void;
  /** A block from the member is arriving: the first `filled` bytes of the frame that comes whole later. */
  onPartialBlock(link: MemberLink, frame: Buffer, filled: number): void;
  /** The header of a frame whose beginning was told of; null when it was not found yet. */
  headerOf(frame: Buffer): BlockHeader | null;
  /** Whether the member's node may be making blocks; when it only follows, nothing is kept from it. */
  mayProduce(signer: string | null): boolean;
  onCandidate(link: MemberLink, frame: Buffer, header: BlockHeader): void;
  onPublicBlock(frame: Buffer, header: BlockHeader): void;
  onFault(link: MemberLink, code: string): void;
  /** This member's way to the relay node was lost; it is dialled again, the member stays. */
  onRelayLost(link: MemberLink, reason: string): void;
  /** A member's message was dropped, for the relay node could not be reached. */
  onDropped(): void;
  onClose(link: MemberLink, reason: string): void;
}

/**
 * One member's connection: its socket, a way of its own to the relay node, and the filter between. Messages pass as the
 * bytes they came in; what is held back is listed in docs/wire.md. While the relay node is gone the member is kept and fed
 * with public blocks from the emitter's own sessions.
 */
export class MemberLink {
  readonly session: number;
  readonly remote: string;
  readonly hold = new Hold();
  readonly written = new WrittenBlocks();
  /** The key that signed the first candidate on this connection. */
  signer: string | null = null;
  private readonly member: FrameSocket;
  private readonly relay: RelaySide;
  private readonly context: LinkContext;
  /** Public height when the member came: it has, or asks for, what is older. */
  private readonly since: number;
  /** Monotonic ms. */
  private heardAt = performance.now();
  private flushTimer: NodeJS.Timeout | null = null;
  /** The relay node's newest handshake that was kept from a producing member; sent once after the flush. */
  private keptHandshake: Buffer | null = null;
  private closed = false;
  private readonly greeting: Greeting;
  private readonly lacking = new LackingBlocks();

  constructor(session: number, member: FrameSocket, dialRelay: () => FrameSocket, context: LinkContext) {
    this.session = session;
    this.remote = member.remote;
    this.member = member;
    this.context = context;
    this.since = context.publicTip()?.num ?? 0;
    member.onFrame = (frame) => this.fromMember(frame);
    member.onProgress = (frame, filled) => {
      const isBlock = messageType(frame) === MESSAGE.signedBlock && filled > LENGTH_BYTES;
      if (isBlock && !this.closed) context.onPartialBlock(this, frame, filled);
    };
    member.onClose = (reason) => this.close(`member:${reason}`);
    this.greeting = new Greeting(
      (frame) => member.send(frame),
      () => context.now(),
    );
    this.relay = new RelaySide({
      dial: dialRelay,
      head: () => context.relayHead(),
      onFrame: (frame) => this.fromRelay(frame),
      onLost: (reason) => {
        this.greeting.relayGone();
        context.onRelayLost(this, reason);
      },
      onDropped: () => context.onDropped(),
    });
  }

  /** Whether this member's own way to the relay node is there. */
  get relayUp(): boolean {
    return this.relay.up;
  }

  /** Bytes that wait for the member, and for the relay node, to read. */
  get unsentBytes(): { member: number; relay: number } {
    return { member: this.member.unsentBytes, relay: this.relay.unsentBytes };
  }

  /** Hands over public blocks that the relay node does not bring, in order, as if it had brought them. */
  feed(blocks: readonly RecentBlock[]): void {
    if (this.closed || this.hold.isJoining) return;
    for (const block of blocks) if (block.num > this.since && !this.hold.has(block.id)) this.pass(block, block.frame);
  }

  /** To be called every few seconds with monotonic ms: notices a side that went silent without closing. */
  checkSilence(now: number): void {
    if (now - this.heardAt > LIMITS.silentMemberMs) return this.close('member:silent');
    this.relay.dropIfSilent(now, LIMITS.silentRelayMs);
  }

  close(reason: string): void {
    if (this.closed) return;
    this.closed = true;
    if (this.flushTimer) clearTimeout(this.flushTimer);
    this.member.close(reason);
    this.relay.close(reason);
    this.context.onClose(this, reason);
  }

  /** Hands the member what is public of a window and ends its hold. */
  flush(window: number): void {
    const branch = this.context.branch(window);
    const now = this.context.now();
    for (const { id, slot } of branch) if (!this.hold.has(id)) this.written.wrote(id, slot, now);
    for (const frame of this.hold.flush(window, branch)) this.member.send(frame);
    if (this.keptHandshake) this.member.send(this.keptHandshake);
    this.keptHandshake = null;
    if (this.flushTimer) clearTimeout(this.flushTimer);
    this.flushTimer = null;
  }

  /** Its node only follows now: what was kept from it is handed over. */
  release(): void {
    if (this.hold.window !== null) this.flush(this.hold.window);
  }

  /** The parent of the block that it sent last is not known here: asks the member for its own blocks below it, which come like any others. */
  askForLacking(): void {
    this.ask(this.lacking.below());
  }

  private ask(asked: Asked | null): void {
    if (!asked) return;
    this.member.send(encodeSyncRequest(asked.from, asked.to));
    this.context.onAsked(this, asked);
  }

  private fromMember(frame: Buffer): void {
    // The rest of a chunk still comes after its first frame had the connection closed.
    if (this.closed) return;
    this.heardAt = performance.now();
    switch (messageType(frame)) {
      case MESSAGE.signedBlock:
        return this.blockFromMember(frame);
      case MESSAGE.handshake:
        return this.handshakeFromMember(frame);
      case MESSAGE.time:
        if (!this.relay.up) return this.answerForRelay(frame);
        break;
      case MESSAGE.notice:
        // "I have a longer chain": private blocks that the relay node would ask for.
        if (noticeBlockMode(frame) === ID_LIST.catchUp) return;
        break;
    }
    this.relay.send(frame);
  }

  private blockFromMember(frame: Buffer): void {
    const known = this.context.headerOf(frame);
    const decoded = known ? ({ ok: true, value: known } as const) : decodeBlockHeader(frame);
    if (!decoded.ok) return this.fault(decoded.code);
    const header = decoded.value;
    // Blocks of other producers reach the relay node from the network; members only pass them back.
    if (header.producer !== this.context.pool) return;
    // Members pass on what they were given: not their own.
    if (this.hold.has(header.id)) return;
    const pastWindow = this.hold.produced(header.id, header.slot);
    this.lacking.sent(header);
    this.context.onCandidate(this, frame, header);
    if (pastWindow) this.flush(windowOf(header.slot));
  }

  private handshakeFromMember(frame: Buffer): void {
    const handshake = decodeHandshake(frame);
    if (!handshake.ok) return this.fault(handshake.code);
    const { generation, headNum, headId, libId, libOffset } = handshake.value;
    const tip = this.context.publicTip();
    const behind = (tip?.num ?? 0) - headNum;
    if (tip && generation === 1) this.hold.connected(behind, [headId, libId]);
    else if (tip) this.hold.toldHead(behind, headId);
    if (tip && generation === 1 && behind < 0) this.askForHead(headNum, headId);
    this.relay.remember((head) => withChainState(frame, libOffset, head));
    const hide = tip && this.context.isPrivate(headId);
    this.relay.send(hide ? withHead(frame, libOffset, tip.num, tip.id) : frame);
    this.greeting.introduced(handshake.value, this.relay.up);
  }

  private askForHead(num: number, id: string): void {
    const slot = slotAt(this.context.now());
    if (this.context.isPoolWindow(windowOf(slot)) && !this.context.isKnown(id))
      this.ask(this.lacking.atHead({ num, id }, slot));
  }

  /** A member that gets no answer to its time messages for 20 s closes the connection. */
  private answerForRelay(frame: Buffer): void {
    const answer = answerTime(frame, BigInt(Math.floor(this.context.now())) * 1_000_000n);
    if (answer) this.member.send(answer);
  }

  private fromRelay(frame: Buffer): void {
    if (this.closed) return;
    switch (messageType(frame)) {
      case MESSAGE.signedBlock:
        return this.blockFromRelay(frame);
      case MESSAGE.request:
      case MESSAGE.syncRequest:
        // The relay node gets all blocks from the network; a member's answer would queue before its candidates.
        return;
      case MESSAGE.handshake:
        this.greeting.relayAnswered();
        if (!this.hold.isHolding(this.context.now())) break;
        this.keptHandshake = frame;
        return;
      case MESSAGE.notice:
        if (this.hold.isHolding(this.context.now()) && noticeBlockMode(frame) === ID_LIST.catchUp) return;
        break;
    }
    this.member.send(frame);
  }

  private blockFromRelay(frame: Buffer): void {
    const header = decodeBlockHeader(frame);
    if (!header.ok) return this.relay.drop(header.code);
    const { id, slot, previous, producer } = header.value;
    this.context.onPublicBlock(frame, header.value);
    this.pass({ id, slot, previous, pool: producer === this.context.pool }, frame);
  }

  /** What the hold makes of a block on its way to the member. */
  private pass(block: PassingBlock & { previous: string }, frame: Buffer): void {
    const { id } = block;
    const follows = !this.context.mayProduce(this.signer);
    const isPoolWindow = (window: number) => this.context.isPoolWindow(window);
    const answer = this.hold.decide(block, frame, this.context.now(), isPoolWindow, follows);
    if (answer === 'flush') this.flush(this.hold.window as number);
    if (answer === 'hold') return this.armFlush();
    if (answer === 'drop') return;
    // The flush may have handed over this very block.
    if (answer === 'flush' && this.hold.has(id)) return;
    if (!block.pool) this.passParents(block.previous);
    this.write({ ...block, frame });
  }

  /**
   * What a block needs to link and the member lacks. Of the pool's: what the network built on although a rescue had taken its place,
   * for the rescue was late and the flush left these blocks out. Of others': the relay node sends new blocks only, not the
   * ones between them and the end of a sync, until the member asks.
   */
  private passParents(previous: string): void {
    // Nearly always: the rest goes through all blocks that are kept, for each member.
    if (this.has(previous)) return;
    const path = this.context.upTo(previous);
    const lacking = path.slice(path.findLastIndex(({ id }) => this.has(id)) + 1);
    const isLinked = lacking[0] !== undefined && this.has(lacking[0].previous);
    // Otherwise it may be far behind: others' blocks would link no better than the one that comes.
    const written = isLinked ? lacking : lacking.slice(lacking.findLastIndex(({ pool }) => !pool) + 1);
    for (const block of written) if (isLinked || block.num > this.since) this.write(block);
  }

  private has(id: string): boolean {
    return this.hold.has(id) || this.hold.isHead(id);
  }

  private write(block: Omit<RecentBlock, 'num'>): void {
    const now = this.context.now();
    this.hold.wrote(block, now);
    if (block.pool) this.written.wrote(block.id, block.slot, now);
    this.member.send(block.frame);
  }

  private armFlush(): void {
    const at = this.hold.flushAt;
    if (this.flushTimer || at === null) return;
    this.flushTimer = setTimeout(
      () => {
        this.flushTimer = null;
        if (this.hold.window !== null) this.flush(this.hold.window);
      },
      Math.min(LONGEST_HOLD_MS, Math.max(0, at - this.context.now())),
    );
  }

  private fault(code: string): void {
    this.context.onFault(this, code);
    this.close(code);
  }
}
