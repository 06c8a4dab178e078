import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Supervisor } from './supervisor.ts';
import { whenReady } from './supervisor.ts';

/** Names of the nodes: three, so that one may die, for decisions need two. */
export const NATS_NAMES = ['nats-a', 'nats-b', 'nats-c'];
export const NATS_NODES = NATS_NAMES.length;
/** For clients, for the other nodes, and for the monitor. */
const PORTS_EACH = 3;
/** How many consecutive ports a cluster uses. */
export const NATS_PORTS = NATS_NODES * PORTS_EACH;

interface NodePorts {
  client: number;
  route: number;
  monitor: number;
}

/** What a cluster has besides its defaults. */
export interface NatsOptions {
  /** "host:port" by which a node dials another; the other's own address when it is not given. */
  route?: (from: string, to: string) => string;
  /** Added to the configuration of the node of that name. */
  lines?: (name: string) => string[];
}

/** A real cluster of three nats-servers on loopback, whose nodes can be killed, frozen and started again with or without their data. */
export class NatsCluster {
  private readonly dir: string;
  private readonly supervisor: Supervisor;
  private readonly command: string;
  private readonly ports: NodePorts[];
  private readonly options: NatsOptions;

  /** `dir`: for data and logs, below it. `command`: see findNatsServer. `base`: first of NATS_PORTS free ports. */
  constructor(dir: string, supervisor: Supervisor, command: string, base: number, options: NatsOptions = {}) {
    this.options = options;
    this.dir = dir;
    this.supervisor = supervisor;
    this.command = command;
    this.ports = Array.from({ length: NATS_NODES }, (_, i) => {
      const first = base + i * PORTS_EACH;
      return { client: first, route: first + 1, monitor: first + 2 };
    });
  }

  /** Names of the nodes, by which they are told apart below. */
  get names(): string[] {
    return NATS_NAMES;
  }

  /** Address of a node for clients, "127.0.0.1:port". */
  address(name: string): string {
    return `127.0.0.1:${this.portsOf(name).client}`;
  }

  /** Address of a node for the other nodes, "127.0.0.1:port". */
  routeAddress(name: string): string {
    return `127.0.0.1:${this.portsOf(name).route}`;
  }

  /** "nats://host:port": one node. */
  urlOf(name: string): string {
    return `nats://${this.address(name)}`;
  }

  /** "nats://host:port,host:port,…": all nodes. */
  get url(): string {
    return `nats://${this.names.map((name) => this.address(name)).join(',')}`;
  }

  /** Starts all nodes; resolves when they have found each other and take data. */
  async start(): Promise<void> {
    await Promise.all(this.names.map((name) => this.launch(name)));
    await Promise.all(this.names.map((name) => this.ready(name)));
  }

  /** Starts one node with the data it has; resolves when it has caught up. */
  async startNode(name: string): Promise<void> {
    await this.launch(name);
    await this.ready(name);
  }

  /** Starts one node with the data it has; resolves when its process runs, whether or not there is a quorum. */
  async launch(name: string): Promise<void> {
    const { client, route, monitor } = this.portsOf(name);
    const home = path.join(this.dir, name);
    mkdirSync(home, { recursive: true });
    const config = path.join(home, 'nats.conf');
    const { route: way, lines: added = () => [] } = this.options;
    const others = this.names.filter((other) => other !== name);
    const routes = others.map((other) => `nats://${way ? way(name, other) : this.routeAddress(other)}`);
    // Nodes tell each other where the rest is. Where the ways between them are given, that is a port at which nobody listens.
    const advertise = way ? ', advertise: "127.0.0.1:1"' : '';
    const lines = [
      `server_name: ${name}`,
      `server_tags: ["vote-${this.names.indexOf(name) + 1}"]`,
      `listen: 127.0.0.1:${client}`,
      `http: 127.0.0.1:${monitor}`,
      `jetstream { store_dir: ${JSON.stringify(home)}, max_memory_store: 64MB, max_file_store: 4GB }`,
      `cluster { name: bppool, listen: 127.0.0.1:${route}, routes: ${JSON.stringify(routes)}${advertise} }`,
      ...added(name),
    ];
    writeFileSync(config, `${lines.join('\n')}\n`);
    const log = path.join(this.dir, 'logs', `${name}.log`);
    await this.supervisor.start({ name, command: this.command, args: ['--config', config], log });
  }

  /** Ends a node at once, as a power cut would; resolves when it is gone. */
  async kill(name: string): Promise<void> {
    const running = this.supervisor.get(name);
    running?.process.kill('SIGKILL');
    await running?.exited;
  }

  /** Stops a node's process without ending it; `thaw` lets it go on. */
  freeze(name: string): void {
    this.supervisor.get(name)?.process.kill('SIGSTOP');
  }

  thaw(name: string): void {
    this.supervisor.get(name)?.process.kill('SIGCONT');
  }

  /** Deletes the data of a node that does not run. */
  wipe(name: string): void {
    rmSync(path.join(this.dir, name), { recursive: true, force: true });
  }

  private async ready(name: string): Promise<void> {
    const running = this.supervisor.get(name);
    if (!running) return;
    await whenReady(running, async () => {
      const answer = await fetch(`http://127.0.0.1:${this.portsOf(name).monitor}/healthz`);
      return answer.ok ? true : undefined;
    });
  }

  private portsOf(name: string): NodePorts {
    return this.ports[this.names.indexOf(name)] as NodePorts;
  }
}
