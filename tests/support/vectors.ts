import { readFileSync } from 'node:fs';
import { slotOfTimestamp } from '../../common/slot.ts';
import type { RpcHeaderState } from '../../emitter/verify/seed.ts';

/** What a real nodeos sent and said; see tests/vectors/README.md. */
export interface VectorBlock {
  num: number;
  slot: number;
  id: string;
  previous: string;
  timestamp: string;
  producer: string;
  confirmed: number;
  signature: string;
  scheduleVersion: number;
  transactions: number;
  cpuUs: number;
  producedBy: string[];
  state: {
    blockroot: string;
    nodeCount: number;
    scheduleHash: string;
    pendingVersion: number | null;
    activeVersion: number;
    authority: string[];
    additionalSignatures: number;
  } | null;
  frame: Buffer;
}

export interface VectorRun {
  seed: RpcHeaderState;
  blocks: VectorBlock[];
}

export interface VectorCandidate {
  member: 'M1' | 'M2';
  keys: string[];
  num: number;
  public: boolean;
  leadMs: number;
  frame: Buffer;
}

export interface VectorMessage {
  from: string;
  to: string;
  frame: Buffer;
}

type MessageName = 'handshake' | 'time' | 'notice' | 'request' | 'syncRequest' | 'packedTransaction';

function read<T>(name: string): T {
  const revive = (key: string, value: unknown) => (key === 'frame' ? Buffer.from(value as string, 'hex') : value);
  return JSON.parse(readFileSync(new URL(`../vectors/${name}`, import.meta.url), 'utf8'), revive) as T;
}

const raw = read<{ chainId: string; node: string; keys: Record<string, string>; runs: VectorRun[] }>('chain.json');
for (const run of raw.runs) for (const block of run.blocks) block.slot = slotOfTimestamp(block.timestamp);

/** Keys as "type:hex". */
const keys = Object.fromEntries(Object.entries(raw.keys).map(([name, hex]) => [name, `0:${hex.slice(2)}`]));

export const chain = { ...raw, keys, blocks: raw.runs.flatMap(({ blocks }) => blocks) };
export const candidates = read<VectorCandidate[]>('candidates.json');
export const messages = read<Record<MessageName, VectorMessage[]>>('messages.json');

export function key(name: string): string {
  const found = keys[name];
  if (!found) throw new Error(`the vectors have no key ${name}`);
  return found;
}

export function blockNumber(num: number): VectorBlock {
  const found = chain.blocks.find((block) => block.num === num);
  if (!found) throw new Error(`the vectors have no block ${num}`);
  return found;
}
