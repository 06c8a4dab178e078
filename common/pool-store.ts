import { canonicalJson } from './canonical.ts';
import { PoolError } from './errors.ts';
import type { EventRecord, PoolEvent } from './events.ts';

export type DecisionEvent = Extract<PoolEvent, { type: 'decision' }>;

/** Slots of one window that one run of an emitter decides alone; see emitter/decide/leases.ts. */
export interface Lease {
  /** Names the run, and no other of this or any emitter. */
  run: string;
  /** The first slot of the window, and its last one. */
  from: number;
  until: number;
}

/** What one emitter wants to let out in one step: a block, or the whole branch of a rescue; or the lease that it wants. */
export interface Proposal {
  /** Name of the emitter. */
  emitter: string;
  /** In the order in which they leave; at least one, and none with a lease. */
  decisions: DecisionEvent[];
  lease?: Lease;
}

/** A proposal that became what is decided. */
export interface Decided extends Proposal {
  /** Place in the stream: greater than those before it. */
  seq: number;
}

/**
 * What became of an append. `won`: it stands, its block may leave. `lost`: others stood there before: what came after `expected`, at least
 * one; those blocks leave instead. `unsure`: it may stand or come to stand, so neither it nor another block of its slot may leave; the same
 * append again, with the same `expected`, tells.
 */
export type Appended = { as: 'won'; seq: number } | { as: 'lost'; winners: Decided[] } | { as: 'unsure'; why: string };

/** The linear stream of a pool's decisions, one after the other, whoever makes them. Calls reject with PoolError `store` when the store cannot be read. */
export interface DecisionStream {
  /** Place of the newest decision; 0 without one. */
  last(): Promise<number>;
  /**
   * Makes a proposal the decision that comes right after `expected`. Rejects with PoolError `too_big` what is over the limit, and never
   * because of the store: that is `unsure`.
   */
  append(proposal: Proposal, expected: number): Promise<Appended>;
  /** Decisions after a place, in order, at most `limit`; those that are not kept any more are left out. */
  after(seq: number, limit: number): Promise<Decided[]>;
}

/** The newest record of a log. */
export interface LogEnd {
  seq: number;
  hash: string;
}

/** The records of one emitter's log, where they outlive its machine. Calls reject with PoolError `store` when the store cannot be reached. */
export interface RecordStream {
  last(): Promise<LogEnd | null>;
  /**
   * Adds the records of the log that come next; those that are there already are passed over. When it resolves, all of them are kept.
   * Rejects with PoolError `gap` when records before them are missing, `other_log` when another record stands in the place of one,
   * `damaged` for a hash that does not fit, `too_big` for a record over the limit; none after that one is added then.
   */
  append(records: readonly EventRecord[]): Promise<void>;
  /** Records after a sequence number, in order, at most `limit`. */
  after(seq: number, limit: number): Promise<EventRecord[]>;
}

/** Bounds of what goes into a store, whichever it is, each with its reason. */
export const STORE_LIMITS = {
  /** A rescue's branch has 12 blocks at most, and one takes some 300 bytes. */
  proposalBytes: 16 * 1024,
  /**
   * The longest records are checkpoints, some 100 kB with 100 members, and evidence of a header with a schedule, 32 kB. nats-server takes
   * 1 MB unless it is told otherwise, headers included. Bodies of blocks are never part of a record.
   */
  recordBytes: 768 * 1024,
} as const;

/** A proposal as it is stored. Throws PoolError `too_big` when it is over the limit. */
export function proposalText({ emitter, decisions, lease }: Proposal): string {
  const text = canonicalJson({ emitter, decisions, ...(lease && { lease }) });
  const [bytes, most] = [Buffer.byteLength(text), STORE_LIMITS.proposalBytes];
  if (bytes <= most) return text;
  throw new PoolError(
    'too_big',
    `a proposal of ${decisions.length} decisions takes ${bytes} bytes, and ${most} are allowed`,
  );
}
