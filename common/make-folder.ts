import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';

/**
 * Makes a folder with all above it that is not there yet. Not by `recursive`: below a folder that takes none, such as /proc, Node then tries for ever.
 * Throws what mkdir throws.
 */
export function makeFolder(dir: string): void {
  const whole = path.resolve(dir);
  if (existsSync(whole)) return;
  makeFolder(path.dirname(whole));
  mkdirSync(whole);
}
