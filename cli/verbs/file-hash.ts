import { readFileSync } from 'node:fs';
import { sha256 } from '../../common/canonical.ts';
import { PoolError, sentence } from '../../common/errors.ts';

/** sha256 of a file's bytes in hex. `what` it is, for the sentence when it cannot be read (PoolError `file`). */
export function fileHash(file: string, what: string): string {
  try {
    return sha256(readFileSync(file)).toString('hex');
  } catch (thrown) {
    throw new PoolError('file', `${what} ${file} cannot be read: ${sentence(thrown)}`);
  }
}
