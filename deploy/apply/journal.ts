import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import path from 'node:path';
import { PoolError, sentence } from '../../common/errors.ts';

/** What was under way when it was written: it may have reached the chain or not. */
export interface Pending {
  chainId: string;
  step: string;
  /** Hex. */
  transaction: string;
  /** Chain time, ms since 1970. */
  expiresAt: number;
  /** The block before it was sent. */
  after: number;
}

/**
 * The one transaction that was last sent, on disk before it is sent: so that who starts again after a crash knows for what to wait, and
 * nothing is done twice. There is no file while nothing is under way.
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

  /** On disk when it returns. */
  write(pending: Pending): void {
    const fd = openSync(`${this.file}.new`, 'w');
    try {
      writeSync(fd, `${JSON.stringify(pending)}\n`);
      fsyncSync(fd);
    } catch (thrown) {
      throw new PoolError('journal', `the journal ${this.file} cannot be written: ${sentence(thrown)}`);
    } finally {
      closeSync(fd);
    }
    renameSync(`${this.file}.new`, this.file);
    const dir = openSync(path.dirname(path.resolve(this.file)), 'r');
    fsyncSync(dir);
    closeSync(dir);
  }

  clear(): void {
    rmSync(this.file, { force: true });
  }
}

function parse(text: string): Pending | null {
  try {
    const { chainId, step, transaction, expiresAt, after } = JSON.parse(text) as Pending;
    const isOne = typeof step === 'string' && /^[0-9a-f]{64}$/.test(transaction) && expiresAt > 0 && after > 0;
    return isOne ? { chainId, step, transaction, expiresAt, after } : null;
  } catch {
    return null;
  }
}
