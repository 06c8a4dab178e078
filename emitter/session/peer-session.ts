import { randomBytes } from 'node:crypto';
import { Backoff } from '../../common/backoff.ts';
import type { Clock } from '../../common/clock.ts';
import { encodeHandshake } from '../decode/handshake.ts';
import { MESSAGE, messageType } from '../decode/message.ts';
import { answeredTime, answerTime, askTime } from '../decode/time.ts';
import { dial } from './dial.ts';
import type { FrameSocket } from './frame-socket.ts';

/** nodeos' net_version_base 1205 plus 7, "leap initial": signed_block and packed_transaction as in 2.0 to 5.0. */
const NETWORK_VERSION = 1205 + 7;

/** A time message goes out this often; any nodeos answers it at once, so that two of them without a frame are a dead line. */
const BEAT_MS = 10_000;
const QUIET_BEATS = 2;

export interface Head {
  libNum: number;
  libId: string;
  headNum: number;
  headId: string;
}

export interface PeerOptions {
  /** "host:port" */
  address: string;
  chainId: string;
  clock: Clock;
  /** The head to tell of, asked at each dial; a rejection counts as a failed dial. */
  head: () => Promise<Head>;
  onBlock: (frame: Buffer) => void;
  /** The peer answered a question of `ask`: it has read what was written before that. */
  onAnswer?: (mark: bigint) => void;
  /** Told once each time the session comes up (the peer's handshake came) and once each time it is lost. */
  onState: (up: boolean, reason: string) => void;
  open?: (address: string) => FrameSocket;
}

/**
 * A session of the emitter's own with a nodeos, its relay node or a public peer: it sees the network's blocks on it, in order, and
 * lets out the chosen blocks on it, so that a rescue's branch arrives in order. It asks for blocks only, serves none, and dials
 * again when it is cut, when the peer says go_away, or when nothing was heard for 20 s.
 */
export class PeerSession {
  readonly address: string;
  private readonly options: PeerOptions;
  private readonly nodeId = randomBytes(32);
  private readonly backoff = new Backoff();
  private socket: FrameSocket | null = null;
  private ready = false;
  private stopped = false;
  private redialTimer: NodeJS.Timeout | null = null;
  private beatTimer: NodeJS.Timeout | null = null;
  /** Monotonic ms. */
  private dialledAt = 0;
  /** Beats since the last frame. */
  private quiet = 0;
  /** Of the last question, so that no two are the same. */
  private mark = 0n;

  constructor(options: PeerOptions) {
    this.options = options;
    this.address = options.address;
  }

  get up(): boolean {
    return this.ready && this.socket?.open === true;
  }

  /** Bytes that the peer has not taken yet. */
  get unsentBytes(): number {
    return this.socket?.unsentBytes ?? 0;
  }

  start(): void {
    this.beatTimer = setInterval(() => this.beat(), BEAT_MS);
    void this.dialOnce();
  }

  /** Sends one frame; gives false when the peer cannot be reached. */
  send(frame: Buffer): boolean {
    return this.up && (this.socket as FrameSocket).send(frame);
  }

  /** Writes a time message behind all that was sent; gives the mark that its answer will carry, null when the peer cannot be reached. */
  ask(): bigint | null {
    const now = this.timeNs();
    this.mark = now > this.mark ? now : this.mark + 1n;
    return this.send(askTime(this.mark)) ? this.mark : null;
  }

  /** Cuts the connection; it is dialled again. */
  cut(reason: string): void {
    this.socket?.close(reason);
  }

  stop(): void {
    this.stopped = true;
    if (this.beatTimer) clearInterval(this.beatTimer);
    if (this.redialTimer) clearTimeout(this.redialTimer);
    this.socket?.close('stopped');
  }

  private async dialOnce(): Promise<void> {
    let head: Head;
    try {
      head = await this.options.head();
    } catch {
      this.redial(0);
      return;
    }
    if (this.stopped) return;
    const socket = (this.options.open ?? dial)(this.options.address);
    this.socket = socket;
    this.dialledAt = performance.now();
    this.quiet = 0;
    socket.onFrame = (frame) => this.onFrame(frame);
    socket.onClose = (reason) => {
      const wasReady = this.ready;
      this.ready = false;
      if (wasReady) this.options.onState(false, reason);
      this.redial(wasReady ? performance.now() - this.dialledAt : 0);
    };
    socket.send(this.handshake(head));
  }

  private redial(livedMs: number): void {
    if (this.stopped) return;
    this.redialTimer = setTimeout(() => void this.dialOnce(), this.backoff.next(livedMs));
  }

  private beat(): void {
    if (!this.socket?.open) return;
    if (this.quiet === QUIET_BEATS) return this.socket.close('silent');
    this.quiet++;
    if (this.ready) this.ask();
  }

  private timeNs(): bigint {
    return BigInt(Math.floor(this.options.clock.now())) * 1_000_000n;
  }

  private handshake(head: Head): Buffer {
    // nodeos reads the kind of connection from behind the port: "blk" is blocks only.
    const p2pAddress = `emitter:0:blk - ${this.nodeId.toString('hex').slice(0, 7)}`;
    const { chainId } = this.options;
    const fields = { networkVersion: NETWORK_VERSION, chainId, nodeId: this.nodeId, timeNs: this.timeNs(), p2pAddress };
    return encodeHandshake({ ...fields, ...head, agent: 'bppool emitter', generation: 1 });
  }

  private onFrame(frame: Buffer): void {
    // The rest of a chunk still comes after its first frame had the connection closed.
    if (!this.socket?.open) return;
    this.quiet = 0;
    switch (messageType(frame)) {
      case MESSAGE.handshake:
        if (this.ready) return;
        this.ready = true;
        this.options.onState(true, 'handshake');
        return;
      case MESSAGE.time: {
        const answer = answerTime(frame, this.timeNs());
        if (answer) this.socket.send(answer);
        const mark = answeredTime(frame);
        if (mark !== null) this.options.onAnswer?.(mark);
        return;
      }
      case MESSAGE.goAway:
        this.socket.close(`said_go_away:${frame.length >= 9 ? frame.readUInt32LE(5) : 'no reason'}`);
        return;
      case MESSAGE.signedBlock:
        this.options.onBlock(frame);
        return;
    }
  }
}
