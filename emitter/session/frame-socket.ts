import type { Socket } from 'node:net';
import { LIMITS } from '../limits.ts';
import { Framer } from './framer.ts';

/** A socket that speaks in whole frames. Handlers are set before the first frame can arrive. */
export class FrameSocket {
  private readonly socket: Socket;
  private readonly framer: Framer;
  private reason = 'closed_by_peer';
  readonly remote: string;
  onFrame: (frame: Buffer) => void = () => {};
  /** More of a long frame is there; see Framer. */
  onProgress: (frame: Buffer, filled: number) => void = () => {};
  onClose: (reason: string) => void = () => {};

  constructor(socket: Socket) {
    this.socket = socket;
    this.remote = `${socket.remoteAddress}:${socket.remotePort}`;
    const onProgress = (frame: Buffer, filled: number) => this.onProgress(frame, filled);
    this.framer = new Framer(LIMITS.frameBytes, (frame) => this.onFrame(frame), onProgress);
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => {
      const problem = this.framer.push(chunk);
      if (problem) this.close(`${problem.code}:${problem.bytes}`);
    });
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
}
