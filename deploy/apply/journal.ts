import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { PoolError, sentence } from '../../common/errors.ts';
import type { Signed } from './push.ts';

/** What was under way when it was written: it may have reached the chain or not, and can be sent again, for no chain takes it twice. */
export interface Pending {
  chainId: string;
  step: string;
  signed: Signed;
}

/**
 * The one transaction that was last sent, on disk before it is sent: so that who starts again after a crash goes on with it, and nothing is done
 * twice. There is no file while nothing is under way.
 */
export class Journal {
  private readonly file: string;

  constructor(file: string) {
    this.file = file;
  }

  /** Null when nothing is under way. Throws PoolError `journal` for a file that is none. */
  read(): Pending | null {
    let text: string;
    try {
      text = readFileSync(this.file, 'utf8');
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw new PoolError('journal', `the journal ${this.file} cannot be read: ${sentence(thrown)}`);
    }
    const pending = parse(text);
    if (pending) return pending;
    throw new PoolError(
      'journal',
      `the journal ${this.file} is no journal of a deployment: wait a minute, look at the chain, and remove it`,
    );
  }

  /** On disk when it returns. Throws PoolError `journal`. */
  write(pending: Pending): void {
    try {
      writeFileSync(`${this.file}.new`, `${JSON.stringify(pending)}\n`, { flush: true });
      renameSync(`${this.file}.new`, this.file);
      flushFolder(path.dirname(path.resolve(this.file)));
    } catch (thrown) {
      throw new PoolError('journal', `the journal ${this.file} cannot be written: ${sentence(thrown)}`);
    }
  }

  clear(): void {
    rmSync(this.file, { force: true });
  }
}

/** So that the new name is on disk too. */
function flushFolder(dir: string): void {
  const fd = openSync(dir, 'r');
  fsyncSync(fd);
  closeSync(fd);
}

function parse(text: string): Pending | null {
  try {
    const { chainId, step, signed } = JSON.parse(text) as Pending;
    const { id, expiresAt, after, body } = signed;
    const isOne = typeof step === 'string' && /^[0-9a-f]{64}$/.test(id) && expiresAt > 0 && after > 0;
    return isOne && typeof body.packed_trx === 'string' ? { chainId, step, signed } : null;
  } catch {
    return null;
  }
}
