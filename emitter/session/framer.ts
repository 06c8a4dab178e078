import { LENGTH_BYTES } from '../decode/message.ts';

export type FrameProblem = { code: 'empty_frame' | 'frame_too_large'; bytes: number };

/**
 * Splits a byte stream into frames (u32 length, little endian, then that many bytes). Pure: no socket, the size limit
 * comes in by the constructor. Each frame is handed on in a buffer of its own and of its own size, which the reader of the stream can
 * fill without a copy between (`space`). After a problem the stream cannot be resynchronised and everything further is ignored.
 */
export class Framer {
  private readonly maxBytes: number;
  private readonly onFrame: (frame: Buffer) => void;
  private readonly onProgress: (frame: Buffer, filled: number) => void;
  private readonly allocate: (bytes: number) => Buffer;
  private readonly head = Buffer.alloc(LENGTH_BYTES);
  private headBytes = 0;
  private frame: Buffer | null = null;
  private filled = 0;
  problem: FrameProblem | null = null;

  /**
   * `onProgress` gets the buffer of a frame that spans chunks, the one that `onFrame` gets in the end, each time more of it is
   * there. What stands behind the first `filled` bytes is not defined.
   */
  constructor(
    maxBytes: number,
    onFrame: (frame: Buffer) => void,
    onProgress: (frame: Buffer, filled: number) => void = () => {},
    allocate: (bytes: number) => Buffer = Buffer.allocUnsafeSlow,
  ) {
    this.maxBytes = maxBytes;
    this.onFrame = onFrame;
    this.onProgress = onProgress;
    this.allocate = allocate;
  }

  /** Bytes of an unfinished frame that are held. */
  get pending(): number {
    return this.frame ? this.filled : this.headBytes;
  }

  /** The part of an unfinished frame that is not there yet: the stream's next bytes may be written to its beginning; see `wrote`. */
  get space(): Buffer | null {
    return this.frame?.subarray(this.filled) ?? null;
  }

  /** The stream's next bytes were written to `space`. */
  wrote(bytes: number): void {
    const frame = this.frame as Buffer;
    this.filled += bytes;
    if (this.filled < frame.length) return this.onProgress(frame, this.filled);
    this.frame = null;
    this.onFrame(frame);
  }

  /** The stream's next bytes, of which nothing is kept. */
  push(chunk: Buffer): FrameProblem | null {
    let at = 0;
    while (at < chunk.length && !this.problem) {
      if (this.frame) at = this.fill(this.frame, chunk, at);
      else at = this.begin(chunk, at);
    }
    return this.problem;
  }

  private begin(chunk: Buffer, at: number): number {
    const n = Math.min(LENGTH_BYTES - this.headBytes, chunk.length - at);
    chunk.copy(this.head, this.headBytes, at, at + n);
    this.headBytes += n;
    if (this.headBytes < LENGTH_BYTES) return at + n;
    const size = this.head.readUInt32LE(0);
    if (!this.accepts(size)) return at;
    // Not zeroed: every byte is written before the frame is handed on.
    this.frame = this.allocate(LENGTH_BYTES + size);
    this.head.copy(this.frame, 0);
    this.filled = LENGTH_BYTES;
    this.headBytes = 0;
    return at + n;
  }

  private fill(frame: Buffer, chunk: Buffer, at: number): number {
    const n = Math.min(frame.length - this.filled, chunk.length - at);
    chunk.copy(frame, this.filled, at, at + n);
    this.wrote(n);
    return at + n;
  }

  private accepts(size: number): boolean {
    if (size === 0) this.problem = { code: 'empty_frame', bytes: 0 };
    else if (size > this.maxBytes) this.problem = { code: 'frame_too_large', bytes: size };
    return this.problem === null;
  }
}
