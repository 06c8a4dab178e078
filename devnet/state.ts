import { renameSync, writeFileSync } from 'node:fs';
import type { Role } from './layout.ts';
import type { Exit } from './supervisor.ts';

/** What a devnet tells about itself; what `run.json` is made from. */
export interface DevnetState {
  chainId: string;
  publicApi: string;
  relayApi: string;
  pool: string;
  dac: string;
  coreSymbol: string;
  tokenContract: string;
  /** File with account or public key → private key. */
  keys: string;
  clockShiftFile: string;
  members: { account: string; node: string; signingKey: string }[];
  /** Who runs the emitters, in their order; the key is the one that the contract has for the log. */
  emitters: { account: string; logKey: string }[];
  oracles: { account: string; permission: string; reportKey: string }[];
  nodes: NodeState[];
}

export interface NodeState {
  name: string;
  role: Role;
  api: string;
  /** null: it listens for nobody, as all members. */
  p2p: string | null;
  /** Its state history, "ws://host:port", when it serves one. */
  ship?: string;
  /** null while it is not running. */
  pid: number | null;
  log: string;
}

export type Phase = 'relay' | 'members' | 'elected' | 'restarted';

/** Devnet → parent. */
export type DevnetMessage = { phase: Phase; state: DevnetState } | { exit: Omit<Exit, 'expected'> };

/** Parent → devnet. */
export interface GoMessage {
  go: 'members' | 'elect';
}

/** Puts the state into `file` by rename, then tells the parent when there is one. */
export function publish(file: string, phase: Phase, state: DevnetState): void {
  writeFileSync(`${file}.new`, `${JSON.stringify({ phase, ...state }, null, 2)}\n`);
  renameSync(`${file}.new`, file);
  tellParent({ phase, state });
}

export function tellParent(message: DevnetMessage): void {
  if (process.connected) process.send?.(message, () => {}); // A parent that just went away: its end is seen elsewhere.
}

/** Waits for the parent's {go: step}; without a parent `otherwise` decides. */
export async function untilTold(step: GoMessage['go'], otherwise: () => Promise<void>): Promise<void> {
  if (!process.connected) return otherwise();
  await new Promise<void>((resolve) => {
    const listen = (message: unknown) => {
      if ((message as GoMessage | null)?.go !== step) return;
      process.off('message', listen);
      resolve();
    };
    process.on('message', listen);
  });
}
