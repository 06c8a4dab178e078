import { setTimeout as sleep } from 'node:timers/promises';
import { PoolError } from '../../common/errors.ts';
import type { EventRecord } from '../../common/events.ts';
import type { PoolRun } from './pool-run.ts';

const WAIT_MS = 300_000;

/**
 * The next record of any emitter, or of the one with this name, that a condition holds for. Rejects with PoolError `timeout` after five minutes
 * without one, and when the run fails.
 */
export async function nextRecord(
  run: PoolRun,
  wanted: (record: EventRecord) => boolean,
  emitter?: string,
): Promise<EventRecord> {
  const found = Promise.withResolvers<EventRecord>();
  const stop = run.onRecord((record, name) => {
    if ((emitter === undefined || name === emitter) && wanted(record)) found.resolve(record);
  });
  const late = sleep(WAIT_MS, undefined, { ref: false }).then(() =>
    Promise.reject(new PoolError('timeout', `what was waited for did not happen in ${WAIT_MS / 1000} s`)),
  );
  late.catch(() => {});
  try {
    return await Promise.race([found.promise, late, run.failed]);
  } finally {
    stop();
  }
}
