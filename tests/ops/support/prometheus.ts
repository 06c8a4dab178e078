import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { findDebianProgram } from '../../../devnet/debian.ts';
import { ROOT, shimLibrary } from '../../../devnet/tools.ts';
import { until } from '../../support/processes.ts';

const UNPACKED = path.join(ROOT, '.tools', 'prometheus');
const DEPLOYED = path.join(ROOT, 'deploy', 'prometheus');

export function findPrometheus(): Promise<string> {
  const wanted = { name: 'prometheus', package: 'prometheus', folder: '/usr/bin', variable: 'PROMETHEUS_BIN' };
  return findDebianProgram(wanted, UNPACKED);
}

export function findPromtool(): Promise<string> {
  const wanted = { name: 'promtool', package: 'prometheus', folder: '/usr/bin', variable: 'PROMTOOL_BIN' };
  return findDebianProgram(wanted, UNPACKED);
}

export interface Rule {
  name: string;
  query: string;
  state: 'inactive' | 'pending' | 'firing';
}

/** A real Prometheus with the rules that are deployed, and the configuration but for its targets and its pace. */
export class Monitor {
  readonly url: string;
  private readonly process: ChildProcess;
  private said = '';

  private constructor(url: string, process: ChildProcess) {
    this.url = url;
    this.process = process;
    process.stderr?.on('data', (data) => {
      this.said += data;
    });
  }

  /** `targets`: "host:port" of each job of the configuration. Everything lies in `dir`; `stop` has to be called. */
  static async start(dir: string, targets: Record<string, string[]>): Promise<Monitor> {
    mkdirSync(dir, { recursive: true });
    const config = path.join(dir, 'prometheus.yml');
    writeFileSync(config, configuration(targets));
    const port = await freePort();
    const args = [
      `--config.file=${config}`,
      `--storage.tsdb.path=${path.join(dir, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ];
    const bound = { LD_PRELOAD: shimLibrary(), DIE_WITH_PARENT: String(process.pid), DIE_WITH_SIGNAL: '9' };
    const child = spawn(await findPrometheus(), args, {
      env: { ...process.env, ...bound },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const monitor = new Monitor(`http://127.0.0.1:${port}`, child);
    await until('Prometheus is ready', async () => {
      if (child.exitCode !== null) throw new Error(`Prometheus ended:\n${monitor.said}`);
      return (await fetch(`${monitor.url}/-/ready`).catch(() => null))?.ok === true;
    });
    return monitor;
  }

  /** How many series an expression gives now. Throws what Prometheus says when it cannot evaluate it. */
  async series(expr: string): Promise<number> {
    const { result } = (await this.ask(`query?query=${encodeURIComponent(expr)}`)) as { result: unknown[] };
    return result.length;
  }

  /** Kind of a metric that a target declares, or null when none does. */
  async kind(metric: string): Promise<string | null> {
    const found = (await this.ask(`targets/metadata?metric=${metric}`)) as { type: string }[];
    return found[0]?.type ?? null;
  }

  async alerts(): Promise<Rule[]> {
    const { groups } = (await this.ask('rules?type=alert')) as { groups: { rules: Rule[] }[] };
    return groups.flatMap(({ rules }) => rules);
  }

  async stop(): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const ended = new Promise((resolve) => this.process.once('exit', resolve));
    this.process.kill('SIGTERM');
    await ended;
  }

  private async ask(what: string): Promise<unknown> {
    const answer = await fetch(`${this.url}/api/v1/${what}`);
    const { data, error } = (await answer.json()) as { data?: unknown; error?: string };
    if (error) throw new Error(`${decodeURIComponent(what)}: ${error}`);
    return data;
  }
}

/** The deployed configuration with other targets, scraping each second. */
function configuration(targets: Record<string, string[]>): string {
  const text = readFileSync(path.join(DEPLOYED, 'prometheus.yml'), 'utf8');
  return text
    .replace(/_interval: \S+/g, '_interval: 1s')
    .replace('- alerts.yml', `- ${path.join(DEPLOYED, 'alerts.yml')}`)
    .replace(/(job_name: (\S+)\n\s+static_configs:\n\s+- targets: )\[.*\]/g, (_, head, job: string) => {
      return head + JSON.stringify(targets[job] ?? []);
    });
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
