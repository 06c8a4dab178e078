import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { PoolError } from '../../common/errors.ts';
import { type Exit, exitError, type Running, Supervisor } from '../../devnet/supervisor.ts';
import { ROOT } from '../../devnet/tools.ts';

const RESTART_MS = 500;
/** A program that ends this often, each time within so many ms, will not get better by another start. */
const HASTY_ENDS = 3;
const HASTY_MS = 5000;
const STOP_MS = 15_000;

/** A program of this repository, to be run by Node. */
export interface Program {
  /** Of the service, and of its log. */
  name: string;
  /** File, from the checkout's folder. */
  entry: string;
  env: Record<string, string>;
  /** For Node itself. */
  flags?: string[];
}

/** The processes of a run: started, known by name, and started again when they end, as a service manager would have it. */
export class Services {
  /** Rejects when a process ends that the run cannot go on without, or that does not stay up. */
  readonly failed: Promise<never>;
  readonly supervisor: Supervisor;
  private readonly dir: string;
  private readonly progress: (text: string) => void;
  private readonly onRestart: () => void;
  private readonly fail: (error: Error) => void;
  private readonly ended = new AbortController();
  /** How often a process ended soon after its start, in a row. */
  private readonly hasty = new Map<string, number>();
  private vital: string[] | null = null;

  /** `onRestart` is called after each start of a process that had ended. */
  constructor(dir: string, progress: (text: string) => void, onRestart: () => void) {
    this.dir = dir;
    this.progress = progress;
    this.onRestart = onRestart;
    const { promise, reject } = Promise.withResolvers<never>();
    this.failed = promise;
    this.fail = reject;
    promise.catch(() => {});
    this.supervisor = new Supervisor((exit, running) => this.onExit(exit, running));
  }

  /** Starts a program in the run's folder, so that no .env of the checkout reaches it. `cleansUp`: it ends in order when this process dies, and can be talked to. */
  start({ name, entry, env, flags = [] }: Program, cleansUp = false): Promise<Running> {
    const args = ['--disable-warning=ExperimentalWarning', ...flags, path.join(ROOT, entry)];
    const log = path.join(this.dir, 'logs', `${name}.log`);
    const spec = { name, command: process.execPath, args, env, log, cwd: this.dir };
    return this.supervisor.start({ ...spec, ipc: cleansUp, onParentDeath: cleansUp ? 'SIGTERM' : 'SIGKILL' });
  }

  pidOf(name: string): number | null {
    return this.supervisor.get(name)?.pid ?? null;
  }

  /** Until this is called the end of any process fails the run; from then on that of a `vital` one, and all others come back. */
  keepUp(vital: string[]): void {
    this.vital = vital;
  }

  /** Stops the processes in these groups, one group after the other, and then all that is left; none comes back. */
  async stop(...groups: string[][]): Promise<void> {
    this.ended.abort();
    for (const names of groups) await Promise.all(names.map((name) => this.supervisor.stop(name, STOP_MS)));
    await this.supervisor.stopAll(STOP_MS);
  }

  private onExit(exit: Exit, running: Running): void {
    if (exit.expected || this.ended.signal.aborted) return;
    const { name } = running.spec;
    const ends = performance.now() - running.startedAt < HASTY_MS ? (this.hasty.get(name) ?? 0) + 1 : 0;
    this.hasty.set(name, ends);
    if (!this.vital || this.vital.includes(name) || ends >= HASTY_ENDS) return this.fail(exitError(running, exit));
    this.progress(`${name} ended with ${exit.signal ?? `code ${exit.code}`}, it is started again`);
    void this.restart(running);
  }

  private async restart({ spec }: Running): Promise<void> {
    try {
      await sleep(RESTART_MS, undefined, { signal: this.ended.signal });
      await this.supervisor.start(spec);
      this.onRestart();
    } catch (thrown) {
      if (!this.ended.signal.aborted)
        this.fail(thrown instanceof Error ? thrown : new PoolError('run', String(thrown)));
    }
  }
}
