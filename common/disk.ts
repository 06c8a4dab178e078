import { statfsSync } from 'node:fs';
import path from 'node:path';

/** Bytes that a program without privileges can still write beside a file; null when that is not known, as before its folder is there. */
export function freeBytesBeside(file: string): number | null {
  try {
    const { bavail, bsize } = statfsSync(path.dirname(path.resolve(file)));
    return bavail * bsize;
  } catch {
    return null;
  }
}
