import { SLOTS_PER_WINDOW } from '../../common/slot.ts';
import type { BlockHeader } from '../decode/block.ts';
import type { Schedule } from '../decode/schedule.ts';
import { append, type IncrementalMerkle, rootOf } from './merkle.ts';
import { recoverKey, signatureDigest } from './signer.ts';

/** What is known of a block beyond its header: all that the next header on its branch needs to be checked. */
export interface HeaderState {
  id: string;
  num: number;
  slot: number;
  previous: string;
  /** All ids before this block. */
  merkle: IncrementalMerkle;
  scheduleHash: Buffer;
  /** The schedule whose producer signed this block. */
  active: Schedule;
  /** Proposed in a header of this branch, not yet seen as active. */
  pending: Schedule | null;
}

export type Linked =
  | { ok: true; state: HeaderState; signer: string }
  | { ok: false; code: LinkProblem; signer?: string };
export type LinkProblem =
  | 'unlinked'
  | 'wrong_schedule_version'
  | 'wrong_producer'
  | 'slot_not_after_parent'
  | 'bad_signature'
  | 'foreign_key';

/** The producer whose turn a slot is. Source: Leap block_header_state.cpp, `get_scheduled_producer`. */
export function producerOf(schedule: Schedule, slot: number): Schedule['producers'][number] | undefined {
  const { producers } = schedule;
  return producers[Math.floor((slot % (producers.length * SLOTS_PER_WINDOW)) / SLOTS_PER_WINDOW)];
}

/** Header states by block id, public blocks and candidates alike, for merkle root and schedule differ per branch. */
export class HeaderTree {
  private readonly states = new Map<string, HeaderState>();
  private readonly capacity: number;

  constructor(capacity: number) {
    this.capacity = capacity;
  }

  get(id: string): HeaderState | undefined {
    return this.states.get(id);
  }

  get size(): number {
    return this.states.size;
  }

  /**
   * Checks a header against its parent's state: turn, schedule version, and that one of the producer's keys signed it.
   * Nothing is remembered; `add` does that once the caller accepts the block.
   */
  link(header: BlockHeader): Linked {
    const parent = this.states.get(header.previous);
    if (!parent) return { ok: false, code: 'unlinked' };
    if (header.slot <= parent.slot) return { ok: false, code: 'slot_not_after_parent' };
    const next = nextState(parent, header);
    if (!next) return { ok: false, code: 'wrong_schedule_version' };
    const turn = producerOf(next.active, header.slot);
    if (!turn || turn.name !== header.producer) return { ok: false, code: 'wrong_producer' };
    const digest = signatureDigest(header.digest, rootOf(next.merkle), next.scheduleHash);
    const signer = recoverKey(digest, header.signature);
    if (!signer) return { ok: false, code: 'bad_signature' };
    if (!turn.keys.includes(signer)) return { ok: false, code: 'foreign_key', signer };
    return { ok: true, state: next, signer };
  }

  /** The state of a public block, whose signature the relay node has checked; undefined when its parent is unknown. */
  follow(header: BlockHeader): HeaderState | undefined {
    const known = this.states.get(header.id);
    if (known) return known;
    const parent = this.states.get(header.previous);
    const next = parent && nextState(parent, header);
    if (next) this.add(next);
    return next ?? undefined;
  }

  add(state: HeaderState): void {
    if (this.states.has(state.id)) return;
    this.states.set(state.id, state);
    // Oldest first: a Map keeps the order of insertion, and parents come before children.
    for (const id of this.states.keys()) {
      if (this.states.size <= this.capacity) break;
      this.states.delete(id);
    }
  }
}

/**
 * The header's schedule_version tells which schedule signed it: the parent's, or the pending one once it was promoted
 * (in the block before). A version that is neither cannot be valid on this branch: null.
 */
function nextState(parent: HeaderState, header: BlockHeader): HeaderState | null {
  const promoted = parent.pending?.version === header.scheduleVersion;
  if (!promoted && parent.active.version !== header.scheduleVersion) return null;
  const active = promoted ? (parent.pending as Schedule) : parent.active;
  const pending = promoted ? null : parent.pending;
  return {
    id: header.id,
    num: header.num,
    slot: header.slot,
    previous: header.previous,
    merkle: append(parent.merkle, Buffer.from(parent.id, 'hex')),
    scheduleHash: header.newSchedule?.hash ?? parent.scheduleHash,
    active,
    pending: header.newSchedule?.schedule ?? pending,
  };
}
