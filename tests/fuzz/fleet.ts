import { Worker } from 'node:worker_threads';
import type { Failure } from './session.ts';
import { targets } from './targets.ts';
import { type Done, type Task, Watch } from './worker.ts';

/** One input may not take this long, whatever else the machine does. */
const HANG_MS = 20_000;
/** Live heap may grow by this much between a tenth of the run and its end: caches that fill, no more. */
const GROWTH_BYTES = 24 * 1024 * 1024;

export interface Outcome {
  executions: number;
  seconds: number;
  failures: Failure[];
  /** Largest growth of a worker's live heap, in bytes. */
  growth: number;
}

/** Fuzzes in worker threads, each with a seed of its own counted up from the given one. */
export async function fuzzInWorkers(executions: number, seed: number, workers: number): Promise<Outcome> {
  const start = performance.now();
  const share = Math.ceil(executions / workers);
  const results = await Promise.all(Array.from({ length: workers }, (_, n) => runWorker(share, seed + n)));
  const growth = Math.max(...results.map(({ heap }) => (heap.early > 0 ? heap.late - heap.early : 0)));
  const failures = results.flatMap(({ failure }) => failure ?? []);
  if (growth > GROWTH_BYTES) {
    const what = `the live heap grew by ${Math.round(growth / 2 ** 20)} MiB`;
    failures.push({ target: 'memory', what, bytes: Buffer.alloc(0), execution: share });
  }
  const done = results.reduce((sum, { executions: one }) => sum + one, 0);
  return { executions: done, seconds: (performance.now() - start) / 1000, failures, growth };
}

/** Runs one worker; one that does not come on is ended, and its input is the failure. */
async function runWorker(executions: number, seed: number): Promise<Done & { executions: number }> {
  const shared = new SharedArrayBuffer(Watch.bytes);
  const watch = new Watch(shared);
  const task: Task = { executions, seed, shared };
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData: task });
  const done = Promise.withResolvers<Done>();
  worker.once('message', (message: Done) => done.resolve({ ...message, failure: revive(message.failure) }));
  worker.once('error', (error) => done.resolve(failed(watch, String(error))));
  let last = -1;
  const guard = setInterval(() => {
    // The worker has not begun yet while it loads.
    if (watch.executions > 0 && watch.executions === last) {
      done.resolve(failed(watch, `did not end within ${HANG_MS / 1000} s`));
      void worker.terminate();
    }
    last = watch.executions;
  }, HANG_MS);
  const result = await done.promise;
  clearInterval(guard);
  return { ...result, executions: watch.executions };
}

function failed(watch: Watch, what: string): Done {
  const { target, bytes } = watch.current;
  const name = targets()[target]?.name ?? 'unknown';
  return { failure: { target: name, what, bytes, execution: watch.executions }, heap: { early: 0, late: 0 } };
}

/** Buffers come out of a message as plain arrays. */
function revive(failure: Failure | null): Failure | null {
  return failure && { ...failure, bytes: Buffer.from(failure.bytes) };
}
