import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { constants } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { PoolError } from '../common/errors.ts';
import { lastLines } from './logtail.ts';
import { shimLibrary } from './tools.ts';

/** What to start. */
export interface ProcessSpec {
  name: string;
  command: string;
  args: string[];
  /** Added to this process' environment. */
  env?: Record<string, string>;
  /** Both outputs are appended to this file. */
  log: string;
  cwd?: string;
  /** Opens a channel for process.send; the child must be a Node program. */
  ipc?: boolean;
  /** What the child gets when this process ends without stopping it: SIGKILL, or SIGTERM to let it clean up. */
  onParentDeath?: 'SIGKILL' | 'SIGTERM';
}

export interface Exit {
  name: string;
  code: number | null;
  signal: NodeJS.Signals | null;
  /** Whether the supervisor stopped it. */
  expected: boolean;
}

/** A child that was started; `exited` never rejects. */
export interface Running {
  spec: ProcessSpec;
  pid: number;
  process: ChildProcess;
  /** Monotonic ms. */
  startedAt: number;
  exited: Promise<Exit>;
  exit: Exit | undefined;
}

/** Starts child processes, knows which of them live, and leaves none behind, whatever happens to this process. */
export class Supervisor {
  readonly #running = new Map<string, Running>();
  readonly #stopping = new Set<Running>();
  readonly #onExit: (exit: Exit, running: Running) => void;
  #closed = false;

  /** `onExit` is called once for each child that ended, expectedly or not. */
  constructor(onExit: (exit: Exit, running: Running) => void = () => {}) {
    this.#onExit = onExit;
  }

  /** The children that live, in the order of their start. */
  get running(): Running[] {
    return [...this.#running.values()];
  }

  get(name: string): Running | undefined {
    return this.#running.get(name);
  }

  /** Resolves once the process exists. Whether it is of use is for `whenReady` to find out. */
  async start(spec: ProcessSpec): Promise<Running> {
    if (this.#closed) throw new PoolError('stopping', `${spec.name} was not started: everything is being stopped`);
    if (this.#running.has(spec.name)) throw new PoolError('process', `${spec.name} runs already`);
    const child = spawnDetached(spec);
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', (error) => reject(new PoolError('process', `${spec.name} can not start: ${error.message}`)));
    });
    return this.#watch(spec, child);
  }

  #watch(spec: ProcessSpec, child: ChildProcess): Running {
    const { promise: exited, resolve } = Promise.withResolvers<Exit>();
    const running: Running = {
      spec,
      pid: child.pid ?? 0,
      process: child,
      startedAt: performance.now(),
      exited,
      exit: undefined,
    };
    this.#running.set(spec.name, running);
    child.on('error', () => {}); // A message that could not be sent: the exit below tells the rest.
    child.once('exit', (code, signal) => {
      const exit = { name: spec.name, code, signal, expected: this.#stopping.delete(running) };
      running.exit = exit;
      this.#running.delete(spec.name);
      resolve(exit);
      this.#onExit(exit, running);
    });
    return running;
  }

  /** SIGTERM, and SIGKILL for what still lives after `graceMs`; resolves when it has ended. */
  async stop(name: string, graceMs = 8000): Promise<void> {
    const running = this.#running.get(name);
    if (!running) return;
    this.#stopping.add(running);
    running.process.kill('SIGTERM');
    running.process.kill('SIGCONT'); // A frozen process would not see the first one.
    const kill = setTimeout(() => running.process.kill('SIGKILL'), graceMs);
    await running.exited;
    clearTimeout(kill);
  }

  /** Stops all children at the same time, and starts none after that. */
  async stopAll(graceMs?: number): Promise<void> {
    this.#closed = true;
    await Promise.all(this.running.map((running) => this.stop(running.spec.name, graceMs)));
  }
}

/** A process group of its own: Ctrl-C in a terminal then reaches the parent only, which stops its children in order. */
function spawnDetached(spec: ProcessSpec): ChildProcess {
  mkdirSync(path.dirname(spec.log), { recursive: true });
  const log = openSync(spec.log, 'a');
  const signal = constants.signals[spec.onParentDeath ?? 'SIGKILL'];
  const bound = { LD_PRELOAD: shimLibrary(), DIE_WITH_PARENT: String(process.pid), DIE_WITH_SIGNAL: String(signal) };
  try {
    return spawn(spec.command, spec.args, {
      env: { ...process.env, ...spec.env, ...bound },
      detached: true,
      stdio: spec.ipc ? ['ignore', log, log, 'ipc'] : ['ignore', log, log],
      ...(spec.cwd ? { cwd: spec.cwd } : {}),
    });
  } finally {
    closeSync(log);
  }
}

/**
 * Waits until `probe` gives a value other than undefined; a probe that throws counts as "not yet". Throws PoolError
 * `child_exit` as soon as the process ends, with the last lines of its log, and `child_silent` after `timeoutMs`.
 */
export async function whenReady<T>(
  running: Running,
  probe: () => Promise<T | undefined>,
  timeoutMs = 30_000,
): Promise<T> {
  const end = performance.now() + timeoutMs;
  while (performance.now() < end) {
    if (running.exit) throw exitError(running, running.exit);
    const value = await probe().catch(() => undefined);
    if (value !== undefined) return value;
    await sleep(50);
  }
  if (running.exit) throw exitError(running, running.exit);
  const { name, log } = running.spec;
  const text = `${name} did not get ready in ${timeoutMs / 1000} s; the end of ${log}:\n${lastLines(log)}`;
  throw new PoolError('child_silent', text, { name, log });
}

/** The error for a child that ended when it should not have. */
export function exitError(running: Running, exit: Exit): PoolError {
  const { name, log } = running.spec;
  const how = exit.signal ? `signal ${exit.signal}` : `code ${exit.code}`;
  return new PoolError('child_exit', `${name} ended with ${how}; the end of ${log}:\n${lastLines(log)}`, {
    ...exit,
    log,
  });
}
