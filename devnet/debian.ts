import { execFile } from 'node:child_process';
import { accessSync, constants, mkdirSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { PoolError } from '../common/errors.ts';

const run = promisify(execFile);

/** A program that Debian has in a package. */
export interface DebianProgram {
  name: string;
  package: string;
  /** Where the package has it, as "/usr/sbin", which is not in everybody's PATH. */
  folder: string;
  /** The variable that names another one. */
  variable: string;
}

/**
 * The program to run: the one that its variable names, else the one in PATH, else the package's, unpacked into a folder without being
 * installed. Throws PoolError `tools` in one sentence when it is nowhere to be had. `apt`: the command that fetches packages.
 */
export async function findDebianProgram(
  wanted: DebianProgram,
  unpacked: string,
  env = process.env,
  apt = 'apt-get',
): Promise<string> {
  const { name, folder, variable } = wanted;
  const named = env[variable];
  if (named) {
    if (isProgram(named)) return named;
    throw new PoolError('tools', `${variable} names ${named}, which is no program that can be run`);
  }
  const folders = [...(env.PATH ?? '').split(path.delimiter), folder, path.join(unpacked, folder)];
  const found = folders.map((each) => path.join(each, name)).find(isProgram);
  if (found !== undefined) return found;
  const todo = `install it (Debian, Ubuntu: apt-get install ${wanted.package}) or set ${variable}`;
  await unpackPackage(wanted.package, unpacked, apt).catch((thrown: Error) => {
    throw new PoolError('tools', `${name} is not in PATH and ${thrown.message}: ${todo}`);
  });
  return path.join(unpacked, folder, name);
}

/** Fetches a package and unpacks it into a folder, as root or not. Rejects with "APT does not give it (why)". */
export async function unpackPackage(name: string, folder: string, apt = 'apt-get'): Promise<void> {
  mkdirSync(folder, { recursive: true });
  try {
    // Without a list of packages, as on a new machine, the first try finds nothing.
    await download(name, folder, apt).catch(async () => {
      await run(apt, ['update']);
      await download(name, folder, apt);
    });
    const archive = readdirSync(folder).find((file) => file.startsWith(`${name}_`) && file.endsWith('.deb')) ?? '';
    await run('dpkg-deb', ['--extract', path.join(folder, archive), folder]);
    rmSync(path.join(folder, archive));
  } catch (thrown) {
    const why = String((thrown as Error).message)
      .trim()
      .split('\n')
      .at(-1);
    throw new Error(`${apt} does not give it (${why})`);
  }
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return path.isAbsolute(file);
  } catch {
    return false;
  }
}

async function download(name: string, folder: string, apt: string): Promise<void> {
  await run(apt, ['download', name], { cwd: folder });
}
