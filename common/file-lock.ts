import { DatabaseSync } from 'node:sqlite';

/** Who was just told to stop may still be at it. */
const PATIENCE_MS = 5000;

/**
 * Takes a file for this process alone. The lock is one of SQLite's, on an empty file beside it (`-lock`): it ends with its holder, whatever
 * ended that. Gives what is to be closed in the end; null when another process has it.
 */
export function lockFile(file: string, patienceMs = PATIENCE_MS): { close(): void } | null {
  const lock = new DatabaseSync(`${file}-lock`, { timeout: patienceMs });
  try {
    lock.exec('BEGIN EXCLUSIVE');
    return lock;
  } catch {
    lock.close();
    return null;
  }
}
