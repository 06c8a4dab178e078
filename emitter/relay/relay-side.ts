import { Backoff } from '../../common/backoff.ts';
import { MESSAGE, messageType } from '../decode/message.ts';
import { LIMITS } from '../limits.ts';
import type { FrameSocket } from '../session/frame-socket.ts';
import type { Head } from '../session/peer-session.ts';

interface RelaySideParts {
  dial(): FrameSocket;
  /** The relay node's own head; rejects while it does not answer or is far behind, and is asked again later. */
  head(): Promise<Head>;
  /** Any message of the relay node's but go_away. */
  onFrame(frame: Buffer): void;
  onLost(reason: string): void;
  /** A member's message that had nowhere to go. */
  onDropped(): void;
}

/**
 * One member's way to the relay node. It is dialled again for as long as the member is there: the member, who knows nothing of
 * it, keeps its connection. Its first handshake is said again for it, with the relay node's own head, so that neither asks the
 * other for blocks. A go_away ends this side only: a permanent one would make the member forget the emitter until its restart.
 */
export class RelaySide {
  private readonly parts: RelaySideParts;
  private readonly backoff = new Backoff();
  private socket: FrameSocket | null = null;
  private shake: ((head: Head) => Buffer) | null = null;
  private stopped = false;
  private timer: NodeJS.Timeout | null = null;
  /** Whether the relay node has said anything on this socket. */
  private answered = false;
  private unansweredBytes = 0;
  /** Monotonic ms. */
  private dialledAt = 0;
  private heardAt = 0;

  constructor(parts: RelaySideParts) {
    this.parts = parts;
    this.open();
  }

  get up(): boolean {
    return this.socket !== null;
  }

  get unsentBytes(): number {
    return this.socket?.unsentBytes ?? 0;
  }

  /** Notes how to say the member's first handshake again; later ones only tell of heads, and are not kept. */
  remember(shake: (head: Head) => Buffer): void {
    this.shake ??= shake;
  }

  /** Sends as it is, or drops: until the relay node has said something it gets a limited number of bytes only. */
  send(frame: Buffer): void {
    if (!this.answered) this.unansweredBytes += frame.length;
    const isTooMuch = !this.answered && this.unansweredBytes > LIMITS.unansweredBytes;
    if (isTooMuch || !this.socket?.send(frame)) this.parts.onDropped();
  }

  /** Cuts this side; it is dialled again. */
  drop(reason: string): void {
    if (this.socket) this.lost(this.socket, reason);
  }

  /** Cuts this side when nothing came for longer than this: the relay node sends time messages every 10 s. */
  dropIfSilent(nowMs: number, silentMs: number): void {
    if (this.socket && nowMs - this.heardAt > silentMs) this.drop('silent');
  }

  close(reason: string): void {
    this.stopped = true;
    if (this.timer) clearTimeout(this.timer);
    this.socket?.close(reason);
  }

  private open(): void {
    const socket = this.parts.dial();
    this.socket = socket;
    this.answered = false;
    this.unansweredBytes = 0;
    this.dialledAt = performance.now();
    this.heardAt = this.dialledAt;
    socket.onFrame = (frame) => this.onFrame(socket, frame);
    socket.onClose = (reason) => this.lost(socket, reason);
  }

  private onFrame(socket: FrameSocket, frame: Buffer): void {
    // The rest of a chunk still comes after its first frame had the connection closed.
    if (this.socket !== socket || this.stopped) return;
    this.answered = true;
    this.heardAt = performance.now();
    if (messageType(frame) !== MESSAGE.goAway) return this.parts.onFrame(frame);
    this.drop(`relay_said_go_away_${frame.length >= 9 ? frame.readUInt32LE(5) : ''}`);
  }

  private lost(socket: FrameSocket, reason: string): void {
    if (this.socket !== socket) return;
    const livedMs = this.answered ? performance.now() - this.dialledAt : 0;
    this.socket = null;
    socket.close(reason);
    if (this.stopped) return;
    this.parts.onLost(reason);
    this.redial(livedMs);
  }

  private redial(livedMs: number): void {
    this.timer = setTimeout(() => void this.openAgain(), this.backoff.next(livedMs));
  }

  private async openAgain(): Promise<void> {
    try {
      const head = await this.parts.head();
      if (this.stopped) return;
      this.open();
      if (this.shake) this.send(this.shake(head));
    } catch {
      if (!this.stopped) this.redial(0);
    }
  }
}
