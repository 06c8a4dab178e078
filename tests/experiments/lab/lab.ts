import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { progressLines } from '../../../cli/run/progress.ts';
import { ChainClient } from '../../../common/chain.ts';
import { writeGenesis } from '../../../devnet/genesis.ts';
import { type KeyPair, KeyRing } from '../../../devnet/keys.ts';
import { prepareNode } from '../../../devnet/nodeos.ts';
import { type PortBlock, reservePorts } from '../../../devnet/ports.ts';
import { setShift } from '../../../devnet/shift.ts';
import { exitError, type ProcessSpec, type Running, Supervisor, whenReady } from '../../../devnet/supervisor.ts';
import { findTools, ROOT } from '../../../devnet/tools.ts';
import { DelayProxy, type ProxyOptions } from '../../support/delay-proxy.ts';

const PORTS = 40;

/** CPU is billed by the clock: what takes 100 ms alone takes longer on a machine with more nodes than cores. */
const CPU_LIMITS = { max_block_cpu_usage: 450_000, max_transaction_cpu_usage: 400_000 };

/** Keys are the same in every run, so that runs can be compared. */
const SEED = 5;

export interface NodeOptions {
  /** "host:port" of the nodes it dials. */
  peers?: string[];
  producers?: string[];
  signingKeys?: KeyPair[];
  /** Whether others can dial it. */
  listens?: boolean;
  /** Produces although the head is old: the first node of a chain. */
  bootstrap?: boolean;
  /** Lines for its config.ini, in place of those with the same option that stand there already. */
  config?: string[];
  /** File with the seconds by which its clock is ahead, for a node with a clock of its own. */
  clock?: string;
}

/** A node of the experiment. */
export interface LabNode {
  name: string;
  spec: ProcessSpec;
  running: Running;
  api: ChainClient;
  /** "host:port" */
  p2p: string;
  log: string;
}

/** The folder, ports and processes of one experiment, all of which end with it. */
export class Lab {
  readonly dir: string;
  readonly keys = new KeyRing(SEED);
  readonly say = progressLines();
  readonly failed: Promise<never>;
  private readonly supervisor: Supervisor;
  private readonly proxies: DelayProxy[] = [];
  private readonly timers: NodeJS.Timeout[] = [];
  private readonly mayEnd = new Set<string>();
  private ports: PortBlock | null = null;
  private port = 0;
  /** By node and use: a node that comes back from an empty state has its old ports. */
  private readonly portOf = new Map<string, number>();

  constructor(name: string) {
    this.dir = mkdtempSync(path.join(tmpdir(), `bppool-${name}-`));
    const { promise, reject } = Promise.withResolvers<never>();
    promise.catch(() => {});
    this.failed = promise;
    this.supervisor = new Supervisor((exit, running) => {
      if (!exit.expected && !this.mayEnd.has(exit.name)) reject(exitError(running, exit));
    });
    mkdirSync(path.join(this.dir, 'logs'));
    setShift(path.join(this.dir, 'clock'), 0);
    writeGenesis(path.join(this.dir, 'genesis.json'), this.keys.pair('eosio').public, Date.now(), CPU_LIMITS);
  }

  /** A port of this experiment's own. */
  async nextPort(): Promise<number> {
    this.ports ??= await reservePorts(PORTS);
    return this.ports.base + this.port++;
  }

  private async samePort(use: string): Promise<number> {
    const port = this.portOf.get(use) ?? (await this.nextPort());
    this.portOf.set(use, port);
    return port;
  }

  /** Starts a node with an empty state; resolves when its API answers. */
  async node(name: string, options: NodeOptions): Promise<LabNode> {
    const apiPort = await this.samePort(`${name} api`);
    const p2pPort = options.listens ? await this.samePort(`${name} p2p`) : null;
    const spec = prepareNode(findTools(), {
      plan: { name, role: 'producer', apiPort, p2pPort },
      dir: this.dir,
      genesis: path.join(this.dir, 'genesis.json'),
      clockFile: options.clock ?? path.join(this.dir, 'clock'),
      peers: options.peers ?? [],
      producers: options.producers ?? [],
      signingKeys: options.signingKeys ?? [],
      bootstrap: options.bootstrap ?? false,
    });
    configure(path.join(this.dir, 'nodes', name, 'config/config.ini'), options.config ?? []);
    const api = new ChainClient(`http://127.0.0.1:${apiPort}`, [this.keys.pair('eosio').private]);
    const running = await this.supervisor.start(spec);
    await whenReady(running, () => api.info());
    return { name, spec, running, api, p2p: `127.0.0.1:${p2pPort}`, log: spec.log };
  }

  /** Ends a node in order (or by a signal) and starts it again on the state it left. */
  async restart(node: LabNode, whileDown: () => Promise<void> = async () => {}): Promise<void> {
    await this.supervisor.stop(node.name);
    await whileDown();
    node.running = await this.supervisor.start(node.spec);
    await whenReady(node.running, () => node.api.info());
  }

  /** A program of this repository as a process of its own. */
  async program(name: string, file: string, env: Record<string, string>): Promise<Running> {
    const log = path.join(this.dir, 'logs', `${name}.log`);
    return this.supervisor.start({ name, command: process.execPath, args: [path.join(ROOT, file)], env, log });
  }

  async stopProcess(name: string): Promise<void> {
    await this.supervisor.stop(name);
  }

  /** Sends a signal; the process is expected to end by it. */
  kill(name: string, signal: NodeJS.Signals): void {
    this.mayEnd.add(name);
    this.supervisor.get(name)?.process.kill(signal);
  }

  async proxy(options: ProxyOptions): Promise<DelayProxy> {
    const proxy = await new DelayProxy({ ...options, port: await this.nextPort() }).start();
    this.proxies.push(proxy);
    return proxy;
  }

  /** Calls `work` every `ms` until the experiment ends. */
  every(ms: number, work: () => void): void {
    this.timers.push(setInterval(work, ms));
  }

  async stop(keep: boolean): Promise<void> {
    for (const timer of this.timers) clearInterval(timer);
    await this.supervisor.stopAll();
    for (const proxy of this.proxies) proxy.stop();
    await this.ports?.release();
    if (keep) this.say(`kept ${this.dir}`);
    else rmSync(this.dir, { recursive: true, force: true });
  }
}

function configure(file: string, lines: string[]): void {
  const optionOf = (line: string) => line.split('=')[0]?.trim();
  const given = new Set(lines.map(optionOf));
  const kept = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => !given.has(optionOf(line)));
  writeFileSync(file, [...kept, ...lines, ''].join('\n'), { mode: 0o600 });
}
