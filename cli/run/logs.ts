import { PoolError } from '../../common/errors.ts';
import { EventLogReader } from '../../common/event-log.ts';
import type { PoolRun } from './pool-run.ts';

/** Has `work` read an event log, and closes it. */
export function withLog<T>(file: string, work: (log: EventLogReader) => T): T {
  const log = new EventLogReader(file);
  try {
    return work(log);
  } finally {
    log.close();
  }
}

/**
 * The event log that has the window closed and most blocks of it let out: an emitter that was away for a while has less. Throws PoolError
 * `open_window` when none has it closed.
 */
export function fullestLog(run: PoolRun, window: number): string {
  const counts = run.emitters.map(({ eventLog }) => {
    const records = withLog(eventLog, (log) => log.window(window));
    const closed = records.some(({ event }) => event.type === 'window');
    return { eventLog, blocks: closed ? records.filter(({ event }) => event.type === 'emission').length : -1 };
  });
  const [best] = counts.sort((a, b) => b.blocks - a.blocks);
  if (!best || best.blocks < 0) throw new PoolError('open_window', `window ${window} is not closed in any event log`);
  return best.eventLog;
}
