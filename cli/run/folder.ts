import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { PoolError, sentence } from '../../common/errors.ts';
import { makeFolder } from '../../common/make-folder.ts';

const OWNER = 'up.pid';
/** A folder for each node of the cluster. */
const NATS_PREFIX = 'nats-';
/** What a run leaves in its folder; a folder with anything else is not taken for one of ours. */
const OURS = new Set([
  OWNER,
  'run.json',
  'devnet.json',
  'devnet.json.new',
  'keys.json',
  'genesis.json',
  'clock',
  'logs',
  'nodes',
]);
const OUR_PREFIXES = ['events', 'emitter', 'oracle', 'agent', 'dashboard', 'run.json', NATS_PREFIX];

/**
 * Makes a folder this run's own. One that a live run uses is refused with its pid, an ended run's is emptied, and one
 * with foreign files in it is left alone. Throws PoolError `folder`.
 */
export function claimFolder(dir: string): void {
  try {
    makeFolder(path.dirname(dir));
    // Not recursive: that would hide a read-only disk behind "no such file".
    if (!existsSync(dir)) mkdirSync(dir);
  } catch (thrown) {
    throw new PoolError('folder', `the folder ${dir} cannot be made: ${sentence(thrown)}; choose another with --dir`);
  }
  const owner = liveOwner(dir);
  if (owner)
    throw new PoolError('folder', `${dir} belongs to a run that is live (pid ${owner}); stop it or use another --dir`);
  const entries = readdirSync(dir);
  const foreign = entries.find((name) => !OURS.has(name) && !OUR_PREFIXES.some((prefix) => name.startsWith(prefix)));
  if (foreign) {
    throw new PoolError(
      'folder',
      `${dir} holds "${foreign}", which is no file of a run; use an empty folder with --dir`,
    );
  }
  try {
    for (const name of entries) rmSync(path.join(dir, name), { recursive: true, force: true });
    writeFileSync(path.join(dir, OWNER), `${process.pid} ${startTicks(process.pid)}\n`);
    // Room for the nodes' states and logs shows now, not in the middle of a run.
    writeFileSync(path.join(dir, 'events.room'), Buffer.alloc(ROOM_BYTES));
    rmSync(path.join(dir, 'events.room'));
  } catch (thrown) {
    for (const name of [OWNER, 'events.room']) rmSync(path.join(dir, name), { force: true });
    throw new PoolError('folder', `cannot write in ${dir}: ${sentence(thrown)}; choose another folder with --dir`);
  }
}

const ROOM_BYTES = 64 * 1024 * 1024;

/** Gives the folder up: logs, event logs and run.json stay, the mark of a live run and the states of nodes go. */
export function releaseFolder(dir: string): void {
  rmSync(path.join(dir, OWNER), { force: true });
  const states = readdirSync(dir).filter((name) => name === 'nodes' || name.startsWith(NATS_PREFIX));
  for (const name of states) rmSync(path.join(dir, name), { recursive: true, force: true });
}

/** Pid of the live run that uses a folder, or null. A pid that was given to another process since does not count. */
export function liveOwner(dir: string): number | null {
  const file = path.join(dir, OWNER);
  if (!existsSync(file)) return null;
  const [pid = 0, ticks = 0] = readFileSync(file, 'utf8').trim().split(' ').map(Number);
  return pid > 0 && pid !== process.pid && startTicks(pid) === ticks ? pid : null;
}

/** When a process started, in clock ticks since boot (field 22 of /proc/PID/stat), or -1 when there is none. */
function startTicks(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]);
  } catch {
    return -1;
  }
}
