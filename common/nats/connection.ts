import { type JetStreamClient, type JetStreamManager, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { PoolError, sentence } from '../errors.ts';
import { type Address, accessOptions, type NatsFiles } from './access.ts';

/** A connection to the cluster that keeps what many emitters share. */
export interface Nats {
  connection: NatsConnection;
  streams: JetStreamClient;
  manager: JetStreamManager;
  /** "host:port,host:port", without what lets in. */
  address: string;
}

/** An answer that takes longer counts as none: a slot lasts half a second, and a decision has to leave well before its end. */
export const ANSWER_MS = 1000;

/**
 * Connects to any of the nodes in "nats://[user:password@]host:port,host:port,…", and from then on to another whenever one is lost. `name`:
 * shown in the server's lists. Rejects with PoolError `store` when none can be reached or lets it in, and as accessOptions does.
 */
export async function connectNats(url: string, name: string, files: NatsFiles = {}): Promise<Nats> {
  return connectTo(parseNatsUrl(url), name, files, false);
}

/**
 * Connects to each of those nodes, and to no other by it, so that the death of one breaks nothing that goes to another. Those that cannot be reached
 * are left out. Rejects with PoolError `store` when none can be, and as accessOptions does.
 */
export async function connectNodes(url: string, name: string, files: NatsFiles = {}): Promise<Nats[]> {
  const access = parseNatsUrl(url);
  const tried = await Promise.allSettled(
    access.servers.map((server) => connectTo({ ...access, servers: [server] }, name, files, true)),
  );
  const reached = tried.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  if (reached.length > 0) return reached;
  throw tried.find((one) => one.status === 'rejected')?.reason;
}

async function connectTo(given: Address, name: string, files: NatsFiles, ignoreClusterUpdates: boolean): Promise<Nats> {
  const { servers } = given;
  const address = servers.join(',');
  const access = accessOptions(given, files);
  try {
    const connection = await connect({
      ...{ servers, name, ignoreClusterUpdates, ...access },
      // A node that hangs is noticed after two of these, and another dialled.
      ...{ pingInterval: 1000, maxPingOut: 2, timeout: 2000 },
      ...{ maxReconnectAttempts: -1, reconnectTimeWait: 100, reconnectJitter: 100, noAsyncTraces: true },
    });
    const manager = await jetstreamManager(connection, { timeout: ANSWER_MS, checkAPI: false });
    return { connection, streams: jetstream(connection, { timeout: ANSWER_MS }), manager, address };
  } catch (thrown) {
    throw new PoolError('store', `the NATS cluster at ${address} cannot be reached: ${sentence(thrown)}`);
  }
}

/** Throws PoolError `config` for what is no such address. */
export function parseNatsUrl(url: string): Address {
  // Each node's address can be written whole.
  const match = /^nats:\/\/(?:([^:@/]+):([^@/]*)@)?([^/@]+)$/.exec(url.replaceAll(/,\s*nats:\/\//g, ','));
  const servers = match?.[3]?.split(',') ?? [];
  if (servers.length === 0 || !servers.every((each) => /^[^:\s]+:\d{1,5}$/.test(each)))
    throw new PoolError('config', `${withoutSecret(url)} is no address of a NATS cluster: nats://host:port,host:port`);
  const [, user, pass] = match ?? [];
  if (user === undefined) return { servers };
  return { servers, user: decodeURIComponent(user), pass: decodeURIComponent(pass ?? '') };
}

function withoutSecret(url: string): string {
  return url.replace(/\/\/[^@/]*@/, '//');
}
