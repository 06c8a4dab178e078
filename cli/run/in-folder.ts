import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { exitError, Supervisor } from '../../devnet/supervisor.ts';
import { interruption, untilSignal } from './signals.ts';

/**
 * Gives `work` a temporary folder, called after `name`, and a supervisor for its processes; stops them and removes the folder afterwards, also at Ctrl-C. A
 * process that ends by itself makes it fail. With POOL_KEEP_BOX set the folder stays.
 */
export async function inFolder<T>(name: string, work: (dir: string, supervisor: Supervisor) => Promise<T>): Promise<T> {
  const dir = mkdtempSync(path.join(tmpdir(), `bppool-${name}-`));
  const { received } = untilSignal();
  const failed = Promise.withResolvers<never>();
  failed.promise.catch(() => {});
  const supervisor = new Supervisor((exit, running) => {
    if (!exit.expected) failed.reject(exitError(running, exit));
  });
  const interrupted = received.then(() => Promise.reject(interruption('stopped by a signal')));
  try {
    return await Promise.race([work(dir, supervisor), failed.promise, interrupted]);
  } finally {
    await supervisor.stopAll();
    if (!process.env.POOL_KEEP_BOX) rmSync(dir, { recursive: true, force: true });
  }
}
