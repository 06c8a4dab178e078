import { SLOTS_PER_WINDOW } from '../../common/slot.ts';
import type { BlockHeader } from '../decode/block.ts';
import type { Schedule } from '../decode/schedule.ts';
import { confirmsTwice, type DposState, nextDpos, promoted } from './dpos.ts';
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
  /** The schedule whose producers make the blocks after this one. */
  active: Schedule;
  /** Proposed in a header of this branch, to become active once the block that carried it is irreversible. */
  pending: PendingSchedule | null;
  dpos: DposState;
  /** Whether schedules come in a header extension and blocks may have several signatures; null when that is not known. */
  severalKeys: boolean | null;
}

export interface PendingSchedule {
  schedule: Schedule;
  /** Number of the block that carried it. */
  carrier: number;
}

/** `digest` is what the signature covers, `keys` are all that may sign in this slot. */
export type Linked =
  | { ok: true; state: HeaderState; signer: string; digest: Buffer; keys: string[] }
  | { ok: false; code: LinkProblem; signer?: string };
export type LinkProblem = 'unlinked' | 'slot_not_after_parent' | NextProblem | 'bad_signature' | 'foreign_key';

type NextProblem =
  | 'wrong_producer'
  | 'wrong_schedule_version'
  | 'confirms_twice'
  | 'bad_header_extension'
  | 'bad_schedule_change';

/** Digest of the built-in protocol feature WTMSIG_BLOCK_SIGNATURES. Source: Leap protocol_feature_manager.cpp. */
export const SEVERAL_KEYS_FEATURE = '299dcb6af692324b899b39f16d5a530a33062804e41f09dc97e9f156b4476707';

/** The producer whose turn a slot is. Source: Leap block_header_state.cpp, `get_scheduled_producer`. */
export function producerOf(schedule: Schedule, slot: number): Schedule['producers'][number] | undefined {
  const { producers } = schedule;
  return producers[Math.floor((slot % (producers.length * SLOTS_PER_WINDOW)) / SLOTS_PER_WINDOW)];
}

/** Header states by block id, public blocks and candidates alike, for merkle root and schedule differ per branch. */
export class HeaderTree {
  private readonly states = new Map<string, HeaderState>();
  private readonly capacity: number;
  /** What all children of a block share: the ids before them. */
  private readonly merkles = new WeakMap<HeaderState, IncrementalMerkle>();

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
   * Checks a header against its parent's state by all rules of nodeos, and that one of the producer's keys signed it. Nothing is
   * remembered; `add` does that once the caller accepts the block.
   */
  link(header: BlockHeader): Linked {
    const parent = this.states.get(header.previous);
    if (!parent) return { ok: false, code: 'unlinked' };
    if (header.slot <= parent.slot) return { ok: false, code: 'slot_not_after_parent' };
    const next = nextState(parent, header, this.merkleAfter(parent));
    if (typeof next === 'string') return { ok: false, code: next };
    const digest = signatureDigest(header.digest, rootOf(next.merkle), next.scheduleHash);
    const signer = recoverKey(digest, header.signature);
    if (!signer) return { ok: false, code: 'bad_signature' };
    const keys = producerOf(parent.active, header.slot)?.keys ?? [];
    if (!keys.includes(signer)) return { ok: false, code: 'foreign_key', signer };
    return { ok: true, state: next, signer, digest, keys };
  }

  /** The state of a public block, whose signature the relay node has checked; undefined when its parent is unknown. */
  follow(header: BlockHeader): HeaderState | undefined {
    const known = this.states.get(header.id);
    if (known) return known;
    const parent = this.states.get(header.previous);
    if (!parent || header.slot <= parent.slot) return undefined;
    const next = nextState(parent, header, this.merkleAfter(parent));
    if (typeof next === 'string') return undefined;
    this.add(next);
    return next;
  }

  /** Does before the next block comes what can be done for it. */
  expectChildren(id: string): void {
    const state = this.states.get(id);
    if (state) this.merkleAfter(state);
  }

  private merkleAfter(state: HeaderState): IncrementalMerkle {
    const known = this.merkles.get(state);
    if (known) return known;
    const merkle = append(state.merkle, Buffer.from(state.id, 'hex'));
    this.merkles.set(state, merkle);
    return merkle;
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
 * The state after a block, or what is wrong with its header. The schedule that signs it is the one that was active after its
 * parent; a pending one becomes active after the block in which its carrier is irreversible, and signs from the next on.
 * Source: Leap block_header_state.cpp, `next` and `_finish_next`.
 */
function nextState(parent: HeaderState, header: BlockHeader, merkle: IncrementalMerkle): HeaderState | NextProblem {
  if (producerOf(parent.active, header.slot)?.name !== header.producer) return 'wrong_producer';
  if (header.scheduleVersion !== parent.active.version) return 'wrong_schedule_version';
  if (confirmsTwice(parent.dpos, header)) return 'confirms_twice';
  if (!header.extensionsWellFormed) return 'bad_header_extension';
  const dpos = nextDpos(parent.dpos, parent.active, header);
  const { pending } = parent;
  const isPromoted = pending !== null && dpos.irreversible >= pending.carrier;
  const change = header.newSchedule;
  if (change) {
    // One at a time: a proposed schedule stays the only one until it is active.
    if (pending || change.schedule.version !== parent.active.version + 1) return 'bad_schedule_change';
    if (parent.severalKeys !== null && parent.severalKeys === change.legacy) return 'bad_schedule_change';
  }
  return {
    id: header.id,
    num: header.num,
    slot: header.slot,
    previous: header.previous,
    merkle,
    scheduleHash: change?.hash ?? parent.scheduleHash,
    ...(isPromoted
      ? { active: pending.schedule, pending: null, dpos: promoted(dpos, pending.schedule, header.producer) }
      : {
          active: parent.active,
          pending: change ? { schedule: change.schedule, carrier: header.num } : pending,
          dpos,
        }),
    severalKeys: header.features.includes(SEVERAL_KEYS_FEATURE) ? true : parent.severalKeys,
  };
}
