import { canonicalJson, sha256 } from './canonical.ts';

/** Version of the event schema below; a reader refuses records of a newer one. See docs/event-log.md. */
export const EVENT_VERSION = 1;

/** What the emitter tells. Times: `at` is ms since 1970 on the emitter's clock; ids and keys are lower-case hex. */
export type PoolEvent =
  | { type: 'start'; at: number; pool: string; chain: string; software: string; strategy: string }
  | {
      /** A member's block for a pool slot, with what verification said of it. */
      type: 'candidate';
      at: number;
      slot: number;
      id: string;
      num: number;
      previous: string;
      /** "type:hex" of the key that signed it; null when the signature could not be checked. */
      signer: string | null;
      member: string | null;
      bytes: number;
      transactions: number;
      cpuUs: number;
      verdict: 'valid' | 'late' | 'invalid';
      /** Why, when the verdict is not `valid`. */
      reason: string | null;
    }
  | {
      /** Made durable before the block leaves: the fence. */
      type: 'decision';
      at: number;
      slot: number;
      id: string;
      num: number;
      signer: string;
      member: string | null;
      reason: 'first' | 'extend' | 'rescue';
      /** Ids of own public blocks whose place this block's branch takes (on the first block of a rescue). */
      replaces: string[];
    }
  | { type: 'emission'; at: number; slot: number; id: string; signer: string; bytes: number; addedUs: number }
  | {
      type: 'rescue';
      at: number;
      window: number;
      cause: string;
      failed: string;
      leader: string;
      path: string[];
      replaced: string[];
    }
  | { type: 'standby'; at: number; slot: number; signer: string; member: string | null }
  | {
      type: 'connection';
      at: number;
      session: number;
      signer: string | null;
      member: string | null;
      up: boolean;
      reason: string;
    }
  | { type: 'leak'; at: number; slot: number; id: string; num: number; signer: string | null }
  | {
      /** Standby mode: from this window on this member makes the blocks; the others are paused. */
      type: 'lead';
      at: number;
      window: number;
      signer: string;
      member: string | null;
      pause: string[];
    }
  | {
      /** An emitted block whose body the relay node refused; the signed header is the evidence. */
      type: 'rejected';
      at: number;
      slot: number;
      id: string;
      num: number;
      signer: string;
      member: string | null;
      /** The block's header as it was signed, with its signature, in hex. */
      header: string;
    }
  | {
      /** What another strategy would have chosen where the choice was free. */
      type: 'shadow';
      at: number;
      slot: number;
      strategy: string;
      id: string;
      signer: string;
      same: boolean;
    }
  | { type: 'fault'; at: number; code: string; text: string }
  | {
      type: 'window';
      at: number;
      window: number;
      emitted: number;
      strategy: string;
      /** Given when one member led and the others stood by. */
      mode?: 'standby';
    };

/** An event in its place in the log: each record's hash covers the one before it. */
export interface EventRecord {
  v: number;
  seq: number;
  /** Window the event belongs to, or null for one outside of all windows. */
  window: number | null;
  event: PoolEvent;
  prev: string;
  hash: string;
}

/** Hash of the record before the first. */
export const GENESIS_HASH = '00'.repeat(32);

/** The hash of a record: over version, sequence, window, event and the hash before it, in canonical JSON. */
export function recordHash(record: Omit<EventRecord, 'hash'>): string {
  const { v, seq, window, event, prev } = record;
  return sha256(canonicalJson({ v, seq, window, event, prev })).toString('hex');
}

export function chainRecord(seq: number, window: number | null, event: PoolEvent, prev: string): EventRecord {
  const record = { v: EVENT_VERSION, seq, window, event, prev };
  return { ...record, hash: recordHash(record) };
}
