import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { NATS_PORTS, NatsCluster } from '../../../devnet/nats-cluster.ts';
import { findNatsServer } from '../../../devnet/nats-server.ts';
import { reservePorts } from '../../../devnet/ports.ts';
import { Supervisor } from '../../../devnet/supervisor.ts';
import { FarProxy } from '../../support/far-proxy.ts';

/** A way between two programs: round trip in ms, half of it each way, and the part of segments lost. */
export interface Way {
  roundTripMs: number;
  loss: number;
  seed: number;
}

/** Starts a proxy for a way to "host:port". */
export async function far(target: string, { roundTripMs, loss, seed }: Way): Promise<{ proxy: FarProxy; at: string }> {
  const half = roundTripMs / 2;
  const proxy = new FarProxy({ target, upMs: half, downMs: half, loss, seed });
  return { proxy, at: await proxy.start() };
}

export interface FarCluster {
  cluster: NatsCluster;
  stop(): Promise<void>;
}

/** Three real nats-servers; `between`: the way between each two of them, direct when it is not given. */
export async function startFarCluster(between?: Way): Promise<FarCluster> {
  const dir = mkdtempSync(path.join(tmpdir(), 'bppool-distance-'));
  const supervisor = new Supervisor();
  const ports = await reservePorts(NATS_PORTS);
  const ways = new Map<string, { proxy: FarProxy; at: string }>();
  const route = (from: string, to: string) => ways.get(`${from} ${to}`)?.at ?? '';
  const options = between ? { route } : {};
  const cluster = new NatsCluster(dir, supervisor, await findNatsServer(), ports.base, options);
  const pairs = cluster.names.flatMap((from) => cluster.names.filter((to) => to !== from).map((to) => [from, to]));
  if (between) {
    for (const [i, [from = '', to = '']] of pairs.entries())
      ways.set(`${from} ${to}`, await far(cluster.routeAddress(to), { ...between, seed: between.seed + 1000 * i }));
  }
  const stop = async () => {
    await supervisor.stopAll();
    for (const { proxy } of ways.values()) proxy.stop();
    await ports.release();
    rmSync(dir, { recursive: true, force: true });
  };
  try {
    await cluster.start();
  } catch (thrown) {
    await stop();
    throw thrown;
  }
  return { cluster, stop };
}
