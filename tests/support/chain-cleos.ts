import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Supervisor, whenReady } from '../../devnet/supervisor.ts';
import { findTools, ROOT } from '../../devnet/tools.ts';
import type { TestChain } from './chain.ts';
import type { Ended } from './processes.ts';

/**
 * A shell as a member has it: the command cleos, which knows the node and a wallet of its own, ./pool, and a folder to work
 * in. The wallet's daemon listens on a socket in that folder.
 */
export class Shell {
  readonly dir = mkdtempSync(path.join(tmpdir(), 'bppool-cleos-'));
  readonly #chain: TestChain;
  readonly #supervisor = new Supervisor();
  readonly #env: Record<string, string> = {};

  private constructor(chain: TestChain) {
    this.#chain = chain;
  }

  /** Starts the wallet and puts these accounts' keys into it. */
  static async open(chain: TestChain, labels: string[]): Promise<Shell> {
    const shell = new Shell(chain);
    const { command, args } = findTools().nodeos;
    if (args[0] !== 'nodeos') throw new Error('cleos comes with the packaged nodeos: unset NODEOS_BIN for these tests');
    const socket = path.join(shell.dir, 'keosd.sock');
    const bin = path.join(shell.dir, 'bin');
    mkdirSync(bin);
    // A line with a node of its own goes there; all others to the chain of the tests.
    const url = `case " $* " in *" -u "*) u=();; *) u=(-u ${chain.file.api});; esac`;
    const cleos = `#!/usr/bin/env bash\n${url}\nexec ${command} cleos --no-auto-keosd --wallet-url unix://${socket} "\${u[@]}" "$@"\n`;
    writeFileSync(path.join(bin, 'cleos'), cleos, { mode: 0o755 });
    const program = `exec ${process.execPath} ${ROOT}/cli/main.ts "$@" --api ${chain.file.api}`;
    writeFileSync(path.join(bin, 'pool'), `#!/usr/bin/env bash\n${program}\n`, { mode: 0o755 });
    shell.#env.PATH = `${bin}:${process.env.PATH}`;
    const keosd = await shell.#supervisor.start({
      name: 'keosd',
      command,
      args: [
        'keosd',
        `--data-dir=${shell.dir}`,
        `--config-dir=${shell.dir}`,
        `--wallet-dir=${shell.dir}`,
        `--unix-socket-path=${socket}`,
        '--http-server-address',
        '',
      ],
      log: path.join(shell.dir, 'keosd.log'),
      cwd: shell.dir,
    });
    await whenReady(keosd, async () => ((await shell.run('cleos wallet list')).code === 0 ? true : undefined));
    await shell.must('cleos wallet create --file wallet.password');
    for (const label of labels) await shell.importKey(label);
    return shell;
  }

  async importKey(label: string): Promise<void> {
    await this.must(`cleos wallet import --private-key ${this.#chain.key(label).private}`);
  }

  /** Runs a line as typed; variables of the line come from `values`. */
  async run(line: string, values: Record<string, string> = {}): Promise<Ended> {
    const child = spawn('bash', ['-c', line.replaceAll('./pool ', 'pool ')], {
      cwd: this.dir,
      env: { ...process.env, HOME: this.dir, ...this.#env, ...values },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (data) => {
      stdout += data;
    });
    child.stderr.on('data', (data) => {
      stderr += data;
    });
    return new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
    });
  }

  /** The same; its standard output. Throws what it said when it fails. */
  async must(line: string, values: Record<string, string> = {}): Promise<string> {
    const { code, stdout, stderr } = await this.run(line, values);
    if (code !== 0) throw new Error(`${line}\nended with ${code}:\n${stdout}${stderr}`);
    return stdout;
  }

  async close(): Promise<void> {
    await this.#supervisor.stopAll();
    rmSync(this.dir, { recursive: true, force: true });
  }
}
