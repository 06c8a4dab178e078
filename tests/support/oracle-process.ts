import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { ROOT, shimLibrary } from '../../devnet/tools.ts';

/** An oracle as a process of its own: the real program, or one of tests/support that changes what it reads or makes. */
export class OracleProcess {
  readonly process: ChildProcess;
  readonly exited: Promise<void>;
  /** All that it logged, in lines of JSON. */
  said = '';

  /** `dir`: where it runs, so that no .env of the checkout reaches it. */
  constructor(dir: string, env: Record<string, string>, entry = 'oracle/main.ts') {
    const bound = { LD_PRELOAD: shimLibrary(), DIE_WITH_PARENT: String(process.pid), DIE_WITH_SIGNAL: '9' };
    const args = ['--disable-warning=ExperimentalWarning', path.join(ROOT, entry)];
    this.process = spawn(process.execPath, args, {
      cwd: dir,
      env: { ...process.env, ...env, ...bound, NODE_COMPILE_CACHE: path.join(dir, 'compiled') },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.process.stderr?.on('data', (data) => {
      this.said += data;
    });
    this.exited = new Promise((resolve) => this.process.once('close', () => resolve()));
  }

  /** So that later ones of this folder start in half of the time: one that ends at once, for it is told nothing, leaves its code compiled. */
  static async compile(dir: string): Promise<void> {
    await new OracleProcess(dir, {}).exited;
  }

  get runs(): boolean {
    return this.process.exitCode === null && this.process.signalCode === null;
  }

  /** What it logged as a warning or an error, without its times and places. */
  get complaints(): string[] {
    const lines = this.said.split('\n').filter((line) => line.startsWith('{'));
    const events = lines.map((line) => JSON.parse(line) as { level: number; msg: string });
    return events.filter(({ level }) => level >= 40).map(({ msg }) => msg);
  }

  /** kill -9. */
  async kill(): Promise<void> {
    this.process.kill('SIGKILL');
    await this.exited;
  }

  async stop(): Promise<void> {
    this.process.kill('SIGTERM');
    await this.exited;
  }
}
