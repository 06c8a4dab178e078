import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ChainClient } from '../../common/chain.ts';
import { PoolError } from '../../common/errors.ts';
import { privateKeyBytes } from '../../common/keys.ts';
import { EMITTER_NODE_FLAGS } from '../../common/node-flags.ts';
import { slotOfTimestamp } from '../../common/slot.ts';
import { writeGenesis } from '../../devnet/genesis.ts';
import { KeyRing } from '../../devnet/keys.ts';
import { NATS_PORTS, NatsCluster } from '../../devnet/nats-cluster.ts';
import { findNatsServer } from '../../devnet/nats-server.ts';
import { prepareNode } from '../../devnet/nodeos.ts';
import { reservePorts } from '../../devnet/ports.ts';
import { setShift } from '../../devnet/shift.ts';
import { type Running, type Supervisor, whenReady } from '../../devnet/supervisor.ts';
import { findTools, ROOT } from '../../devnet/tools.ts';
import { PRODUCER } from './blocks.ts';
import { namingNode } from './naming-node.ts';
import type { Answer, Order } from './sender.ts';

/** The chain begins this long before now: slots pass faster than in life and must not get ahead of nodeos' clock. */
const BEGAN_AGO_MS = 3600_000;

/** The processes of the benchmark but for the emitter: one nodeos, two relays that look at nothing, the sender. */
export class Bed {
  readonly supervisor: Supervisor;
  readonly chain: ChainClient;
  readonly chainId: string;
  readonly genesisSlot: number;
  private readonly dir: string;
  private readonly ports: Ports;
  private readonly sender: Running;

  private constructor(dir: string, ports: Ports, supervisor: Supervisor, started: Started) {
    this.dir = dir;
    this.ports = ports;
    this.supervisor = supervisor;
    this.chain = started.chain;
    this.chainId = started.chainId;
    this.genesisSlot = started.genesisSlot;
    this.sender = started.sender;
  }

  /** `dir` is an empty folder for all files; `directPort` and `relayedPort` are where the readers listen. */
  static async start(dir: string, supervisor: Supervisor, relayedPort: number): Promise<Bed> {
    const { base } = await reservePorts(8 + NATS_PORTS);
    const ports = {
      api: base,
      nodeos: base + 1,
      raw: base + 2,
      emitter: base + 3,
      http: base + 4,
      whole: base + 5,
      cluster: base + 6,
      clusterHttp: base + 7,
      nats: base + 8,
      relayed: relayedPort,
    };
    mkdirSync(path.join(dir, 'logs'));
    setShift(path.join(dir, 'clock'), 0);
    const key = new KeyRing().pair(PRODUCER);
    writeGenesis(path.join(dir, 'genesis.json'), key.public, Date.now() - BEGAN_AGO_MS);
    const node = await supervisor.start(nodeSpec(dir, ports));
    const chain = new ChainClient(`http://127.0.0.1:${ports.api}`);
    const info = await whenReady(node, () => chain.info());
    for (const name of ['raw', 'whole'] as const) {
      const spec = script(dir, name, `bench/relay/${name}.ts`, [`${ports[name]}`, `${relayedPort}`]);
      const relay = await supervisor.start({ ...spec, ipc: true });
      await once(relay.process, 'message');
    }
    const genesisSlot = slotOfTimestamp(info.head_block_time);
    const secret = Buffer.from(privateKeyBytes(key.private)).toString('hex');
    const args = [info.chain_id, secret, `${genesisSlot}`];
    const sender = await supervisor.start({ ...script(dir, 'sender', 'bench/relay/sender.ts', args), ipc: true });
    return new Bed(dir, ports, supervisor, { chain, chainId: info.chain_id, genesisSlot, sender });
  }

  get addresses() {
    const at = (port: number) => `127.0.0.1:${port}`;
    const { raw, whole, nodeos, emitter, cluster } = this.ports;
    return { raw: at(raw), whole: at(whole), nodeos: at(nodeos), emitter: at(emitter), cluster: at(cluster) };
  }

  async order(order: Order): Promise<Answer> {
    if (this.sender.exit) throw new PoolError('bench', 'the sender ended');
    const answered = once(this.sender.process, 'message');
    this.sender.process.send(order);
    const answer = (await answered)[0] as Answer;
    if (answer.unsent) throw new PoolError('bench', `the sender's connection is gone: ${answer.unsent}`);
    return answer;
  }

  async startEmitter(): Promise<void> {
    const { emitter, http } = this.ports;
    await this.emitter('emitter', emitter, http, {});
  }

  /** Another one, which decides through a NATS cluster of three nodes. */
  async startCluster(): Promise<void> {
    const { cluster, clusterHttp, nats } = this.ports;
    const nodes = new NatsCluster(path.join(this.dir, 'nats'), this.supervisor, await findNatsServer(), nats);
    await nodes.start();
    const key = new KeyRing(undefined).pair('log');
    const keyFile = path.join(this.dir, 'cluster.key');
    writeFileSync(keyFile, `${key.private}\n`, { mode: 0o600 });
    const node = await namingNode(this.chain.url, 'cluster', key.public);
    const shared = { EMITTER_NATS: nodes.url, EMITTER_NAME: 'cluster', EMITTER_LOG_KEY_FILE: keyFile };
    await this.emitter('cluster', cluster, clusterHttp, { ...shared, EMITTER_RELAY_API: node.url });
  }

  /** As it runs in life; its relay node's API is nodeos', its relay node's p2p side the reader. */
  private async emitter(name: string, emitter: number, http: number, more: Record<string, string>): Promise<void> {
    const { api, relayed } = this.ports;
    const spec = script(this.dir, name, 'emitter/main.ts', [], EMITTER_NODE_FLAGS);
    const env = {
      EMITTER_POOL: PRODUCER,
      EMITTER_DAC: PRODUCER,
      EMITTER_RELAY_API: `http://127.0.0.1:${api}`,
      EMITTER_RELAY_P2P: `127.0.0.1:${relayed}`,
      EMITTER_LISTEN: `127.0.0.1:${emitter}`,
      EMITTER_HTTP: `127.0.0.1:${http}`,
      EMITTER_EVENT_LOG: path.join(this.dir, `${name}.sqlite`),
      EMITTER_STRATEGY: 'first-delivered',
      ...more,
    };
    const running = await this.supervisor.start({ ...spec, env });
    const ready = async () => ((await fetch(`http://127.0.0.1:${http}/ready`)).ok ? true : undefined);
    await whenReady(running, ready);
  }
}

interface Ports {
  api: number;
  nodeos: number;
  raw: number;
  whole: number;
  emitter: number;
  http: number;
  cluster: number;
  clusterHttp: number;
  nats: number;
  relayed: number;
}

interface Started {
  chain: ChainClient;
  chainId: string;
  genesisSlot: number;
  sender: Running;
}

function nodeSpec(dir: string, { api, nodeos }: Ports) {
  return prepareNode(findTools(), {
    plan: { name: 'nodeos', role: 'relay', apiPort: api, p2pPort: nodeos },
    ...{ dir, genesis: path.join(dir, 'genesis.json'), clockFile: path.join(dir, 'clock') },
    ...{ peers: [], producers: [], signingKeys: [], bootstrap: false },
  });
}

function script(dir: string, name: string, file: string, args: string[], flags: string[] = []) {
  const log = path.join(dir, 'logs', `${name}.log`);
  return { name, command: process.execPath, args: [...flags, path.join(ROOT, file), ...args], log };
}
