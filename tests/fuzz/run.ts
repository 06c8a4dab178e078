import { parseArgs } from 'node:util';
import { keepFailing } from './corpus.ts';
import { fuzzInWorkers } from './fleet.ts';

/** `node tests/fuzz/run.ts --executions N --seed N --workers N`: exits 1 when an input made something fail. */
async function main(): Promise<void> {
  const option = { type: 'string' } as const;
  const { values } = parseArgs({ options: { executions: option, seed: option, workers: option } });
  const seed = Number(values.seed ?? Date.now() % 1_000_000_000);
  process.stdout.write(`seed ${seed}\n`);
  const workers = Number(values.workers ?? 2);
  const outcome = await fuzzInWorkers(Number(values.executions ?? 1_000_000), seed, workers);
  const rate = Math.round(outcome.executions / outcome.seconds);
  const growth = `live heap grew by ${(outcome.growth / 2 ** 20).toFixed(1)} MiB`;
  process.stdout.write(`${outcome.executions} executions in ${outcome.seconds.toFixed(1)} s, ${rate}/s; ${growth}\n`);
  for (const { target, what, bytes, execution } of outcome.failures) {
    const file = keepFailing(target, bytes);
    process.stdout.write(
      `${target} failed at execution ${execution}: ${what}\n${bytes.toString('hex')}\nkept in ${file}\n`,
    );
    process.exitCode = 1;
  }
}

await main();
