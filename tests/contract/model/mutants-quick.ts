import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { compileContract } from '../../../contracts/compile.ts';
import { MUTANTS, type Mutant } from './mutant-list.ts';

// Does the model notice bugs? Each mutant is a private copy of the contract with one fault: built, and given to the test.
// Not a test of its own, for it takes minutes: node tests/contract/model/mutants.ts [name …]

const repository = join(import.meta.dirname, '..', '..', '..');
const place = join(repository, 'contracts', 'target', 'mutants');
const MAX_BYTES = 200_000;
const SEQUENCES = '240';

function build({ name, file, from, to }: Mutant): string {
  const folder = join(place, name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(place, { recursive: true });
  cpSync(join(repository, 'contracts', 'pool'), folder, { recursive: true });
  const path = join(folder, file);
  const source = readFileSync(path, 'utf8');
  if (!source.includes(from)) throw new Error(`${name}: ${file} has no "${from}"`);
  writeFileSync(path, source.replace(from, to));
  compileContract({ name, folder, entry: 'pool.contract.ts', target: place, maxBytes: MAX_BYTES });
  return join(place, name);
}

/** What the test says of this build of the contract; undefined when it finds nothing. */
function examine(code: string): string | undefined {
  const test = spawnSync(process.execPath, ['--test', join(import.meta.dirname, 'model.test.ts')], {
    encoding: 'utf8',
    env: { ...process.env, POOL_CODE: code, POOL_SEQUENCES: SEQUENCES },
    maxBuffer: 64 * 1024 * 1024,
  });
  if (test.status === 0) return undefined;
  const said = /(?:after \d+ simplifications, |Error: )[\s\S]{0,300}/.exec(test.stdout)?.[0] ?? test.stdout.slice(-500);
  return said.split('\n').slice(0, 2).join(' ');
}

if (import.meta.main) {
  const wanted = process.argv.slice(2);
  const chosen = MUTANTS.filter(({ name }) => wanted.length === 0 || wanted.includes(name));
  let missed = 0;
  for (const mutant of chosen) {
    const code = build(mutant);
    const said = examine(code);
    if (said === undefined) missed++;
    process.stdout.write(`${said === undefined ? 'MISSED' : 'caught'} ${mutant.name}: ${said ?? ''}\n`);
  }
  process.stdout.write(`${chosen.length - missed} of ${chosen.length} caught, in ${relative(process.cwd(), place)}\n`);
  process.exitCode = missed > 0 ? 1 : 0;
}
