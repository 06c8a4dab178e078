import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';
import { PoolError } from '../common/errors.ts';
import { type Abi, patchAbi, validateAbi } from './abi.ts';
import { lintContract } from './lint.ts';
import { mergeData } from './merge-data.ts';
import { startInApply } from './start-in-apply.ts';

export interface ContractSource {
  /** Name of the results: NAME.wasm and NAME.abi. */
  name: string;
  /** Folder with the sources, and the file in it that holds the contract class. */
  folder: string;
  entry: string;
  /** Folder for the results. */
  target: string;
  maxBytes: number;
  /** Last changes to the patched ABI. */
  finish?: (abi: Abi) => Abi;
  /** Files besides the folder's whose change means a rebuild. */
  inputs?: string[];
  /** Sources of another contract that this one imports as if they lay in its folder. */
  borrowed?: string[];
  /** Actions that anybody may push; all others must begin with requireAuth. Without it nobody asks. */
  permissionless?: string[];
}

export interface BuiltContract {
  wasm: string;
  abi: string;
  bytes: number;
  sha256: string;
  /** False when the sources are those of the last build. */
  rebuilt: boolean;
}

const repository = dirname(import.meta.dirname);
const require = createRequire(import.meta.url);
const LOCK_POLL_MS = 100;

/** Compiles a contract unless its sources are unchanged. Throws PoolError with one sentence on anything that is wrong. */
export function compileContract(source: ContractSource, force = false): BuiltContract {
  mkdirSync(source.target, { recursive: true });
  const unlock = lock(join(source.target, `${source.name}.lock`));
  try {
    const digest = sourceDigest(source);
    const recorded = join(source.target, recordName(source.name));
    if (!force && isCurrent(source, recorded, digest)) return describe(source, false);
    lint(source);
    rmSync(recorded, { force: true });
    build(source);
    writeFileSync(recorded, `${digest}\n`);
    return describe(source, true);
  } finally {
    unlock();
  }
}

function recordName(name: string): string {
  return name === 'pool' ? 'source.sha256' : `${name}.source.sha256`;
}

function sourcesOf(folder: string): string[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.ts'))
    .sort()
    .map((file) => join(folder, file));
}

function sourceDigest(source: ContractSource): string {
  const hash = createHash('sha256');
  const tools = ['proton-tsc', 'proton-asc', 'as-chain'].map((name) => require.resolve(`${name}/package.json`));
  const own = [
    'abi.ts',
    'asc-flags.cjs',
    'compile.ts',
    'lint-actions.ts',
    'lint-rows.ts',
    'lint.ts',
    'merge-data.ts',
    'start-in-apply.ts',
    'wasm.ts',
    'source-text.ts',
  ].map((file) => join(import.meta.dirname, file));
  for (const file of [
    ...sourcesOf(source.folder),
    ...own,
    ...(source.inputs ?? []),
    ...(source.borrowed ?? []),
    ...tools,
  ]) {
    const bytes = readFileSync(file);
    hash.update(`${relative(repository, file)} ${bytes.length}\n`).update(bytes);
  }
  return hash.digest('hex');
}

function isCurrent(source: ContractSource, recorded: string, digest: string): boolean {
  const results = ['wasm', 'abi'].map((kind) => join(source.target, `${source.name}.${kind}`));
  return [recorded, ...results].every(existsSync) && readFileSync(recorded, 'utf8').trim() === digest;
}

function lint(source: ContractSource): void {
  const files = sourcesOf(source.folder).map((file) => ({
    file: relative(repository, file),
    text: readFileSync(file, 'utf8'),
  }));
  const { permissionless } = source;
  const findings = lintContract(files, permissionless ? { permissionless } : {});
  if (findings.length > 0) throw new PoolError('lint', findings.join('; '), { findings });
}

/** A folder of its own for each build: after a compile error the old WASM would lie beside the new ABI. */
function build(source: ContractSource): void {
  const work = join(source.target, `${source.name}.build`);
  rmSync(work, { recursive: true, force: true });
  try {
    for (const file of [...sourcesOf(source.folder), ...(source.borrowed ?? [])])
      cpSync(file, join(work, basename(file)));
    const stem = join(work, 'target', source.entry.replace(/\.ts$/, ''));
    runCompiler(join(work, source.entry), `${stem}.wasm`, source);
    const wasm = startInApply(mergeData(readFileSync(`${stem}.wasm`)));
    if (wasm.length > source.maxBytes) {
      throw new PoolError(
        'size',
        `${source.name}.wasm has ${wasm.length} bytes: at most ${source.maxBytes} are allowed`,
      );
    }
    writeFileSync(`${stem}.wasm`, wasm);
    const patched = patchAbi(JSON.parse(readFileSync(`${stem}.abi`, 'utf8')) as Abi);
    const abi = source.finish ? source.finish(patched) : patched;
    validateAbi(abi);
    writeFileSync(`${stem}.abi`, `${JSON.stringify(abi, null, 2)}\n`);
    renameSync(`${stem}.abi`, join(source.target, `${source.name}.abi`));
    renameSync(`${stem}.wasm`, join(source.target, `${source.name}.wasm`));
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function runCompiler(entry: string, wasm: string, source: ContractSource): void {
  const tsNode = require.resolve('ts-node/dist/bin-transpile.js');
  const compiler = join(dirname(require.resolve('proton-asc/package.json')), 'bin', 'proton-asc.js');
  const flags = join(import.meta.dirname, 'asc-flags.cjs');
  const args = ['--no-deprecation', '--require', flags, tsNode, compiler, relative(repository, entry)];
  const run = spawnSync(process.execPath, args, {
    cwd: repository,
    encoding: 'utf8',
    env: { ...process.env, NODE_OPTIONS: '' },
    maxBuffer: 64 * 1024 * 1024,
  });
  if (run.error) throw new PoolError('compiler', `the contract compiler could not be started: ${run.error.message}`);
  const said = `${run.stdout}\n${run.stderr}`;
  // a warning (a conversion that loses bits, a test that is always true) is refused like an error: nobody reads it later
  const error = diagnostic('ERROR|FAILURE', said) ?? diagnostic('WARNING|INFO', said);
  if (run.status === 0 && !error && existsSync(wasm)) return;
  const text = error ?? said.trim().split('\n').slice(-3).join(' ');
  const first = text.replace(/\s+/g, ' ').trim();
  throw new PoolError('compiler', `${relative(repository, source.folder)} does not compile: ${first.slice(0, 500)}`, {
    output: said,
  });
}

/** The first message of one of these levels, up to its place in a file. */
function diagnostic(levels: string, said: string): string | undefined {
  const found = new RegExp(`^(?:${levels})\\b.*$[\\s\\S]*?(?:\\bin (\\S+\\(\\d+,\\d+\\))|$(?![\\s\\S]))`, 'm').exec(
    said,
  );
  return found?.[0].replace(/\n\s+at [\s\S]*/, '');
}

function describe(source: ContractSource, rebuilt: boolean): BuiltContract {
  const wasm = join(source.target, `${source.name}.wasm`);
  const bytes = readFileSync(wasm);
  return {
    wasm,
    abi: join(source.target, `${source.name}.abi`),
    bytes: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    rebuilt,
  };
}

/** Test files run side by side: the first builds, the others wait. A lock of a process that is gone is taken over. */
function lock(path: string): () => void {
  for (;;) {
    try {
      writeFileSync(path, `${process.pid}`, { flag: 'wx' });
      return () => rmSync(path, { force: true });
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code !== 'EEXIST') throw thrown;
    }
    if (!isAlive(path)) rmSync(path, { force: true });
    else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LOCK_POLL_MS);
  }
}

function isAlive(path: string): boolean {
  try {
    const pid = Number(readFileSync(path, 'utf8'));
    if (!Number.isInteger(pid) || pid <= 0) return true;
    process.kill(pid, 0);
    return true;
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code === 'EPERM';
  }
}
