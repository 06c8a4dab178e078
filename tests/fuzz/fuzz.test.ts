import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keepFailing, keptInputs, seedInputs } from './corpus.ts';
import { fuzzInWorkers } from './fleet.ts';
import { attempt } from './session.ts';
import { targets } from './targets.ts';

const seed = Number(process.env.FUZZ_SEED ?? 20_261_126);
const executions = Number(process.env.FUZZ_EXECUTIONS ?? (process.env.POOL_DEEP ? 10_000_000 : 400_000));

test('every input that is kept, on every target, fresh and in a row', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const kept = keptInputs();
  assert.ok(kept.length > 0 && seedInputs().length > 150, 'the corpus is there');
  for (const { name, bytes } of kept)
    for (const target of targets()) assert.equal(attempt(target, bytes), null, `${name} on ${target.name}`);
  for (const target of targets())
    for (const bytes of seedInputs()) assert.equal(attempt(target, bytes), null, target.name);
});

test(`${executions} mutated inputs: no throw, no hang, no growth`, async (t) => {
  t.diagnostic(`seed ${seed} (FUZZ_SEED=${seed} repeats this run)`);
  const outcome = await fuzzInWorkers(executions, seed, 2);
  const rate = Math.round(outcome.executions / outcome.seconds);
  t.diagnostic(
    `${outcome.executions} executions, ${rate}/s, live heap grew by ${(outcome.growth / 2 ** 20).toFixed(1)} MiB`,
  );
  for (const { target, what, bytes } of outcome.failures)
    t.diagnostic(`${target}: ${what}; kept in ${keepFailing(target, bytes)}\n${bytes.toString('hex')}`);
  assert.deepEqual(
    outcome.failures.map(({ target, what }) => `${target}: ${what}`),
    [],
  );
  assert.ok(outcome.executions >= executions);
});
