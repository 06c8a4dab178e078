import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { StoredRecord } from '../../common/stored-record.ts';
import type { BlockRef, Emitter, PoolConfig, Schedule, Seat, VotedMode } from '../../oracle/source/chain.ts';

/** What one emitter's log had of a window, as it was stored. */
export interface GoldenLog {
  records: StoredRecord[];
}

/** A window of a real run: what an oracle read, and what the contract had of it in the end. */
export interface GoldenWindow {
  window: number;
  /** All of the window, and the first after it. */
  blocks: BlockRef[];
  schedule: Schedule;
  config: PoolConfig;
  seats: Seat[];
  signers: [key: string, account: string][];
  emitters: Emitter[];
  votedMode: VotedMode;
  logs: GoldenLog[];
  /** The contract's row of `windows`. */
  settled: {
    hash: string;
    metrics_hash: string;
    log_root: string;
    eligible: string;
    strategy: string;
    version: string;
  };
}

export interface GoldenRun {
  command: string;
  chain: string;
  pool: string;
  windows: GoldenWindow[];
}

const FOLDER = path.join(import.meta.dirname, '../vectors/oracle');

/** By name; see tests/vectors/README.md. */
export function goldenRuns(): [name: string, run: GoldenRun][] {
  return readdirSync(FOLDER).map((file) => {
    const text = gunzipSync(readFileSync(path.join(FOLDER, file))).toString();
    return [file.replace('.json.gz', ''), JSON.parse(text) as GoldenRun];
  });
}
