import type { OnReadOpts, Socket } from 'node:net';
import { LIMITS } from '../limits.ts';
import { Framer } from './framer.ts';
import { Spare } from './spare.ts';

/** Where all sockets read to while none of their frames has begun: each read is over before the next socket's. */
const shared = Buffer.allocUnsafeSlow(64 * 1024);
/** Of all sockets: the first one to begin a long frame has it. */
export const spare = new Spare();

/**
 * A socket that speaks in whole frames. Handlers are set before the first frame can arrive. A frame is read into its own buffer: that
 * takes half the time of the stream's chunks of 64 kB, each of which is allocated, and then copied (docs/performance.md).
 */
export class FrameSocket {
  private readonly socket: Socket;
  private readonly framer: Framer;
  private reason = 'closed_by_peer';
  readonly remote: string;
  onFrame: (frame: Buffer) => void = () => {};
  /** More of a long frame is there; see Framer. */
  onProgress: (frame: Buffer, filled: number) => void = () => {};
  onClose: (reason: string) => void = () => {};

  /** `open` makes the socket, which is to read as it is told. */
  constructor(open: (onread: OnReadOpts) => Socket) {
    const onProgress = (frame: Buffer, filled: number) => this.onProgress(frame, filled);
    const allocate = (bytes: number) => spare.take(bytes);
    this.framer = new Framer(LIMITS.frameBytes, (frame) => this.onFrame(frame), onProgress, allocate);
    this.socket = open({
      buffer: () => this.framer.space ?? shared,
      callback: (bytes, buffer) => this.read(bytes, buffer),
    });
    const { socket } = this;
    this.remote = `${socket.remoteAddress}:${socket.remotePort}`;
    socket.setNoDelay(true);
    socket.on('error', (error: NodeJS.ErrnoException) => {
      this.reason = error.code ?? error.message;
    });
    socket.on('close', () => this.onClose(this.reason));
  }

  get open(): boolean {
    return !this.socket.destroyed && this.socket.writable;
  }

  /** Bytes that were taken and have not left yet. */
  get unsentBytes(): number {
    return this.socket.writableLength;
  }

  /** Sends bytes as they are. A peer that leaves too much unread is cut. Gives whether the frame was taken. */
  send(frame: Buffer): boolean {
    if (!this.open) return false;
    this.socket.write(frame);
    if (this.socket.writableLength <= LIMITS.unsentBytes) return true;
    this.close('slow_reader');
    return false;
  }

  close(reason: string): void {
    if (this.socket.destroyed) return;
    this.reason = reason;
    this.socket.destroy();
  }

  /** Gives whether to read on. */
  private read(bytes: number, buffer: Uint8Array): boolean {
    if (buffer !== shared) this.framer.wrote(bytes);
    else {
      const problem = this.framer.push(shared.subarray(0, bytes));
      if (problem) this.close(`${problem.code}:${problem.bytes}`);
    }
    return true;
  }
}
