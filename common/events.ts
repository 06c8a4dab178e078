import { canonicalJson, sha256 } from './canonical.ts';

/** Version of the event schema below; a reader refuses records of a newer one. See docs/event-log.md. */
export const EVENT_VERSION = 7;

/** Where a run of the emitter begins from: with it and the inputs after it, every decision can be computed again. */
export interface RunStart {
  pool: string;
  dac: string;
  chain: string;
  software: string;
  /** Versions of the strategies that this program has, by name; which one holds is an input. */
  strategies: Record<string, number>;
  /** The selection's configuration (`SelectConfig`). */
  config: object;
  /** Key that signs this log, "type:hex"; null for a log that is not signed. */
  logKey: string | null;
  /** Since schema 6, of one of several emitters: its name. They decide together, so what was decided before is adopted and not restored. */
  emitter?: string;
}

/** What the signer of a candidate can be recovered from: `sha256(sha256(sha256(header) ‖ root) ‖ schedule)`; all in hex. */
export interface SignerEvidence {
  /** The packed header, whose sha256 is the id (but for its first four bytes, the block's number). */
  header: string;
  signature: string;
  /** Root over all ids before the block's. */
  root: string;
  /** Pending schedule hash. */
  schedule: string;
}

/** The emitter's word that it got a candidate; anybody can check it with the emitter's log key. See log-proof.ts. */
export interface Receipt {
  slot: number;
  id: string;
  /** Who signed the candidate. */
  signer: string;
  /** The candidate's `at`. */
  arrivedAt: number;
  /** Since schema 6: the emitter that passed the candidate on, when it did not come from its member. */
  via?: string;
  signature: string;
}

/** A block's header with all that its signer can be recovered from. */
export interface SignedHeader extends SignerEvidence {
  id: string;
}

/** What the emitter tells. Times: `at` is ms since 1970 on the emitter's clock; ids and keys are lower-case hex. */
export type PoolEvent =
  | ({ type: 'start'; at: number } & RunStart)
  | {
      /** What the selection was fed besides candidates: a `SelectEvent` as it was reduced, in the order of reduction. */
      type: 'input';
      at: number;
      input: object;
      /** Of an agent's word: its member stood by then. */
      ready?: true;
    }
  | {
      /** A member's block for a pool slot, with what verification said of it. */
      type: 'candidate';
      /** When its last byte arrived. */
      at: number;
      /** The time with which the selection was fed it; null when it was not. */
      reducedAt: number | null;
      slot: number;
      id: string;
      num: number;
      previous: string;
      /** "type:hex" of the key that signed it; null when the signature could not be checked. */
      signer: string | null;
      member: string | null;
      confirmed: number;
      /** Height of the last irreversible block on its branch; since schema 3, of verified blocks. */
      irreversible?: number;
      bytes: number;
      transactions: number;
      cpuUs: number;
      verdict: 'valid' | 'late' | 'invalid';
      /** Why, when the verdict is not `valid`. */
      reason: string | null;
      /** Null when the signer was not verified, or the header is longer than is kept. */
      evidence: SignerEvidence | null;
      /** Since schema 6: the emitter that passed it on, when it did not come from its member. */
      via?: string;
    }
  | {
      /** Made durable before the block leaves: the fence. Its `at` is that of the input that led to it. */
      type: 'decision';
      at: number;
      slot: number;
      id: string;
      num: number;
      signer: string;
      member: string | null;
      reason: 'first' | 'extend' | 'rescue';
      /** Since schema 6: id of the block that it is built on. */
      previous?: string;
      /** Ids of own public blocks whose place this block's branch takes (on the first block of a rescue). */
      replaces: string[];
      /** On the first block of a rescue, since schema 4: the leader that is out from here on; '' for none. */
      failed?: string;
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
  | {
      /** Since schema 5: a member's block `id` has an unknown parent, or is its unknown head; it was asked for the blocks `from` to `to` of its own branch. */
      type: 'asked';
      at: number;
      session: number;
      signer: string | null;
      member: string | null;
      slot: number;
      id: string;
      from: number;
      to: number;
    }
  | {
      /** Standby mode: from this window on this member makes the blocks; the others are paused. */
      type: 'lead';
      at: number;
      window: number;
      signer: string;
      member: string | null;
      pause: string[];
      /** Who was passed over in this turn and owed one from before; absent when that is nobody. */
      away?: string[];
      /** Since schema 5: who was passed over and has not led since, with the window of the turn in which it was; absent when that is nobody. */
      owing?: { signer: string; since: number }[];
      /** Since schema 4: the leader whose place it takes in the running window, and who is out of it. */
      failed?: string;
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
  | {
      /** A pool block came from the network that was not emitted here. */
      type: 'leak';
      at: number;
      slot: number;
      id: string;
      num: number;
      /** null when its parent is not known here. */
      signer: string | null;
      member: string | null;
      /** Whether a member had sent this very block here before. */
      held: boolean;
      /** The header's bytes and "type:hex" of the signature: the proof. */
      header: string;
      signature: string;
      /** Since schema 6, when its parent is known here: what else the signer is recovered from, as in SignerEvidence. */
      root?: string;
      schedule?: string;
    }
  /** A member's branch leaves out the public block `id`, which had been written to it: its node has to be restarted. */
  | { type: 'poisoned'; at: number; slot: number; signer: string; member: string | null; id: string }
  /** Settings that were changed while the emitter ran, as texts; they hold from here on. */
  | { type: 'reload'; at: number; changed: { name: string; from: string; to: string }[] }
  | {
      /** A key signed two different blocks for one slot on one parent. */
      type: 'equivocation';
      at: number;
      slot: number;
      previous: string;
      signer: string;
      member: string | null;
      first: SignedHeader;
      second: SignedHeader;
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
    }
  /** The root over a window's records up to its `window` record, signed with the log key. */
  | { type: 'root'; at: number; window: number; root: string; signer: string; signature: string }
  /** Receipts of candidates whose records go up to the sequence number `through`. */
  | { type: 'receipts'; at: number; through: number; signer: string; receipts: Receipt[] }
  /** The log refused records for so long that so many were lost here, the oldest first. */
  | { type: 'gap'; at: number; lost: number }
  | {
      /**
       * Where the log can begin: what came before may be pruned. With the state of the selection at this point (Maps and
       * Sets as in plain.ts). The signature covers the hash before it, `start` and `state`.
       */
      type: 'checkpoint';
      at: number;
      /** The newest window that was closed. */
      window: number;
      start: RunStart;
      state: object;
      signer: string;
      signature: string;
    }
  /** The footer of a clean stop: the signature covers the hash of the record before it, and so all of them. */
  | { type: 'end'; at: number; signer: string; signature: string };

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

/** The text of a record without its hash, which is what is stored and hashed: canonical JSON. */
export function recordText({ v, seq, window, event, prev }: Omit<EventRecord, 'hash'>): string {
  return canonicalJson({ v, seq, window, event, prev });
}

/** The hash of a record: over version, sequence, window, event and the hash before it, in canonical JSON. */
export function recordHash(record: Omit<EventRecord, 'hash'>): string {
  return sha256(recordText(record)).toString('hex');
}

export function chainRecord(seq: number, window: number | null, event: PoolEvent, prev: string): EventRecord {
  return chainWithText(seq, window, event, prev).record;
}

/** The same, with the text that its hash covers, for whoever stores it. */
export function chainWithText(
  seq: number,
  window: number | null,
  event: PoolEvent,
  prev: string,
): { record: EventRecord; text: string } {
  const body = { v: EVENT_VERSION, seq, window, event, prev };
  const text = recordText(body);
  return { record: { ...body, hash: sha256(text).toString('hex') }, text };
}
