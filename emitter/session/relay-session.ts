import { randomBytes } from 'node:crypto';
import type { Clock } from '../../common/clock.ts';
import { encodeHandshake } from '../decode/handshake.ts';
import { MESSAGE, messageType } from '../decode/message.ts';
import { answerTime } from '../decode/time.ts';
import { dial } from './dial.ts';
import type { FrameSocket } from './frame-socket.ts';

/** nodeos' net_version_base 1205 plus 7, "leap initial": signed_block and packed_transaction as in 2.0 to 5.0. */
const NETWORK_VERSION = 1205 + 7;

const REDIAL_MS = 100;

export interface Head {
  libNum: number;
  libId: string;
  headNum: number;
  headId: string;
}

interface Options {
  address: string;
  chainId: string;
  clock: Clock;
  /** The relay node's head, asked at each dial. */
  head: () => Promise<Head>;
  onBlock: (frame: Buffer) => void;
  onState: (up: boolean, reason: string) => void;
}

/**
 * The emitter's own session with its relay node: it sees every block of the network on it, in order, and lets out the
 * chosen blocks on it, so that a rescue's branch arrives in order. It asks for blocks only, dials again when cut.
 */
export class RelaySession {
  private readonly options: Options;
  private readonly nodeId = randomBytes(32);
  private socket: FrameSocket | null = null;
  private ready = false;
  private stopped = false;

  constructor(options: Options) {
    this.options = options;
  }

  get up(): boolean {
    return this.ready && this.socket?.open === true;
  }

  start(): void {
    void this.dialOnce();
  }

  /** Sends one frame; gives false when the relay node cannot be reached. */
  send(frame: Buffer): boolean {
    return this.up && (this.socket as FrameSocket).send(frame);
  }

  stop(): void {
    this.stopped = true;
    this.socket?.close('stopped');
  }

  private async dialOnce(): Promise<void> {
    if (this.stopped) return;
    let head: Head;
    try {
      head = await this.options.head();
    } catch {
      this.redial();
      return;
    }
    if (this.stopped) return;
    const socket = dial(this.options.address);
    this.socket = socket;
    socket.onFrame = (frame) => this.onFrame(frame);
    socket.onClose = (reason) => {
      const wasReady = this.ready;
      this.ready = false;
      if (wasReady) this.options.onState(false, reason);
      this.redial();
    };
    socket.send(this.handshake(head));
  }

  private redial(): void {
    if (!this.stopped) setTimeout(() => void this.dialOnce(), REDIAL_MS);
  }

  private handshake(head: Head): Buffer {
    const { chainId, clock } = this.options;
    const timeNs = BigInt(Math.floor(clock.now())) * 1_000_000n;
    // nodeos reads the kind of connection from behind the port: "blk" is blocks only.
    const p2pAddress = `emitter:0:blk - ${this.nodeId.toString('hex').slice(0, 7)}`;
    const fields = { networkVersion: NETWORK_VERSION, chainId, nodeId: this.nodeId, timeNs, p2pAddress };
    return encodeHandshake({ ...fields, ...head, agent: 'bppool emitter', generation: 1 });
  }

  private onFrame(frame: Buffer): void {
    switch (messageType(frame)) {
      case MESSAGE.handshake:
        if (this.ready) return;
        this.ready = true;
        this.options.onState(true, 'handshake');
        return;
      case MESSAGE.time: {
        const answer = answerTime(frame, BigInt(Math.floor(this.options.clock.now())) * 1_000_000n);
        if (answer) this.socket?.send(answer);
        return;
      }
      case MESSAGE.goAway:
        this.socket?.close(`relay_said_go_away:${frame.length >= 9 ? frame.readUInt32LE(5) : 'no reason'}`);
        return;
      case MESSAGE.signedBlock:
        this.options.onBlock(frame);
        return;
    }
  }
}
