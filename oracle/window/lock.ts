import { PoolError, sentence } from '../../common/errors.ts';
import { lockFile } from '../../common/file-lock.ts';

/**
 * Takes a journal for this process alone: two oracles with one journal would each sign a report of the same window. Throws PoolError `journal` when
 * another has it, or it cannot be locked; gives what is to be closed in the end.
 */
export function lockJournal(file: string, patienceMs?: number): { close(): void } {
  let lock: { close(): void } | null;
  try {
    lock = lockFile(file, patienceMs);
  } catch (thrown) {
    throw new PoolError('journal', `the oracle's journal ${file} cannot be locked: ${sentence(thrown)}`);
  }
  if (lock) return lock;
  const todo = 'stop it, or set ORACLE_JOURNAL to another file';
  throw new PoolError('journal', `another oracle works with the journal ${file}: ${todo}`);
}
