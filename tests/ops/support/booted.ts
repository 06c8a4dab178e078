import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { ROOT, shimLibrary } from '../../../devnet/tools.ts';
import { until } from '../../support/processes.ts';

const run = promisify(execFile);
/** Debian with systemd, made once. */
const BASE = path.join(ROOT, '.tools', 'systemd');
const PACKAGES = 'systemd,libstdc++6,nats-server,procps';
const NEEDED = ['systemd-nspawn', 'debootstrap', 'nsenter'];
/** Nothing of these is wanted: what they set up is the machine's. */
const MASKED = [
  'systemd-networkd.service',
  'systemd-resolved.service',
  'systemd-timesyncd.service',
  'nats-server.service',
];
MASKED.push(
  'getty@.service',
  'console-getty.service',
  'systemd-logind.service',
  'apt-daily.timer',
  'apt-daily-upgrade.timer',
);

/** Why no systemd can be booted here, in one sentence, or false. */
export function systemdMissing(): string | false {
  if (process.geteuid?.() !== 0) return 'a systemd of its own is booted by root only';
  const folders = [...(process.env.PATH ?? '').split(path.delimiter), '/usr/sbin'];
  const missing = NEEDED.filter((name) => !folders.some((folder) => existsSync(path.join(folder, name))));
  return (
    missing.length > 0 && `${missing.join(', ')} are not here (Debian: apt-get install systemd-container debootstrap)`
  );
}

/** A systemd as first process of namespaces of its own, with this machine's network, this checkout at /opt/bppool and the units of deploy/systemd. */
export class Booted {
  readonly root: string;
  private readonly process: ChildProcess;
  private init = 0;
  private said = '';

  private constructor(root: string) {
    this.root = root;
    const nspawn = [
      '--quiet',
      '--register=no',
      '--keep-unit',
      '--directory',
      root,
      `--bind-ro=${ROOT}:/opt/bppool`,
      '--boot',
    ];
    // As a container it takes one version of cgroups.
    const script = 'umount /sys/fs/cgroup/unified 2>/dev/null; exec systemd-nspawn "$@"';
    this.process = spawn(
      'unshare',
      ['--mount', '--propagation', 'private', 'bash', '-c', script, 'nspawn', ...nspawn],
      {
        env: { ...process.env, LD_PRELOAD: shimLibrary(), DIE_WITH_PARENT: String(process.pid), DIE_WITH_SIGNAL: '15' },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    for (const stream of [this.process.stdout, this.process.stderr])
      stream?.on('data', (text) => {
        this.said += text;
      });
  }

  static async start(dir: string): Promise<Booted> {
    if (!existsSync(BASE)) {
      rmSync(`${BASE}.new`, { recursive: true, force: true });
      const args = ['--variant=minbase', `--include=${PACKAGES}`, 'bookworm', `${BASE}.new`];
      await run('debootstrap', args, { maxBuffer: 64 * 1024 * 1024 });
      renameSync(`${BASE}.new`, BASE);
    }
    const root = path.join(dir, 'machine');
    await run('cp', ['--archive', BASE, root]);
    const units = path.join(root, 'etc/systemd/system');
    for (const name of readdirSync(path.join(ROOT, 'deploy/systemd')))
      cpSync(path.join(ROOT, 'deploy/systemd', name), path.join(units, name));
    for (const name of MASKED) {
      rmSync(path.join(units, name), { force: true });
      symlinkSync('/dev/null', path.join(units, name));
    }
    mkdirSync(path.join(root, 'etc/bppool'), { mode: 0o755 });
    mkdirSync(path.join(root, 'opt/bppool'));
    const machine = new Booted(root);
    await until('systemd is up', async () => {
      if (machine.process.exitCode !== null) throw new Error(`systemd-nspawn ended:\n${machine.said.slice(-2000)}`);
      const { stdout } = await run('pgrep', ['--parent', String(machine.process.pid), '--full', 'systemd']).catch(
        () => ({ stdout: '' }),
      );
      machine.init = Number(stdout.split('\n')[0]);
      return (
        machine.init > 0 &&
        /^(running|degraded)/.test(await machine.run('systemctl', 'is-system-running').catch(String))
      );
    });
    return machine;
  }

  /** Standard output of a command inside, however it ends. */
  async run(command: string, ...args: string[]): Promise<string> {
    const namespaces = ['--mount', '--pid', '--uts', '--ipc', '--cgroup', '--wd=/'];
    try {
      return (await run('nsenter', ['--target', String(this.init), ...namespaces, command, ...args])).stdout;
    } catch (thrown) {
      return String((thrown as { stdout?: string }).stdout ?? '');
    }
  }

  async property(unit: string, name: string): Promise<string> {
    return (await this.run('systemctl', 'show', '--value', '--property', name, unit)).trim();
  }

  async stop(): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const ended = new Promise((resolve) => this.process.once('exit', resolve));
    this.process.kill('SIGTERM');
    const late = setTimeout(() => this.process.kill('SIGKILL'), 60_000);
    await ended;
    clearTimeout(late);
  }
}
