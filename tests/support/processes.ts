import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ROOT, shimLibrary } from '../../devnet/tools.ts';

/** A temporary folder that goes with the test. */
export function scratch(t: { after(fn: () => void): void }): string {
  const dir = mkdtempSync(path.join(tmpdir(), 'bppool-test-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  stderr: string;
  stdout: string;
}

/** `./pool …` as a child, with what it said so far. */
export class PoolCommand {
  readonly process: ChildProcess;
  readonly ended: Promise<Ended>;
  stderr = '';
  stdout = '';

  constructor(args: string[], env: Record<string, string> = {}) {
    // It ends with this process, in order, also when a run of the tests is interrupted.
    const bound = { LD_PRELOAD: shimLibrary(), DIE_WITH_PARENT: String(process.pid), DIE_WITH_SIGNAL: '15' };
    this.process = spawn(path.join(ROOT, 'pool'), args, {
      env: { ...process.env, ...bound, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.process.stderr?.on('data', (data) => {
      this.stderr += data;
    });
    this.process.stdout?.on('data', (data) => {
      this.stdout += data;
    });
    this.ended = new Promise((resolve) => {
      this.process.once('close', (code, signal) => {
        resolve({ code, signal, stderr: this.stderr, stdout: this.stdout });
      });
    });
  }

  /** Waits until it said something on standard error that matches, or ended. */
  async said(pattern: RegExp): Promise<void> {
    while (!pattern.test(this.stderr) && this.process.exitCode === null && this.process.signalCode === null) {
      await sleep(50);
    }
    if (!pattern.test(this.stderr)) throw new Error(`ended without saying ${pattern}:\n${this.stderr}`);
  }

  /** For clean-up: a run that a failed test left behind ends in order. */
  async stop(): Promise<void> {
    if (this.process.exitCode === null && this.process.signalCode === null) this.process.kill('SIGTERM');
    await this.ended;
  }
}

/** Command lines of live processes that name a path: a run's processes all have its folder or its files in theirs. */
export function processesWith(text: string): string[] {
  const found: string[] = [];
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
      const environment = readFileSync(`/proc/${pid}/environ`, 'utf8');
      if (Number(pid) !== process.pid && (line.includes(text) || environment.includes(`=${text}`)))
        found.push(`${pid} ${line}`);
    } catch {
      // It ended between the two reads, or is not ours.
    }
  }
  return found;
}

/** Whether something listens on "host:port". */
export function listens(address: string): Promise<boolean> {
  const colon = address.lastIndexOf(':');
  return new Promise((resolve) => {
    const socket = createConnection({ host: address.slice(0, colon), port: Number(address.slice(colon + 1)) });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

/** Waits for a condition, for as long as the test runner lets the test run. */
export async function until(
  what: string,
  condition: () => boolean | Promise<boolean>,
  timeoutMs = 240_000,
): Promise<void> {
  const end = performance.now() + timeoutMs;
  while (performance.now() < end) {
    if (await condition()) return;
    await sleep(100);
  }
  throw new Error(`${what} did not happen within ${timeoutMs / 1000} s`);
}
