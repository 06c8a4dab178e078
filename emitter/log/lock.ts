import { DatabaseSync } from 'node:sqlite';
import { PoolError } from '../../common/errors.ts';

/** An emitter that was just told to stop may still be at it. */
const PATIENCE_MS = 5000;

/**
 * Takes an event log for this process alone: of two emitters that write one log, each would hold a decision of its own. The lock is one of
 * SQLite's, on an empty file beside the log: it ends with its holder, whatever ended that. Throws PoolError `event_log` when another
 * has it; gives what is to be closed in the end.
 */
export function lockLog(file: string, patienceMs = PATIENCE_MS): { close(): void } {
  const lock = new DatabaseSync(`${file}-lock`, { timeout: patienceMs });
  try {
    lock.exec('BEGIN EXCLUSIVE');
    return lock;
  } catch {
    lock.close();
    const todo = 'stop it, or set EMITTER_EVENT_LOG to another file';
    throw new PoolError('event_log', `another emitter writes the event log ${file}: ${todo}`);
  }
}
