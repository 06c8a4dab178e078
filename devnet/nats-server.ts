import { execFile } from 'node:child_process';
import { accessSync, constants, mkdirSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { PoolError } from '../common/errors.ts';
import { ROOT } from './tools.ts';

const NAME = 'nats-server';
/** Where Debian puts it, which is not in everybody's PATH. */
const SYSTEM_FOLDER = '/usr/sbin';
const UNPACKED = path.join(ROOT, '.tools', 'nats');
const run = promisify(execFile);

/**
 * The nats-server to run: NATS_SERVER_BIN when it is set, else the one in PATH, else Debian's package, unpacked below `.tools` without being
 * installed. Throws PoolError `tools` in one sentence when it is nowhere to be had. `apt`: the command that fetches packages.
 */
export async function findNatsServer(env = process.env, unpacked = UNPACKED, apt = 'apt-get'): Promise<string> {
  const named = env.NATS_SERVER_BIN;
  if (named) {
    if (isProgram(named)) return named;
    throw new PoolError('tools', `NATS_SERVER_BIN names ${named}, which is no program that can be run`);
  }
  const folders = [...(env.PATH ?? '').split(path.delimiter), SYSTEM_FOLDER, path.join(unpacked, SYSTEM_FOLDER)];
  const found = folders.map((folder) => path.join(folder, NAME)).find(isProgram);
  return found ?? unpackPackage(unpacked, apt);
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return path.isAbsolute(file);
  } catch {
    return false;
  }
}

async function unpackPackage(folder: string, apt: string): Promise<string> {
  mkdirSync(folder, { recursive: true });
  try {
    // Without a list of packages, as on a new machine, the first try finds nothing.
    await download(folder, apt).catch(async () => {
      await run(apt, ['update']);
      await download(folder, apt);
    });
    const archive = readdirSync(folder).find((name) => name.startsWith(NAME) && name.endsWith('.deb')) ?? '';
    await run('dpkg-deb', ['--extract', path.join(folder, archive), folder]);
    rmSync(path.join(folder, archive));
  } catch (thrown) {
    const why = String((thrown as Error).message)
      .trim()
      .split('\n')
      .at(-1);
    const todo = 'install it (Debian, Ubuntu: apt-get install nats-server) or set NATS_SERVER_BIN';
    throw new PoolError('tools', `${NAME} is not in PATH and ${apt} does not give it (${why}): ${todo}`);
  }
  return path.join(folder, SYSTEM_FOLDER, NAME);
}

async function download(folder: string, apt: string): Promise<void> {
  await run(apt, ['download', NAME], { cwd: folder });
}
