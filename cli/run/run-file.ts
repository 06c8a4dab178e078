import { renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { DevnetState } from '../../devnet/state.ts';
import type { EmitterPlace } from './emitters.ts';

/** `run.json` of a run: everything that somebody outside needs to watch it, or to kill parts of it. */
export interface RunFile
  extends Pick<DevnetState, 'chainId' | 'publicApi' | 'pool' | 'dac' | 'coreSymbol' | 'keys' | 'members' | 'nodes'> {
  emitters: ({ pid: number | null } & EmitterPlace)[];
  /** The nodes of the cluster that several emitters share; none for one emitter. */
  nats: { name: string; pid: number | null; url: string }[];
  /** `http`: URL of what it tells. */
  oracles: { pid: number | null; account: string; http: string }[];
  others: { name: string; pid: number | null }[];
  /** URL of the page; null when it was left out. */
  dashboard: string | null;
  /** The first emitter's. */
  eventLog: string;
}

export interface RunParts {
  state: DevnetState;
  emitters: EmitterPlace[];
  nats: { name: string; url: string }[];
  /** "host:port" by account. */
  oracleHttp: ReadonlyMap<string, string>;
  /** URL of the page. */
  dashboard: string | null;
  /** Names of the services that are none of these. */
  others: string[];
  pidOf(service: string): number | null;
}

/** What the file says. */
export function runFile({ state, emitters, nats, oracleHttp, dashboard, others, pidOf }: RunParts): RunFile {
  const { chainId, publicApi, pool, dac, coreSymbol, keys, members, nodes, oracles } = state;
  return {
    ...{ chainId, publicApi, pool, dac, coreSymbol, keys, members, nodes },
    emitters: emitters.map((place) => ({ pid: pidOf(place.name), ...place })),
    nats: nats.map(({ name, url }) => ({ name, pid: pidOf(name), url })),
    oracles: oracles.map(({ account }) => ({
      pid: pidOf(account),
      account,
      http: `http://${oracleHttp.get(account)}`,
    })),
    others: [...others.map((name) => ({ name, pid: pidOf(name) })), { name: 'up', pid: process.pid }],
    dashboard,
    eventLog: emitters[0]?.eventLog ?? '',
  };
}

/** Puts `run.json` into the folder by rename, so that nobody reads half of it. */
export function writeRunFile(dir: string, content: RunFile): void {
  const file = path.join(dir, 'run.json');
  writeFileSync(`${file}.new`, `${JSON.stringify(content, null, 2)}\n`);
  renameSync(`${file}.new`, file);
}
