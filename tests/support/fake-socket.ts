import type { FrameSocket } from '../../emitter/session/frame-socket.ts';

/** A socket without a network: what is sent is kept, what arrives is played in. */
export class FakeSocket {
  readonly remote = 'fake:1';
  readonly sent: Buffer[] = [];
  readonly unsentBytes = 0;
  closed: string | null = null;
  onFrame: (frame: Buffer) => void = () => {};
  onProgress: (frame: Buffer, filled: number) => void = () => {};
  onClose: (reason: string) => void = () => {};

  get open(): boolean {
    return this.closed === null;
  }

  send(frame: Buffer): boolean {
    if (this.open) this.sent.push(Buffer.from(frame));
    return this.open;
  }

  close(reason: string): void {
    if (this.closed !== null) return;
    this.closed = reason;
    this.onClose(reason);
  }

  /** Frames that came in one chunk: a real socket hands them on one after the other, closed or not. */
  arrive(...frames: Buffer[]): void {
    for (const frame of frames) this.onFrame(frame);
  }

  get texts(): string[] {
    return this.sent.map((frame) => frame.toString('hex'));
  }

  asSocket(): FrameSocket {
    return this as unknown as FrameSocket;
  }
}
