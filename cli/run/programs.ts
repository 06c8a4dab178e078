import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { EMITTER_NODE_FLAGS, ORACLE_NODE_FLAGS } from '../../common/node-flags.ts';
import { privateKey } from '../../devnet/keys.ts';
import type { DevnetState } from '../../devnet/state.ts';
import { ROOT } from '../../devnet/tools.ts';
import type { EmitterPlace } from './emitters.ts';
import type { Program } from './services.ts';

/** What a run's programs are told. */
export interface Surroundings {
  /** "host:port" by the account of each oracle, where it tells of itself. */
  oracleHttp: ReadonlyMap<string, string>;
  /** The run's folder. */
  dir: string;
  state: DevnetState;
  /** All of the run. */
  emitters: EmitterPlace[];
  /** "host:port" of the page. */
  dashboard: string;
  /** "nats://host:port" of each node of the cluster; none for one emitter. */
  nats: string[];
}

export function emitterProgram({ dir, state, nats }: Surroundings, place: EmitterPlace): Program {
  const relay = state.nodes.find(({ name }) => name === place.relay);
  const logKey = state.emitters.find(({ account }) => account === place.account)?.logKey ?? '';
  const peers = state.nodes.filter(({ role }) => role === 'producer').map(({ p2p }) => p2p);
  const shared = nats.length > 0 ? { EMITTER_NATS: nats.join(','), EMITTER_NAME: place.account } : {};
  const env = {
    EMITTER_POOL: state.pool,
    EMITTER_DAC: state.dac,
    EMITTER_RELAY_API: relay?.api ?? '',
    EMITTER_RELAY_P2P: relay?.p2p ?? '',
    EMITTER_PEERS: peers.join(','),
    EMITTER_LISTEN: place.p2p,
    EMITTER_HTTP: place.http.replace('http://', ''),
    EMITTER_EVENT_LOG: place.eventLog,
    EMITTER_LOG_KEY_FILE: writeKey(dir, state, `emitter-${place.account}.key`, logKey),
    CLOCK_SHIFT_FILE: state.clockShiftFile,
    ...shared,
  };
  return { name: place.name, entry: 'emitter/main.ts', env, flags: EMITTER_NODE_FLAGS };
}

/** Each oracle has its own view of the chain: a network producer's, not an emitter's relay node. */
export function oracleProgram(
  { dir, state, emitters, nats, oracleHttp }: Surroundings,
  oracle: DevnetState['oracles'][number],
): Program {
  const { account, permission, reportKey } = oracle;
  const env = {
    ORACLE_ACCOUNT: account,
    ORACLE_PERMISSION: permission,
    ORACLE_KEY_FILE: writeKey(dir, state, `oracle-${account}.key`, reportKey),
    ORACLE_DAC: state.dac,
    ORACLE_POOL: state.pool,
    ORACLE_CHAIN_API: state.publicApi,
    ORACLE_SHIP: state.nodes.find(({ api }) => api === state.publicApi)?.ship ?? '',
    // As in life, where the emitters are on other machines: one emitter's file, of several what the cluster keeps.
    ...(nats.length > 0 ? { ORACLE_NATS: nats.join(',') } : { ORACLE_EVENT_LOG: emitters[0]?.eventLog ?? '' }),
    ORACLE_JOURNAL: oracleJournal(dir, account),
    ORACLE_HTTP: oracleHttp.get(account) ?? '',
    CLOCK_SHIFT_FILE: state.clockShiftFile,
  };
  return { name: account, entry: 'oracle/main.ts', env, flags: ORACLE_NODE_FLAGS };
}

export function oracleJournal(dir: string, account: string): string {
  return path.join(dir, `oracle-${account}.sqlite`);
}

/** One beside a member's node, with the member's signing key; it knows nothing else of the run. */
export function agentProgram({ dir, state, emitters }: Surroundings, member: DevnetState['members'][number]): Program {
  const { account, node, signingKey } = member;
  const env = {
    AGENT_POOL: state.pool,
    AGENT_DAC: state.dac,
    AGENT_KEY_FILE: writeKey(dir, state, `agent-${account}.key`, signingKey),
    AGENT_NODE: state.nodes.find(({ name }) => name === node)?.api ?? '',
    AGENT_EMITTERS: emitters.map(({ http }) => http).join(','),
    AGENT_RECEIPTS: path.join(dir, `agent-${account}.sqlite`),
    CLOCK_SHIFT_FILE: state.clockShiftFile,
  };
  return { name: agentName(account), entry: 'agent/main.ts', env };
}

/** The page of the pool, which is given all emitters and a public node, and no key. */
export function dashboardProgram({ dir, state, emitters, dashboard }: Surroundings): Program {
  const env = {
    DASHBOARD_LISTEN: dashboard,
    DASHBOARD_POOL: state.pool,
    DASHBOARD_DAC: state.dac,
    DASHBOARD_CHAIN_API: state.publicApi,
    DASHBOARD_EMITTERS: emitters.map(({ account, http }) => `${account}=${http}`).join(','),
    DASHBOARD_DB: path.join(dir, 'dashboard.sqlite'),
    DASHBOARD_TERMS_FILE: path.join(ROOT, 'docs/constitution.md'),
    CLOCK_SHIFT_FILE: state.clockShiftFile,
  };
  return { name: DASHBOARD, entry: 'dashboard/server/main.ts', env };
}

/** The service's name. */
export const DASHBOARD = 'dashboard';

export function agentName(account: string): string {
  return `agent-${account}`;
}

export function loadProgram({ state }: Surroundings, seed: number | undefined): Program {
  const env = { LOAD_API: state.publicApi, LOAD_KEYS: state.keys, LOAD_SEED: String(seed ?? 1) };
  return { name: 'load', entry: 'devnet/load.ts', env };
}

/** A file with the private half of a key, for the program that it belongs to alone; gives its path. */
function writeKey(dir: string, { keys }: DevnetState, name: string, publicKey: string): string {
  const known = JSON.parse(readFileSync(keys, 'utf8')) as Record<string, string>;
  const file = path.join(dir, name);
  writeFileSync(file, `${privateKey(known, publicKey)}\n`, { mode: 0o600 });
  return file;
}
