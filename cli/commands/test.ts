import { readdirSync } from 'node:fs';
import path from 'node:path';
import { run as runTests } from 'node:test';
import { spec } from 'node:test/reporters';
import { Command } from 'commander';
import { PoolError } from '../../common/errors.ts';
import { ROOT, shimLibrary } from '../../devnet/tools.ts';
import { withBox } from '../run/box.ts';
import { withChain } from '../run/chain.ts';
import { untilSignal } from '../run/signals.ts';
import { write } from '../verbs/show.ts';

const SUITES = ['unit', 'model', 'cluster', 'simulator', 'fuzz', 'contract', 'ops', 'browser', 'e2e'] as const;
/** Parts of a suite, in order; the files of `box` share one running pool, those of `chain` one bare chain. */
const PARTS = {
  unit: ['unit'],
  model: ['model'],
  cluster: ['cluster'],
  simulator: ['simulator'],
  fuzz: ['fuzz'],
  contract: ['contract'],
  browser: ['browser'],
  ops: ['ops/files', 'ops/real', 'ops/containers', 'ops/systemd'],
  e2e: ['e2e/chain', 'e2e/up', 'e2e/box', 'e2e/oracle', 'e2e/cases', 'e2e/chaos', 'e2e/standby', 'e2e/strategies'],
} as const;

/** Run when named, or with --deep, for time: three kills of a pool on a cluster (e2e/chaos) stand for `cluster` in a run of everything. */
const BY_NAME: readonly string[] = [
  ...['cluster', 'ops/real', 'ops/containers', 'ops/systemd'],
  ...['e2e/standby', 'e2e/strategies'],
];
/** Nothing of these comes out otherwise on a busy machine: as many at once as a small one has cores. */
const AT_ONCE: readonly string[] = ['unit', 'contract', 'ops/files'];

interface Count {
  passed: number;
  failed: number;
}

export function testCommand(): Command {
  return new Command('test')
    .description('run the tests; the last line is "N passed, N failed"')
    .argument('[suite]', `one of ${SUITES.join(', ')}, or a part as e2e/chain; all when left out`)
    .option(
      '--deep',
      'contract: 10,000 sequences instead of hundreds; simulator: 1,000,000 slots; fuzz: 10,000,000 inputs',
    )
    .option('--json', 'write the counts as JSON instead of the last line; an error as JSON to standard error')
    .addHelpText(
      'after',
      '\nExamples:\n  ./pool test\n  ./pool test unit\n  ./pool test e2e/chain\n  ./pool test fuzz --deep',
    )
    .action(async (suite: string | undefined, options: { deep?: true; json?: true }) => {
      if (options.deep) process.env.POOL_DEEP = '1';
      // In a run of everything one case stands for the others, which take a quarter of an hour.
      if (options.deep || suite !== undefined) process.env.POOL_ALL_CASES = '1';
      const parts = partsOf(suite, options.deep === true);
      if (parts.length === 0) {
        const known = [...SUITES, ...PARTS.ops, ...PARTS.e2e].join(', ');
        throw new PoolError('options', `there is no test suite "${suite}"; there are ${known}`);
      }
      const total: Count = { passed: 0, failed: 0 };
      const counts: (Count & { part: string; seconds: number })[] = [];
      const { signal } = untilSignal();
      for (const part of parts) {
        if (signal.aborted) break;
        const run = (env: Record<string, string>) => runPart(part, env, signal);
        const begun = performance.now();
        const shared = { 'e2e/box': withBox, 'e2e/chain': withChain }[part];
        const count = shared ? await shared(run) : await run({});
        const seconds = Math.round((performance.now() - begun) / 1000);
        process.stderr.write(`${part}: ${count.passed} passed, ${count.failed} failed in ${seconds} s\n`);
        counts.push({ part, ...count, seconds });
        total.passed += count.passed;
        total.failed += count.failed;
      }
      await write(options, { ...total, parts: counts }, () => [`${total.passed} passed, ${total.failed} failed`]);
      process.exitCode = signal.aborted ? 130 : total.failed > 0 || total.passed === 0 ? 1 : 0;
    });
}

/** The parts to run for a suite's name, a part's name, or none. */
function partsOf(name: string | undefined, deep: boolean): string[] {
  const all = SUITES.flatMap((suite): readonly string[] => PARTS[suite]);
  if (name === undefined) return all.filter((part) => deep || !BY_NAME.includes(part));
  return all.filter((part) => part === name || part.startsWith(`${name}/`));
}

/** Runs the files of a folder, one process each; those with nodes one after the other, for they share the machine. */
async function runPart(part: string, env: Record<string, string>, signal: AbortSignal): Promise<Count> {
  // The files' processes end with this one, whatever ends it, and so does what they start.
  const bound = { LD_PRELOAD: shimLibrary(), DIE_WITH_PARENT: String(process.pid), DIE_WITH_SIGNAL: '15' };
  Object.assign(process.env, env, bound);
  const files = testFiles(path.join(ROOT, 'tests', part));
  process.stderr.write(`\n${part}: ${files.length} files\n`);
  const count: Count = { passed: 0, failed: 0 };
  const stream = runTests({ files, concurrency: AT_ONCE.includes(part) ? 2 : 1, cwd: ROOT, signal });
  stream.on('test:pass', (event) => {
    if (isTest(event)) count.passed++;
  });
  stream.on('test:fail', (event) => {
    if (isTest(event)) count.failed++;
  });
  const finished = new Promise((resolve) => stream.once('end', resolve));
  stream.compose(spec()).pipe(process.stderr, { end: false });
  await finished;
  return count;
}

/** Files and suites are reported as tests too; only what stands in `test()` is counted, and a file that cannot run. */
function isTest(event: {
  name: string;
  nesting: number;
  details: { type?: string | undefined };
  file?: string | undefined;
}): boolean {
  return event.details.type !== 'suite' && !(event.nesting === 0 && event.name === event.file);
}

function testFiles(dir: string): string[] {
  return readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => path.join(dir, name))
    .sort();
}
