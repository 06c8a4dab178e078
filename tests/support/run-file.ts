import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { NodeState } from '../../devnet/state.ts';

/** run.json as the command line promises it. */
export interface RunFile {
  chainId: string;
  publicApi: string;
  pool: string;
  dac: string;
  coreSymbol: string;
  keys: string;
  members: { account: string; node: string; signingKey: string }[];
  nodes: NodeState[];
  emitters: {
    name: string;
    pid: number;
    p2p: string;
    http: string;
    account: string;
    eventLog: string;
    relay: string;
  }[];
  nats: { name: string; pid: number; url: string }[];
  oracles: { pid: number; account: string }[];
  others: { name: string; pid: number }[];
  dashboard: string | null;
  eventLog: string;
}

export function hasRunFile(dir: string): boolean {
  return existsSync(path.join(dir, 'run.json'));
}

export function readRunFile(dir: string): RunFile {
  return JSON.parse(readFileSync(path.join(dir, 'run.json'), 'utf8')) as RunFile;
}

/** Everything of a run that listens, as "host:port". */
export function addresses(run: RunFile): string[] {
  const nodes = run.nodes.flatMap(({ api, p2p, ship }) => [
    api.replace('http://', ''),
    ...(p2p ? [p2p] : []),
    ...(ship ? [ship.replace('ws://', '')] : []),
  ]);
  const emitters = run.emitters.flatMap(({ p2p, http }) => [p2p, http.replace('http://', '')]);
  const page = run.dashboard ? [run.dashboard.replace('http://', '')] : [];
  return [...nodes, ...emitters, ...page, ...run.nats.map(({ url }) => url.replace('nats://', ''))];
}
