import { windowOf } from '../../common/slot.ts';
import { type BlockHeader, decodeBlockHeader } from '../decode/block.ts';
import { decodeHandshake, withHead } from '../decode/handshake.ts';
import { MESSAGE, messageType } from '../decode/message.ts';
import { ID_LIST, noticeBlockMode } from '../decode/notice.ts';
import type { FrameSocket } from '../session/frame-socket.ts';
import { Hold } from './hold.ts';

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
  branch(window: number): { id: string; frame: Buffer }[];
  /** Whether the member's node may be making blocks; when it only follows, nothing is kept from it. */
  mayProduce(signer: string | null): boolean;
  onCandidate(link: MemberLink, frame: Buffer, header: BlockHeader): void;
  onPublicBlock(frame: Buffer, header: BlockHeader): void;
  onFault(link: MemberLink, code: string): void;
  onClose(link: MemberLink, reason: string): void;
}

/**
 * One member's connection: its socket, a socket of its own to the relay node, and the filter between. Messages pass as the
 * bytes they came in; what is held back is listed in docs/wire.md.
 */
export class MemberLink {
  readonly session: number;
  readonly remote: string;
  readonly hold = new Hold();
  /** The key that signed the first candidate on this connection. */
  signer: string | null = null;
  private readonly member: FrameSocket;
  private readonly relay: FrameSocket;
  private readonly context: LinkContext;
  private flushTimer: NodeJS.Timeout | null = null;
  /** The relay node's newest handshake that was kept from a producing member; sent once after the flush. */
  private keptHandshake: Buffer | null = null;
  private closed = false;

  constructor(session: number, member: FrameSocket, relay: FrameSocket, context: LinkContext) {
    this.session = session;
    this.remote = member.remote;
    this.member = member;
    this.relay = relay;
    this.context = context;
    member.onFrame = (frame) => this.fromMember(frame);
    relay.onFrame = (frame) => this.fromRelay(frame);
    member.onClose = (reason) => this.close(`member:${reason}`);
    relay.onClose = (reason) => this.close(`relay:${reason}`);
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
    for (const frame of this.hold.flush(window, this.context.branch(window))) this.member.send(frame);
    if (this.keptHandshake) this.member.send(this.keptHandshake);
    this.keptHandshake = null;
    if (this.flushTimer) clearTimeout(this.flushTimer);
    this.flushTimer = null;
  }

  /** Its node only follows now: what was kept from it is handed over. */
  release(): void {
    if (this.hold.window !== null) this.flush(this.hold.window);
  }

  private fromMember(frame: Buffer): void {
    // The rest of a chunk still comes after its first frame had the connection closed.
    if (this.closed) return;
    switch (messageType(frame)) {
      case MESSAGE.signedBlock:
        return this.blockFromMember(frame);
      case MESSAGE.handshake:
        return this.handshakeFromMember(frame);
      case MESSAGE.notice:
        // "I have a longer chain": private blocks that the relay node would ask for.
        if (noticeBlockMode(frame) === ID_LIST.catchUp) return;
        break;
    }
    this.relay.send(frame);
  }

  private blockFromMember(frame: Buffer): void {
    const header = decodeBlockHeader(frame);
    if (!header.ok) return this.fault(header.code);
    // Blocks of other producers reach the relay node from the network; members only pass them back.
    if (header.value.producer !== this.context.pool) return;
    // Members pass on what they were given: not their own.
    if (this.hold.has(header.value.id)) return;
    const pastWindow = this.hold.produced(header.value.id, header.value.slot);
    this.context.onCandidate(this, frame, header.value);
    if (pastWindow) this.flush(windowOf(header.value.slot));
  }

  private handshakeFromMember(frame: Buffer): void {
    const handshake = decodeHandshake(frame);
    if (!handshake.ok) return this.fault(handshake.code);
    const { generation, headNum, headId, libOffset } = handshake.value;
    const tip = this.context.publicTip();
    if (generation === 1 && tip) this.hold.connected(tip.num - headNum);
    const hide = tip && this.context.isPrivate(headId);
    this.relay.send(hide ? withHead(frame, libOffset, tip.num, tip.id) : frame);
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
        if (!this.hold.isHolding(this.context.now())) break;
        this.keptHandshake = Buffer.from(frame);
        return;
      case MESSAGE.notice:
        if (this.hold.isHolding(this.context.now()) && noticeBlockMode(frame) === ID_LIST.catchUp) return;
        break;
      case MESSAGE.goAway:
        // A permanent go_away makes nodeos forget the address until its restart: it just sees a lost connection.
        return this.fault(`relay_said_go_away_${frame.length >= 9 ? frame.readUInt32LE(5) : ''}`);
    }
    this.member.send(frame);
  }

  private blockFromRelay(frame: Buffer): void {
    const header = decodeBlockHeader(frame);
    if (!header.ok) return this.fault(header.code);
    const { id, slot, producer } = header.value;
    this.context.onPublicBlock(frame, header.value);
    const block = { id, slot, pool: producer === this.context.pool };
    const follows = !this.context.mayProduce(this.signer);
    const isPoolWindow = (window: number) => this.context.isPoolWindow(window);
    const answer = this.hold.decide(block, frame, this.context.now(), isPoolWindow, follows);
    if (answer === 'flush') this.flush(this.hold.window as number);
    if (answer === 'hold') return this.armFlush();
    if (answer === 'drop') return;
    // The flush may have handed over this very block.
    if (answer === 'flush' && this.hold.has(id)) return;
    this.hold.wrote(id);
    this.member.send(frame);
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
