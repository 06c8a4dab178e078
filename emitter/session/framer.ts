import { LENGTH_BYTES } from '../decode/message.ts';

export type FrameProblem = { code: 'empty_frame' | 'frame_too_large'; bytes: number };

/**
 * Splits a byte stream into frames (u32 length, little endian, then that many bytes). Pure: no socket, the size limit
 * comes in by the constructor. A frame that spans chunks is gathered once into a buffer of its own size; a frame inside
 * a chunk is a view of it. After a problem the stream cannot be resynchronised and everything further is ignored.
 */
export class Framer {
  private readonly maxBytes: number;
  private readonly onFrame: (frame: Buffer) => void;
  private readonly onProgress: (frame: Buffer, filled: number) => void;
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
  ) {
    this.maxBytes = maxBytes;
    this.onFrame = onFrame;
    this.onProgress = onProgress;
  }

  /** Bytes of an unfinished frame that are held. */
  get pending(): number {
    return this.frame ? this.filled : this.headBytes;
  }

  push(chunk: Buffer): FrameProblem | null {
    let at = 0;
    while (at < chunk.length && !this.problem) {
      if (this.frame) at = this.fill(chunk, at);
      else at = this.begin(chunk, at);
    }
    return this.problem;
  }

  private begin(chunk: Buffer, at: number): number {
    if (this.headBytes === 0 && chunk.length - at >= LENGTH_BYTES) {
      const size = chunk.readUInt32LE(at);
      if (!this.accepts(size)) return at;
      const end = at + LENGTH_BYTES + size;
      if (end <= chunk.length) {
        this.onFrame(chunk.subarray(at, end));
        return end;
      }
    }
    const n = Math.min(LENGTH_BYTES - this.headBytes, chunk.length - at);
    chunk.copy(this.head, this.headBytes, at, at + n);
    this.headBytes += n;
    if (this.headBytes === LENGTH_BYTES) {
      const size = this.head.readUInt32LE(0);
      if (!this.accepts(size)) return at;
      // Not zeroed: every byte is written before the frame is handed on.
      this.frame = Buffer.allocUnsafeSlow(LENGTH_BYTES + size);
      this.head.copy(this.frame, 0);
      this.filled = LENGTH_BYTES;
      this.headBytes = 0;
    }
    return at + n;
  }

  private fill(chunk: Buffer, at: number): number {
    const frame = this.frame as Buffer;
    const n = Math.min(frame.length - this.filled, chunk.length - at);
    chunk.copy(frame, this.filled, at, at + n);
    this.filled += n;
    if (this.filled === frame.length) {
      this.frame = null;
      this.onFrame(frame);
    } else this.onProgress(frame, this.filled);
    return at + n;
  }

  private accepts(size: number): boolean {
    if (size === 0) this.problem = { code: 'empty_frame', bytes: 0 };
    else if (size > this.maxBytes) this.problem = { code: 'frame_too_large', bytes: size };
    return this.problem === null;
  }
}
