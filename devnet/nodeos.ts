import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { KeyPair } from './keys.ts';
import type { NodePlan } from './layout.ts';
import type { ProcessSpec } from './supervisor.ts';
import type { Tools } from './tools.ts';

/** Everything that differs between the nodes of a devnet. */
export interface NodeSettings {
  plan: NodePlan;
  dir: string;
  genesis: string;
  clockFile: string;
  /** "host:port" of the nodes to dial. */
  peers: string[];
  producers: string[];
  signingKeys: KeyPair[];
  /** Produces although the chain's head is old: the first node only. */
  bootstrap: boolean;
  /** Makes no blocks until it is resumed over the producer API. */
  paused?: boolean;
}

/** So many nodes may come from one address, because on a devnet all do. */
const MAX_PEERS = 200;

const COMMON = [
  'plugin = eosio::chain_api_plugin',
  'plugin = eosio::http_plugin',
  'plugin = eosio::producer_api_plugin',
  'plugin = eosio::net_api_plugin',
  'http-validate-host = false',
  // A busy machine must not turn a table query into an error.
  'http-max-response-time-ms = 1000',
  'abi-serializer-max-time-ms = 1000',
  'chain-state-db-size-mb = 256',
  'chain-state-db-guard-size-mb = 16',
  'chain-threads = 2',
  'http-threads = 2',
  'net-threads = 2',
  `max-clients = ${MAX_PEERS}`,
  `p2p-max-nodes-per-host = ${MAX_PEERS}`,
  // After a failed dial the next one comes after this many seconds (30 by default).
  'connection-cleanup-period = 1',
  'resource-monitor-not-shutdown-on-threshold-exceeded = true',
];

/** The lines of a node's config.ini. */
export function configLines(settings: NodeSettings): string[] {
  const { plan } = settings;
  const lines = [...COMMON, `http-server-address = 127.0.0.1:${plan.apiPort}`];
  // An empty endpoint is accepted here, though not on the command line: the node then listens for nobody.
  if (plan.p2pPort === null) lines.push('p2p-listen-endpoint =');
  else lines.push(`p2p-listen-endpoint = 127.0.0.1:${plan.p2pPort}`, `p2p-server-address = 127.0.0.1:${plan.p2pPort}`);
  lines.push(`agent-name = ${plan.name}`);
  lines.push(...settings.peers.map((peer) => `p2p-peer-address = ${peer}`));
  lines.push(...settings.producers.map((name) => `producer-name = ${name}`));
  lines.push(...settings.signingKeys.map((key) => `signature-provider = ${key.public}=KEY:${key.private}`));
  // Setting the system contract takes longer than the usual 30 ms.
  if (settings.bootstrap) lines.push('enable-stale-production = true', 'max-transaction-time = 150');
  if (plan.shipPort !== undefined) lines.push(...shipLines(plan.shipPort));
  if (settings.paused) lines.push('pause-on-startup = true');
  return lines;
}

/** Blocks and traces alone: what changed in the tables nobody asks for, and it would be the most of it. */
function shipLines(port: number): string[] {
  const what = ['trace-history = true', 'chain-state-history = false'];
  return ['plugin = eosio::state_history_plugin', `state-history-endpoint = 127.0.0.1:${port}`, ...what];
}

/** What a node is started with: nothing, or the irreversible blocks that it has, from which it makes its state again. */
export type StartFrom = 'nothing' | 'blocks';

/**
 * What `blocks` leaves out: a state that was open at kill -9 is dirty and refused, reversible blocks are written at a clean end only, and a state
 * history that has blocks which the node does not have any more ends it.
 */
const NOT_BLOCKS = ['state', 'blocks/reversible', 'state-history'];

/**
 * Empties the node's folder but for what it starts from, writes its config.ini there (0600: it holds the signing keys, which so do not
 * show in the process list) and returns how to start it.
 */
export function prepareNode(tools: Tools, settings: NodeSettings, from: StartFrom = 'nothing'): ProcessSpec {
  const { name } = settings.plan;
  const home = path.join(settings.dir, 'nodes', name);
  const config = path.join(home, 'config');
  const gone = from === 'nothing' ? [home] : NOT_BLOCKS.map((part) => path.join(home, 'data', part));
  for (const folder of gone) rmSync(folder, { recursive: true, force: true });
  mkdirSync(config, { recursive: true });
  writeFileSync(path.join(config, 'config.ini'), `${configLines(settings).join('\n')}\n`, { mode: 0o600 });
  const args = [
    `--config-dir=${config}`,
    `--data-dir=${path.join(home, 'data')}`,
    `--genesis-json=${settings.genesis}`,
    // The state history asks for it, and has no setting for the file.
    ...(settings.plan.shipPort === undefined ? [] : ['--disable-replay-opts']),
  ];
  return {
    name,
    command: tools.nodeos.command,
    args: [...tools.nodeos.args, ...args],
    env: { SHIM_CLOCK_FILE: settings.clockFile },
    log: path.join(settings.dir, 'logs', `${name}.log`),
  };
}
