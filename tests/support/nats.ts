import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after } from 'node:test';
import { connectNats, connectNodes, type Nats } from '../../common/nats/connection.ts';
import { STREAM_DEFAULTS } from '../../common/nats/streams.ts';
import { NATS_PORTS, NatsCluster, type NatsOptions } from '../../devnet/nats-cluster.ts';
import { findNatsServer } from '../../devnet/nats-server.ts';
import { reservePorts } from '../../devnet/ports.ts';
import { Supervisor } from '../../devnet/supervisor.ts';
import { eventually } from '../../devnet/wait.ts';

/** A cluster of a test sets little aside for each of its many streams. */
export const SMALL = { ...STREAM_DEFAULTS, votesBytes: 8 * 1024 ** 2, recordsBytes: 8 * 1024 ** 2 };

/** For tests that take long: they run by `./pool test cluster`, or with --deep, and are left out of a run of everything. */
export const LONG = { skip: process.env.POOL_ALL_CASES ? false : 'runs when its suite is named' };

export interface TestCluster {
  cluster: NatsCluster;
  /** A connection to one node, or to all; closed when the tests of the file are over. */
  connect(name?: string): Promise<Nats>;
  /** A connection to each node, closed likewise. */
  connectAll(): Promise<Nats[]>;
}

/** A cluster for the tests of a file: stopped when they are over, and nothing of it stays. */
export async function startCluster(options: NatsOptions = {}): Promise<TestCluster> {
  const dir = mkdtempSync(path.join(tmpdir(), 'bppool-nats-'));
  const supervisor = new Supervisor();
  const command = await findNatsServer();
  const ports = await reservePorts(NATS_PORTS);
  const cluster = new NatsCluster(dir, supervisor, command, ports.base, options);
  const open: Nats[] = [];
  after(async () => {
    await Promise.all(open.map(({ connection }) => connection.close()));
    await supervisor.stopAll();
    await ports.release();
    rmSync(dir, { recursive: true, force: true });
  });
  await cluster.start();
  const connect = async (name?: string) => {
    const url = name === undefined ? cluster.url : `nats://${cluster.address(name)}`;
    const nats = await connectNats(url, 'test');
    open.push(nats);
    return nats;
  };
  const connectAll = async () => {
    const nodes = await connectNodes(cluster.url, 'test');
    open.push(...nodes);
    return nodes;
  };
  return { cluster, connect, connectAll };
}

/** Name of the node that leads a stream, as the first of these connections to answer has it. */
export async function leaderOf(nats: Nats[], stream: string): Promise<string> {
  return eventually(`a leader of ${stream}`, async () => {
    const infos = await Promise.any(nats.map(({ manager }) => manager.streams.info(stream)));
    return infos.cluster?.leader || undefined;
  });
}
