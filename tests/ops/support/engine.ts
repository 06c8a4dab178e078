import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync, mkdirSync, rmdirSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { ROOT, shimLibrary } from '../../../devnet/tools.ts';
import { until } from '../../support/processes.ts';

const run = promisify(execFile);
/** Images and their layers, kept between runs: the first build takes minutes. */
const DATA = path.join(ROOT, '.tools', 'docker');
const CGROUP = 'bppool-test';
const NEEDED = ['dockerd', 'docker', 'docker-compose', 'iptables', 'debootstrap'];

/** Why no engine can be had here, in one sentence, or false. */
export async function engineMissing(): Promise<string | false> {
  if (process.geteuid?.() !== 0) return 'a Docker engine of its own is started by root only';
  const folders = [...(process.env.PATH ?? '').split(path.delimiter), '/usr/sbin', '/sbin'];
  const missing = NEEDED.filter((name) => !folders.some((folder) => existsSync(path.join(folder, name))));
  if (missing.length === 0) return false;
  return `${missing.join(', ')} are not here (Debian: apt-get install docker.io docker-compose iptables debootstrap)`;
}

/**
 * A Docker engine of this test's own, in namespaces of its own: when its first process ends, everything in it ends. `host`: with this machine's network, to
 * build; `own`: with a loopback and bridges that nothing outside reaches, to run.
 */
export class Engine {
  readonly process: ChildProcess;
  private readonly socket: string;
  private readonly clientDir: string;
  private said = '';

  private constructor(dir: string, network: 'host' | 'own') {
    this.socket = path.join(dir, `docker-${network}.sock`);
    this.clientDir = path.join(dir, 'client');
    mkdirSync(DATA, { recursive: true });
    const own = network === 'own' ? ['--net'] : [];
    const setUp =
      network === 'own'
        ? 'ip link set lo up; echo 1 > /proc/sys/net/ipv4/ip_forward; flags='
        : 'flags="--bridge=none --iptables=false"';
    // runc knows one version of cgroups at a time, and the engine's sockets and locks belong to nobody else.
    const script = `umount /sys/fs/cgroup/unified 2>/dev/null; mount -t tmpfs tmpfs /run; mkdir -p /run/lock; ${setUp}
      exec dockerd --data-root ${DATA} --exec-root /run/docker --pidfile /run/docker.pid --cgroup-parent /${CGROUP} -H unix://${this.socket} $flags`;
    const namespaces = ['--mount', '--pid', '--fork', '--mount-proc', '--kill-child', '--propagation', 'private'];
    this.process = spawn('unshare', [...namespaces, ...own, 'bash', '-c', script], {
      env: { ...process.env, LD_PRELOAD: shimLibrary(), DIE_WITH_PARENT: String(process.pid), DIE_WITH_SIGNAL: '9' },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.process.stderr?.on('data', (text) => {
      this.said += text;
    });
  }

  static async start(dir: string, network: 'host' | 'own'): Promise<Engine> {
    const engine = new Engine(dir, network);
    await until('the engine answers', async () => {
      if (engine.process.exitCode !== null) throw new Error(`dockerd ended:\n${engine.said.slice(-2000)}`);
      return engine.docker('version').then(
        () => true,
        () => false,
      );
    });
    return engine;
  }

  /** Standard output of `docker ARGS`. Rejects with what it said. */
  docker(...args: string[]): Promise<string> {
    return this.call('docker', args, {});
  }

  compose(files: string[], args: string[], env: Record<string, string> = {}): Promise<string> {
    return this.call('docker-compose', [...files.flatMap((file) => ['--file', file]), ...args], env);
  }

  /** A command that runs in the engine's network. */
  inside(command: string, args: string[]): { command: string; args: string[] } {
    return { command: 'nsenter', args: [`--net=/proc/${this.process.pid}/ns/net`, '--', command, ...args] };
  }

  async stop(): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const ended = new Promise((resolve) => this.process.once('exit', resolve));
    const [child] = await childrenOf(this.process.pid as number);
    if (child === undefined) this.process.kill('SIGKILL');
    else process.kill(child, 'SIGTERM');
    await ended;
    for (const kind of ['blkio', 'cpu', 'cpuacct', 'cpuset', 'devices', 'freezer', 'memory', 'pids', 'systemd', '.']) {
      try {
        rmdirSync(path.join('/sys/fs/cgroup', kind, CGROUP));
      } catch {
        // Never made on this machine.
      }
    }
  }

  private async call(command: string, args: string[], env: Record<string, string>): Promise<string> {
    const client = { DOCKER_HOST: `unix://${this.socket}`, DOCKER_CONFIG: this.clientDir, DOCKER_BUILDKIT: '0' };
    const compose = { COMPOSE_DOCKER_CLI_BUILD: '0', COMPOSE_HTTP_TIMEOUT: '300' };
    const { stdout, stderr } = await run(command, args, {
      cwd: ROOT,
      env: { ...process.env, ...client, ...compose, ...env },
      maxBuffer: 64 * 1024 * 1024,
    });
    // A container's log comes on both.
    return args[0] === 'logs' ? stdout + stderr : stdout;
  }
}

async function childrenOf(pid: number): Promise<number[]> {
  const { stdout } = await run('ps', ['--ppid', String(pid), '-o', 'pid=']).catch(() => ({ stdout: '' }));
  return stdout.split('\n').filter(Boolean).map(Number);
}
