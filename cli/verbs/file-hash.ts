import { readFileSync } from 'node:fs';
import { sha256 } from '../../common/canonical.ts';
import { PoolError, sentence } from '../../common/errors.ts';

/** sha256 of a file's bytes in hex. `what` it is, for the sentence when it cannot be read or has nothing in it (PoolError `file`). */
export function fileHash(file: string, what: string): string {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (thrown) {
    throw new PoolError('file', `${what} ${file} cannot be read: ${sentence(thrown)}`);
  }
  if (bytes.length === 0) throw new PoolError('file', `${what} ${file} is empty: name the right file`);
  return sha256(bytes).toString('hex');
}
