import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { claimFolder, releaseFolder } from './folder.ts';
import { PoolRun } from './pool-run.ts';
import { progressLines } from './progress.ts';
import { interruption, untilSignal } from './signals.ts';

/**
 * A pool for tests: in a temporary folder, members come back when they are killed. Gives `work` the folder in the variable
 * POOL_BOX; stops everything and removes the folder afterwards, also at Ctrl-C.
 */
export async function withBox<T>(work: (env: Record<string, string>) => Promise<T>): Promise<T> {
  const dir = mkdtempSync(path.join(tmpdir(), 'bppool-box-'));
  const progress = progressLines();
  const { received } = untilSignal();
  claimFolder(dir);
  const run = new PoolRun(
    {
      dir,
      members: 3,
      producers: 1,
      oracles: 1,
      strategy: 'first-delivered',
      mode: 'propose',
      seed: 7,
      restart: 'members',
    },
    progress,
  );
  const interrupted = received.then(() => Promise.reject(interruption('stopped by a signal')));
  try {
    const done = run.start().then(() => work({ POOL_BOX: dir }));
    return await Promise.race([done, run.failed, interrupted]);
  } finally {
    await run.stop();
    releaseFolder(dir);
    if (!process.env.POOL_KEEP_BOX) rmSync(dir, { recursive: true, force: true });
  }
}
