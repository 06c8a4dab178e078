import path from 'node:path';
import { stringToName } from '../../../common/name.ts';
import type { KeyPair } from '../../../devnet/keys.ts';
import { whenReady } from '../../../devnet/supervisor.ts';
import { type BlockHeader, decodeBlockHeader } from '../../../emitter/decode/block.ts';
import { MESSAGE, messageType } from '../../../emitter/decode/message.ts';
import type { DelayProxy } from '../../support/delay-proxy.ts';
import { POOL, setSchedule, startChain, startLoad, untilInSync } from './chain.ts';
import type { Lab, LabNode } from './lab.ts';
import { Turns } from './turns.ts';

export interface PoolOptions {
  /** One-way delay between the relay node and each producer, and between the producers, in ms. */
  latencyMs: number;
  members?: number;
  /** Windows in order; "bp1" comes before the pool's, "bp2" after it. */
  order?: string[];
  /** Further lines of config.ini of the i-th member. */
  memberConfig?: (index: number) => string[];
  /** Keys that the i-th member signs with; one of its own by default. */
  memberKeys?: (index: number) => KeyPair[];
  /** Keys of the pool that no member has yet. */
  moreKeys?: KeyPair[];
  /** Further lines of config.ini of the relay node and the producers. */
  publicConfig?: string[];
  /** Added to the emitter's environment. */
  emitter?: Record<string, string>;
  /** Transactions a second. */
  load?: number;
  /** The emitter has sessions of its own with both producers, each through a proxy. */
  peers?: boolean;
  /** A file for each member's clock, made by the caller. */
  memberClock?: (index: number) => string;
}

/** What may be different with one member. */
export interface MemberOptions {
  config?: string[] | undefined;
  keys?: KeyPair[] | undefined;
  clock?: string | undefined;
}

export interface Member {
  node: LabNode;
  /** Between the member and the emitter. */
  proxy: DelayProxy;
}

/** A pool on a chain of its own: every node is a process, every connection goes through a proxy. */
export interface Pool {
  bp1: LabNode;
  bp2: LabNode;
  relay: LabNode;
  members: Member[];
  /** Relay node to bp1, relay node to bp2, bp2 to bp1. */
  toBp1: DelayProxy;
  toBp2: DelayProxy;
  between: DelayProxy;
  /** Between the emitter and its relay node: its own session, and one connection a member. */
  toRelay: DelayProxy;
  /** Between the emitter and bp1, bp2; none without `peers`. */
  toPeers: DelayProxy[];
  turns: Turns;
  eventLog: string;
  emitterHttp: string;
}

/** Starts producers, relay node, emitter (the real one) and members; resolves when the schedule is active. */
export async function startPool(lab: Lab, options: PoolOptions): Promise<Pool> {
  const { latencyMs } = options;
  const order = options.order ?? ['bp1', POOL, 'bp2'];
  const of = (first: string) => order.filter((name) => name !== POOL && (name === 'bp2') !== (first === 'bp1'));
  const config = options.publicConfig ?? [];
  const bp1 = await startChain(lab, 'bp1', { producers: of('bp1'), accounts: order, config });
  const between = await lab.proxy({ target: bp1.p2p, latencyMs });
  const signingKeys = of('bp2').map((name) => lab.keys.pair(name));
  const second = { producers: of('bp2'), signingKeys, peers: [between.address], listens: true, config };
  const bp2 = await lab.node('bp2', second);
  const toBp1 = await lab.proxy({ target: bp1.p2p, latencyMs });
  const toBp2 = await lab.proxy({ target: bp2.p2p, latencyMs });
  const relay = await lab.node('relay', { peers: [toBp1.address, toBp2.address], listens: true, config });
  const toRelay = await lab.proxy({ target: relay.p2p });
  const toPeers: DelayProxy[] = [];
  for (const { p2p } of options.peers ? [bp1, bp2] : []) toPeers.push(await lab.proxy({ target: p2p, latencyMs }));
  await untilInSync(bp1.api, [bp2, relay]);
  const peers = { EMITTER_PEERS: toPeers.map(({ address }) => address).join(',') };
  const emitter = await startEmitter(lab, relay, toRelay.address, { ...peers, ...options.emitter });
  const members = await startMembers(lab, emitter.p2p, options);
  await untilInSync(
    bp1.api,
    members.map(({ node }) => node),
  );
  const memberKeys = members.flatMap(({ node }, i) => options.memberKeys?.(i) ?? [lab.keys.pair(node.name)]);
  const turns = order.map((name) => ({
    name,
    keys: name === POOL ? [...memberKeys, ...(options.moreKeys ?? [])] : [lab.keys.pair(name)],
  }));
  await setSchedule(lab, bp1.api, turns);
  await startLoad(lab, bp1, options.load ?? 20);
  const { eventLog, http: emitterHttp } = emitter;
  const proxies = { toBp1, toBp2, between, toRelay, toPeers };
  return { bp1, bp2, relay, members, ...proxies, turns: new Turns(order), eventLog, emitterHttp };
}

export async function startEmitter(lab: Lab, relay: LabNode, relayP2p: string, env: Record<string, string>) {
  const p2p = `127.0.0.1:${await lab.nextPort()}`;
  const http = `127.0.0.1:${await lab.nextPort()}`;
  const eventLog = path.join(lab.dir, 'events.sqlite');
  const addresses = { EMITTER_RELAY_API: relay.api.url, EMITTER_RELAY_P2P: relayP2p };
  const own = { EMITTER_LISTEN: p2p, EMITTER_HTTP: http, EMITTER_EVENT_LOG: eventLog };
  // There is no contract on this chain: members have no names, which only the log's readers miss.
  const pool = { EMITTER_POOL: POOL, EMITTER_DAC: 'eosio' };
  const running = await lab.program('emitter', 'emitter/main.ts', { ...addresses, ...own, ...pool, ...env });
  await whenReady(running, async () => ((await fetch(`http://${http}/ready`)).ok ? true : undefined));
  return { p2p, http: `http://${http}`, eventLog };
}

async function startMembers(lab: Lab, emitter: string, options: PoolOptions): Promise<Member[]> {
  const names = Array.from({ length: options.members ?? 3 }, (_, i) => `member${i + 1}`);
  const starting = names.map(async (name, i) => {
    const proxy = await lab.proxy({ target: emitter });
    const own = { config: options.memberConfig?.(i), keys: options.memberKeys?.(i), clock: options.memberClock?.(i) };
    return { node: await startMember(lab, name, [proxy.address], own), proxy };
  });
  return Promise.all(starting);
}

/** A node that produces for the pool and listens for nobody, as a member must. */
export function startMember(lab: Lab, name: string, peers: string[], own: MemberOptions = {}): Promise<LabNode> {
  const { config = [], keys: signingKeys = [lab.keys.pair(name)], clock } = own;
  return lab.node(name, { producers: [POOL], signingKeys, peers, config, ...(clock && { clock }) });
}

const POOL_NAME = stringToName(POOL);

/** The header of a frame that is a block, of the pool or not; null for any other frame. */
export function blockOf(frame: Buffer): (BlockHeader & { pool: boolean }) | null {
  if (messageType(frame) !== MESSAGE.signedBlock) return null;
  const header = decodeBlockHeader(frame);
  return header.ok ? { ...header.value, pool: header.value.producer === POOL_NAME } : null;
}
