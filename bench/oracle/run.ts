import { execFile } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { PoolError, sentence } from '../../common/errors.ts';
import { makeFolder } from '../../common/make-folder.ts';
import { ORACLE_NODE_FLAGS } from '../../common/node-flags.ts';
import type { OracleResult } from './result.ts';
import { type LogSize, writeLog } from './write.ts';

/** 8,229 slots of a day in 686 windows of a pool of 100, and a quarter and a half of them. */
const SIZES: LogSize[] = [
  { members: 100, windows: 172, missed: 0 },
  { members: 100, windows: 343, missed: 0 },
  { members: 100, windows: 686, missed: 3 },
];

/** What bench/oracle/measured.ts prints. */
interface Measured {
  events: number;
  windows: number;
  seconds: number;
  cpuSeconds: number;
  peakRss: number;
  signers: number;
}

export interface OracleBench {
  /** A folder in which the logs stay for the next run; null: none. */
  keep: string | null;
  full: boolean;
}

/** Has an oracle read days of a busy pool that it has never seen: each in a process of its own, on one core where `taskset` is there. */
export async function benchOracle(
  dir: string,
  { keep, full }: OracleBench,
  progress: (text: string) => void,
): Promise<OracleResult> {
  const logs = keep ?? dir;
  try {
    makeFolder(logs);
  } catch (thrown) {
    throw new PoolError('bench', `the folder ${logs} cannot be made: ${sentence(thrown)}; choose another with --keep`);
  }
  const growth: Measured[] = [];
  for (const size of SIZES) {
    const file = await logOf(logs, size, progress);
    growth.push(await measure(file, dir, false));
    progress(`${growth.at(-1)?.events} events in ${growth.at(-1)?.seconds.toFixed(2)} s`);
    if (size !== SIZES.at(-1) && !keep) forget(file);
  }
  const day = growth.at(-1) as Measured;
  const all = full ? await measure(fileOf(logs, SIZES.at(-1) as LogSize), dir, true) : null;
  return {
    ...{ events: day.events, seconds: day.seconds, peakRss: day.peakRss },
    growth: growth.map(({ events, seconds }) => ({ events, seconds })),
    ...{ cpuSeconds: day.cpuSeconds, signers: day.signers },
    ...(all && {
      full: { events: all.events, seconds: all.seconds, signers: all.signers, peakRss: all.peakRss },
    }),
  };
}

function fileOf(dir: string, { members, windows }: LogSize): string {
  return path.join(dir, `day-${members}-${windows}.sqlite`);
}

async function logOf(dir: string, size: LogSize, progress: (text: string) => void): Promise<string> {
  const file = fileOf(dir, size);
  // Written last.
  if (existsSync(`${file}.json`)) return file;
  forget(file);
  progress(`a log of ${size.windows} windows is written`);
  await writeLog(file, size, progress);
  return file;
}

function forget(file: string): void {
  for (const end of ['', '-wal', '-shm', '-lock', '-fence', '.json']) rmSync(`${file}${end}`, { force: true });
}

async function measure(file: string, dir: string, full: boolean): Promise<Measured> {
  const journal = path.join(dir, 'journal.sqlite');
  forget(journal);
  const program = [path.join(import.meta.dirname, 'measured.ts'), file, dir, ...(full ? ['full'] : [])];
  const { stdout } = await onOneCore([process.execPath, ...ORACLE_NODE_FLAGS, ...program]);
  forget(journal);
  return JSON.parse(stdout) as Measured;
}

async function onOneCore(command: string[]): Promise<{ stdout: string }> {
  const run = promisify(execFile);
  const [program = '', ...rest] = command;
  try {
    return await run('taskset', ['-c', '0', program, ...rest]);
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return run(program, rest);
    throw new PoolError('bench', `the process that is measured failed: ${(thrown as { stderr?: string }).stderr}`);
  }
}
