import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { poolCode } from '../support/contracts.ts';
import { Coverage } from './drive/coverage.ts';
import { RULES } from './rules/model.ts';
import type { Outcome, Task } from './run.ts';

// Sequences of actions on the contract and on the model of its rules: 400 in a run of everything, twice as many when the suite is named. POOL_DEEP=1 (./pool test contract --deep) runs ten
// thousand of fifty actions; POOL_SEED=seed tries others, POOL_SEED=seed:path replays one that failed.

const WORKERS = 2;
const STEPS = 50;
const deep = process.env.POOL_DEEP === '1';
const usual = process.env.POOL_ALL_CASES ? 800 : 400;
const sequences = Number(process.env.POOL_SEQUENCES ?? (deep ? 10_000 : usual));
const [seedText, ...path] = (process.env.POOL_SEED ?? '').split(':');
const seed = seedText ? Number(seedText) : 20_261_124;

function work(task: Task): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./run.ts', import.meta.url), { workerData: task });
    worker.once('message', resolve);
    worker.once('error', reject);
  });
}

function tasks(): Task[] {
  if (path.length > 0) return [{ seed, path: path.join(':'), sequences: 1, steps: STEPS }];
  const share = Math.ceil(sequences / WORKERS);
  return Array.from({ length: WORKERS }, (_, i) => ({
    seed: seed + i,
    path: undefined,
    sequences: share,
    steps: STEPS,
  }));
}

/** Parts of sentences with which the model refuses, as they stand in its rules. */
function fragments(): string[] {
  const sources = globSync(join(import.meta.dirname, 'rules', '*.ts')).map((file) => readFileSync(file, 'utf8'));
  const code = sources.map((source) => source.replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '').replace(/new Error\(.*/g, ''));
  const texts = code.flatMap((source) => [...source.matchAll(/'([^'\n]* [^'\n]*)'|"([^"\n]* [^"\n]*)"/g)]);
  const all = texts.map(([, single, double]) => single ?? (double as string));
  return [...new Set(all)].filter((text) => /^[a-z0-9][\w' :,-]*$/.test(text));
}

function report(coverage: Coverage, outcomes: Outcome[], started: number): string[] {
  const total = (of: 'steps' | 'sequences') => outcomes.reduce((sum, outcome) => sum + outcome[of], 0);
  const took = (performance.now() - started) / 1000;
  const done = [...coverage.actions].sort((a, b) => a[1] - b[1]).map(([action, count]) => `${action} ${count}`);
  const refused = new Map<string, number>();
  for (const [key, count] of coverage.refusals) {
    const fragment = key.slice(key.indexOf(': ') + 2);
    refused.set(fragment, (refused.get(fragment) ?? 0) + count);
  }
  const never = fragments().filter((fragment) => !refused.has(fragment));
  return [
    `${total('sequences')} sequences, ${total('steps')} steps, ${coverage.refusedCount} refused, ${took.toFixed(1)} s, ${(total('sequences') / took).toFixed(1)} sequences/s`,
    `succeeded: ${done.join(', ')}`,
    `refused with ${refused.size} sentences in ${coverage.refusals.size} ways${
      deep
        ? `: ${[...refused]
            .sort((a, b) => a[1] - b[1])
            .map(([fragment, count]) => `"${fragment}" ${count}`)
            .join(', ')}`
        : ''
    }`,
    `sentences never heard: ${never.map((fragment) => `"${fragment}"`).join(', ') || 'none'}`,
  ];
}

test('the contract does what its rules say, whatever is done in whatever order', { timeout: 5_400_000 }, async (t) => {
  poolCode(); // built once, not by each worker
  const started = performance.now();
  const outcomes = await Promise.all(
    tasks().map(async (task) => {
      t.diagnostic(`${task.sequences} sequences of ${task.steps} steps, POOL_SEED=${task.seed}`);
      return work(task);
    }),
  );
  const coverage = new Coverage();
  for (const outcome of outcomes) coverage.add(outcome.coverage);
  for (const line of report(coverage, outcomes, started)) t.diagnostic(line);
  const failures = outcomes.flatMap(({ failure }) => failure ?? []);
  assert.ok(failures.length === 0, failures.join('\n'));
  if (path.length > 0) return;
  const unseen = Object.keys(RULES).filter((action) => !coverage.actions.has(action));
  if (sequences >= 400) assert.deepEqual(unseen, [], 'every action succeeds in some sequence');
});
