import { PoolError } from '../../common/errors.ts';

const STOPPING: NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** Resolves at the first Ctrl-C, SIGTERM or SIGHUP; a second one changes nothing, so that the clean end is not cut short. */
export function untilSignal(): { signal: AbortSignal; received: Promise<void> } {
  const controller = new AbortController();
  const received = new Promise<void>((resolve) => {
    for (const name of STOPPING) {
      process.on(name, () => {
        controller.abort();
        resolve();
      });
    }
  });
  return { signal: controller.signal, received };
}

/** What ends a command with exit code 130. `why`: one sentence. */
export function interruption(why: string): PoolError {
  return new PoolError('interrupted', why);
}

/**
 * What `work` gives, unless one of these signals comes first: then throws PoolError `interrupted`, which says what was under way. For work that waits; what computes
 * hears no signal, and is ended by the signal itself where nothing listens for it.
 */
export async function unlessStopped<T>(what: string, work: Promise<T>): Promise<T> {
  const stopped = Promise.withResolvers<never>();
  const stop = (name: NodeJS.Signals) => stopped.reject(interruption(`stopped by ${name} while ${what}`));
  for (const name of STOPPING) process.on(name, stop);
  try {
    return await Promise.race([work, stopped.promise]);
  } finally {
    for (const name of STOPPING) process.off(name, stop);
  }
}
