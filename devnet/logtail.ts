import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

const TAIL_BYTES = 8192;

/** The last lines of a log file, for an error message; never throws. */
export function lastLines(file: string, lines = 8): string {
  try {
    const fd = openSync(file, 'r');
    try {
      const { size } = fstatSync(fd);
      const buffer = Buffer.alloc(Math.min(size, TAIL_BYTES));
      readSync(fd, buffer, 0, buffer.length, size - buffer.length);
      const text = buffer.toString('utf8').trimEnd().split('\n').slice(-lines).join('\n');
      return text || '(nothing)';
    } finally {
      closeSync(fd);
    }
  } catch {
    return '(no log)';
  }
}
