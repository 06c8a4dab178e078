import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { chownSync, copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { ROOT, shimLibrary } from '../../../devnet/tools.ts';
import type { Engine } from './engine.ts';
import { NODE, OpsChain } from './ops-chain.ts';

const run = promisify(execFile);
/** Of the network `outside`; the chain is at its gateway. */
const SUBNET = '10.77.0.0/24';
const GATEWAY = '10.77.0.1';
/** What docker-compose.yml publishes for members and for their agents. */
const EMITTERS = [
  { p2p: '127.0.0.1:9700', http: 'http://127.0.0.1:9701' },
  { p2p: '127.0.0.1:9702', http: 'http://127.0.0.1:9703' },
];
const IMAGE_USER = 65_532;

/** The chain that the containers follow, in the engine's network, and what an operator fills in for it; docs/containers.md. */
export class ComposeNetwork {
  readonly dir: string;
  readonly chain: OpsChain;
  private readonly engine: Engine;
  private readonly port: string;
  private forwarder: ChildProcess | null = null;
  private stopped = false;

  private constructor(engine: Engine, dir: string, chain: OpsChain) {
    this.engine = engine;
    this.dir = dir;
    this.chain = chain;
    this.port = chain.state.nodes.find(({ role }) => role === 'producer')?.p2p?.split(':')[1] as string;
    this.forward();
  }

  static async start(engine: Engine, dir: string): Promise<ComposeNetwork> {
    const size = { emitters: EMITTERS, oracles: 3, portBase: 20_000 };
    const inside = (command: string, args: string[]) => engine.inside(command, args);
    return new ComposeNetwork(engine, dir, await OpsChain.start(path.join(dir, 'devnet'), size, inside));
  }

  /** The file that is laid over docker-compose.yml: this chain's beginning, clock, keys and peers. */
  override(): string {
    const shared = path.join(this.dir, 'shared');
    mkdirSync(shared);
    copyFileSync(path.join(this.dir, 'devnet/genesis.json'), path.join(shared, 'genesis.json'));
    copyFileSync(this.chain.state.clockShiftFile, path.join(shared, 'clock'));
    copyFileSync(shimLibrary(), path.join(shared, 'shim.so'));
    const volume = `${shared}:/shared:ro`;
    const nodeos = (name: string, command: string[]) => {
      const file = path.join(this.dir, `${name}.ini`);
      const ini = readFileSync(path.join(ROOT, `deploy/docker/${name}.ini`), 'utf8');
      writeFileSync(file, `${ini}\np2p-peer-address = ${GATEWAY}:${this.port}\n`);
      return {
        command: [...command, '--genesis-json', '/shared/genesis.json'],
        environment: { LD_PRELOAD: '/shared/shim.so', SHIM_CLOCK_FILE: '/shared/clock' },
        volumes: [volume, `${file}:/etc/nodeos/config.ini:ro`],
      };
    };
    const shifted = { environment: { CLOCK_SHIFT_FILE: '/shared/clock' }, volumes: [volume] };
    const services = {
      ...{ relay1: nodeos('relay', []), relay2: nodeos('relay', []), node: nodeos('node', ['--disable-replay-opts']) },
      ...{ emitter1: shifted, emitter2: shifted, oracle1: shifted, oracle2: shifted, oracle3: shifted, page: shifted },
    };
    const networks = { outside: { ipam: { config: [{ subnet: SUBNET }] } } };
    const file = path.join(this.dir, 'override.yml');
    writeFileSync(file, JSON.stringify({ services, networks, secrets: this.secrets() }));
    return file;
  }

  /** What docs/containers.md lets an operator put into .env. */
  settings(): Record<string, string> {
    const { pool, dac } = this.chain.state;
    return { BPPOOL_POOL: pool, BPPOOL_DAC: dac, BPPOOL_PEERS: `${GATEWAY}:${this.port}` };
  }

  /** Body of an answer to somebody on this host, as at 127.0.0.1:9701. Rejects when there is none. */
  async get(url: string): Promise<string> {
    const script = `fetch(${JSON.stringify(url)}).then((r) => r.text()).then((t) => process.stdout.write(t))`;
    const { command, args } = this.engine.inside(NODE, ['-e', script]);
    return (await run(command, args, { maxBuffer: 16 * 1024 * 1024 })).stdout;
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.forwarder?.kill('SIGKILL');
    await this.chain.stop();
  }

  private secrets(): Record<string, { file: string }> {
    const { keys, state } = this.chain;
    const wanted: [string, string | undefined][] = [
      ...state.emitters.map(({ logKey }, i): [string, string | undefined] => [`emitter${i + 1}_log_key`, keys[logKey]]),
      ...state.oracles.map(({ reportKey }, i): [string, string | undefined] => [
        `oracle${i + 1}_report_key`,
        keys[reportKey],
      ]),
      ['grafana_password', 'nobody looks'],
    ];
    return Object.fromEntries(
      wanted.map(([name, secret]) => {
        const file = path.join(this.dir, `${name}.key`);
        writeFileSync(file, `${secret}\n`, { mode: 0o600 });
        chownSync(file, IMAGE_USER, IMAGE_USER);
        return [name, { file }];
      }),
    );
  }

  /** The chain listens on the loopback alone, and containers reach it by the gateway, which is there once compose made the network: tried until then. */
  private forward(): void {
    const script = `const net = require('node:net');
      net.createServer((a) => {
        const b = net.connect(${this.port}, '127.0.0.1');
        a.on('error', () => b.destroy()).on('close', () => b.destroy()).pipe(b);
        b.on('error', () => a.destroy()).on('close', () => a.destroy()).pipe(a);
      }).listen(${this.port}, '${GATEWAY}').on('error', () => setTimeout(() => process.exit(1), 200));`;
    const { command, args } = this.engine.inside(NODE, ['-e', script]);
    const bound = { LD_PRELOAD: shimLibrary(), DIE_WITH_PARENT: String(process.pid), DIE_WITH_SIGNAL: '9' };
    this.forwarder = spawn(command, args, { env: { ...process.env, ...bound }, stdio: 'ignore' });
    this.forwarder.once('exit', () => this.stopped || this.forward());
  }
}
