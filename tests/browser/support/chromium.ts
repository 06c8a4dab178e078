import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { PoolError } from '../../../common/errors.ts';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const run = promisify(execFile);

/**
 * The Chromium to test with: CHROMIUM_BIN when it is set, else the one in PATH, else Debian's package, which is installed where this runs
 * as root. Throws PoolError `tools` in one sentence when there is none to be had. `apt`: the command that installs packages.
 */
export async function findChromium(
  env = process.env,
  isRoot = process.getuid?.() === 0,
  apt = 'apt-get',
): Promise<string> {
  const named = env.CHROMIUM_BIN;
  if (named) {
    if (isProgram(named)) return named;
    throw new PoolError('tools', `CHROMIUM_BIN names ${named}, which is no program that can be run`);
  }
  const found = inPath(env);
  if (found) return found;
  const todo = 'install it (Debian: apt-get install chromium) or set CHROMIUM_BIN';
  if (!isRoot) throw new PoolError('tools', `the browser tests need Chromium, which is not in PATH: ${todo}`);
  try {
    // Without a list of packages, as on a new machine, the first try finds nothing.
    await install(apt).catch(async () => {
      await run(apt, ['update']);
      await install(apt);
    });
  } catch (thrown) {
    const why = String((thrown as Error).message)
      .trim()
      .split('\n')
      .at(-1);
    throw new PoolError('tools', `Chromium is not in PATH and ${apt} does not give it (${why}): ${todo}`);
  }
  const installed = inPath(env);
  if (!installed) throw new PoolError('tools', `${apt} installed chromium, and it is not in PATH: set CHROMIUM_BIN`);
  return installed;
}

async function install(apt: string): Promise<void> {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await run(apt, ['install', '-y', '--no-install-recommends', 'chromium'], { env, maxBuffer: 64 * 1024 * 1024 });
}

function inPath(env: NodeJS.ProcessEnv): string | undefined {
  const folders = (env.PATH ?? '').split(path.delimiter).filter((folder) => path.isAbsolute(folder));
  return folders.flatMap((folder) => NAMES.map((name) => path.join(folder, name))).find(isProgram);
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return path.isAbsolute(file);
  } catch {
    return false;
  }
}
