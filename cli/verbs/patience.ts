import { unlessStopped } from '../run/signals.ts';

const PATIENCE_MS = 2000;

/**
 * Says on standard error what is waited for when it takes more than two seconds, and again every ten. Throws PoolError `interrupted` when a signal ends the waiting, and
 * what `work` throws.
 */
export async function patiently<T>(what: string, work: Promise<T>): Promise<T> {
  const start = performance.now();
  const say = () => process.stderr.write(`${what} … ${Math.round((performance.now() - start) / 1000)} s\n`);
  let again: NodeJS.Timeout | undefined;
  const first = setTimeout(() => {
    say();
    again = setInterval(say, 5 * PATIENCE_MS);
  }, PATIENCE_MS);
  try {
    return await unlessStopped(what, work);
  } finally {
    clearTimeout(first);
    clearInterval(again);
  }
}
