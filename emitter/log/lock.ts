import { PoolError } from '../../common/errors.ts';
import { lockFile } from '../../common/file-lock.ts';

/**
 * Takes an event log for this process alone: of two emitters that write one log, each would hold a decision of its own. Throws PoolError
 * `event_log` when another has it; gives what is to be closed in the end.
 */
export function lockLog(file: string, patienceMs?: number): { close(): void } {
  const lock = lockFile(file, patienceMs);
  if (lock) return lock;
  const todo = 'stop it, or set EMITTER_EVENT_LOG to another file';
  throw new PoolError('event_log', `another emitter writes the event log ${file}: ${todo}`);
}
