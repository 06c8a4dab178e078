import { closeSync, openSync, readSync, unlinkSync, writeSync } from 'node:fs';

/** Where a block's bytes lie. */
export interface Place {
  window: number;
  at: number;
  bytes: number;
}

interface File {
  fd: number;
  end: number;
}

/** Blocks' bytes on disk, a file a window. The files have no name while they are open, and so end with the process, however it ends. */
export class Spill {
  private readonly path: string;
  private readonly files = new Map<number, File>();

  /** `path`: where the files are made, completed by the window. */
  constructor(path: string) {
    this.path = path;
  }

  /** Throws what the file system throws, a full disk for one. */
  write(window: number, frame: Buffer): Place {
    const file = this.files.get(window) ?? this.open(window);
    const { end: at } = file;
    for (let done = 0; done < frame.length; ) done += writeSync(file.fd, frame, done, frame.length - done, at + done);
    file.end = at + frame.length;
    return { window, at, bytes: frame.length };
  }

  /** Null when the bytes are gone, or cannot be read. */
  read({ window, at, bytes }: Place): Buffer | null {
    const file = this.files.get(window);
    if (!file) return null;
    const frame = Buffer.allocUnsafeSlow(bytes);
    try {
      return readSync(file.fd, frame, 0, bytes, at) === bytes ? frame : null;
    } catch {
      return null;
    }
  }

  /** Forgets a window and those before it. */
  prune(window: number): void {
    for (const [old, { fd }] of this.files) {
      if (old > window) continue;
      closeSync(fd);
      this.files.delete(old);
    }
  }

  private open(window: number): File {
    const name = `${this.path}${window}`;
    const file = { fd: openSync(name, 'w+', 0o600), end: 0 };
    unlinkSync(name);
    this.files.set(window, file);
    return file;
  }
}
