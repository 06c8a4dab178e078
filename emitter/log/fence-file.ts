import { closeSync, constants, fdatasyncSync, fstatSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import type { PoolEvent } from '../../common/events.ts';
import type { LogEnd } from '../../common/pool-store.ts';

/** What becomes a record of the log. */
export interface Entry {
  window: number | null;
  event: PoolEvent;
}

/** A frame is: u32 length of its text, u32 checksum of it, the text; all in one write. */
const HEAD_BYTES = 8;
/** Decisions and the candidates before them are some kilobytes; more gets a buffer of its own. */
const BUFFER_BYTES = 64 * 1024;

/**
 * What a decision rests on, and the decision, made durable in one write of a plain file before its block leaves: that takes a quarter of the
 * time of a commit (docs/performance.md), which follows in the same turn. Each frame says after which record of the log its entries come:
 * what the log has already, or never had the place for, is not held. A frame that was cut off in the middle held nothing: its block had not
 * left.
 */
export class FenceFile {
  private readonly fd: number;
  private readonly file: string;
  private readonly sync: boolean;
  private readonly buffer = Buffer.alloc(BUFFER_BYTES);
  /** A file without a name, for rehearsals: what a frame's write needs of code and of the file system is then at hand. */
  private readonly scratch: number;
  /** Where the next frame goes. */
  private at = 0;
  private after = -1;

  /** `sync`: also on the disk, not in the hands of the operating system only. Throws as `openSync` does. */
  constructor(file: string, sync: boolean) {
    this.file = file;
    this.sync = sync;
    this.fd = openSync(file, constants.O_RDWR | constants.O_CREAT, 0o600);
    this.scratch = openSync(`${file}-scratch`, 'w', 0o600);
    rmSync(`${file}-scratch`);
  }

  /** Throws when the file cannot be written: then the entries are not held. */
  hold(entries: Entry[], end: LogEnd): void {
    if (end.seq !== this.after) this.at = 0;
    const bytes = this.frame(JSON.stringify({ after: [end.seq, end.hash], entries }));
    for (let written = 0; written < bytes.length; )
      written += writeSync(this.fd, bytes, written, bytes.length - written, this.at + written);
    if (this.sync) fdatasyncSync(this.fd);
    this.at += bytes.length;
    this.after = end.seq;
  }

  /** As `hold`, to no effect: a write that was rehearsed takes 20 µs in place of 39. */
  rehearse(entries: Entry[], end: LogEnd): void {
    const bytes = this.frame(JSON.stringify({ after: [end.seq, end.hash], entries }));
    writeSync(this.scratch, bytes, 0, bytes.length, 0);
  }

  /** The entries that are held and come after this end of the log, in order. */
  held(end: LogEnd): Entry[] {
    const bytes = Buffer.alloc(fstatSync(this.fd).size);
    readSync(this.fd, bytes, 0, bytes.length, 0);
    const entries: Entry[] = [];
    for (let at = 0; at + HEAD_BYTES <= bytes.length; ) {
      const text = bytes.subarray(at + HEAD_BYTES, at + HEAD_BYTES + bytes.readUInt32LE(at));
      if (text.length !== bytes.readUInt32LE(at) || crc32(text) !== bytes.readUInt32LE(at + 4)) break;
      const frame = JSON.parse(text.toString()) as { after: [number, string]; entries: Entry[] };
      if (frame.after[0] !== end.seq || frame.after[1] !== end.hash) break;
      entries.push(...frame.entries);
      at += HEAD_BYTES + text.length;
    }
    return entries;
  }

  /** Leaves no file when nothing is held after this end of the log. */
  close(end: LogEnd): void {
    const isHolding = this.held(end).length > 0;
    closeSync(this.fd);
    closeSync(this.scratch);
    if (!isHolding) rmSync(this.file, { force: true });
  }

  private frame(text: string): Buffer {
    // No character takes more than three bytes for each of its UTF-16 units.
    const room = HEAD_BYTES + text.length * 3;
    const buffer = room <= BUFFER_BYTES ? this.buffer : Buffer.allocUnsafe(room);
    const length = buffer.write(text, HEAD_BYTES);
    buffer.writeUInt32LE(length, 0);
    buffer.writeUInt32LE(crc32(buffer.subarray(HEAD_BYTES, HEAD_BYTES + length)), 4);
    return buffer.subarray(0, HEAD_BYTES + length);
  }
}
