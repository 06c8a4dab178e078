import type { Decided, Lease } from '../../common/pool-store.ts';
import { firstSlot, lastSlot, windowOf } from '../../common/slot.ts';

/** A lease that stands. */
export interface StandingLease extends Lease {
  /** Its place in the pool's stream of decisions: the epoch. */
  place: number;
  /** Name of the emitter that runs it. */
  emitter: string;
}

/** Leases kept: those of more windows than anything here can still be about. */
const KEPT = 32;

/** A lease of a whole window: who takes over in the middle would let out blocks on those of another's slots, and not know which. */
export function leaseOf(window: number, run: string): Lease {
  return { run, from: firstSlot(window), until: lastSlot(window) };
}

/**
 * The leases of a pool, as far as this run has read the stream. A run that was frozen for however long knows fewer than there are, and what it may
 * let out by these is right all the same: nothing here goes by a clock. tests/model/lease.ts checks the rules.
 */
export class Leases {
  /** Oldest first. */
  private leases: StandingLease[] = [];
  /** The newest place of the stream that was read: what comes next stands right after it, or not at all. */
  private read = 0;
  /** The last slot that was decided without a lease. */
  private decidedUntil = -1;
  private readonly run: string;

  constructor(run: string) {
    this.run = run;
  }

  get place(): number {
    return this.read;
  }

  get last(): StandingLease | null {
    return this.leases.at(-1) ?? null;
  }

  /** Takes in what the stream has after `place`. */
  note({ seq, emitter, decisions, lease }: Decided): void {
    this.read = seq;
    for (const { slot } of decisions) this.decidedUntil = Math.max(this.decidedUntil, slot);
    if (lease) this.leases = [...this.leases, { ...lease, place: seq, emitter }].slice(-KEPT);
  }

  /** [lease: own run] What an earlier run of the same emitter let out of its lease, this one does not know. */
  isOwn(lease: StandingLease): boolean {
    return lease.run === this.run;
  }

  /** [lease: within the lease] The lease that all of these slots are of; null when there is none. */
  of(slots: readonly number[]): StandingLease | null {
    return this.leases.findLast(({ from, until }) => slots.every((slot) => slot >= from && slot <= until)) ?? null;
  }

  at(place: number): StandingLease | null {
    return this.leases.find((lease) => lease.place === place) ?? null;
  }

  /** [lease: after the last lease] The slots of a lease are never another's, used or not. */
  isFree(window: number): boolean {
    return firstSlot(window) > (this.last?.until ?? -1) && !this.isDecided(window);
  }

  /** [lease: one mode] An emitter that decides slot by slot has decided in this window, or a later one. */
  isDecided(window: number): boolean {
    return windowOf(this.decidedUntil) >= window;
  }
}
