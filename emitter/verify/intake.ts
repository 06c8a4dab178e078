import { windowOf } from '../../common/slot.ts';
import type { BlockHeader } from '../decode/block.ts';
import { LIMITS } from '../limits.ts';
import { type RefusalCode, type Verified, verifyCandidate } from './candidate.ts';
import type { HeaderTree } from './header-tree.ts';

/** A pool block as it came from a member's session `S`. */
export interface Arrival<S> {
  session: S;
  frame: Buffer;
  header: BlockHeader;
  /** Clock time in ms, for comparing with slots; and monotonic ms, for durations. */
  at: number;
  monotonic: number;
}

export type Outcome<S> =
  | { arrival: Arrival<S>; verified: Extract<Verified, { ok: true }> }
  | { arrival: Arrival<S>; refused: RefusalCode | 'too_many'; signer: string | null };

/** Windows whose blocks are counted a session: a stale one, the running one, an early next one. */
const WINDOWS_COUNTED = 8;

/**
 * Verifies arrivals against the tree. One whose parent is unknown waits for it: a member's next block can overtake the
 * relay node's copy of the block before.
 */
export class Intake<S> {
  private readonly tree: HeaderTree;
  private orphans: Arrival<S>[] = [];
  private readonly counts = new Map<S, Map<number, number>>();

  constructor(tree: HeaderTree) {
    this.tree = tree;
  }

  /** Outcomes of an arrival and of all that waited for it; none while it waits itself. */
  take(arrival: Arrival<S>): Outcome<S>[] {
    if (this.isTooMany(arrival)) return [{ arrival, refused: 'too_many', signer: null }];
    const verified = verifyCandidate(arrival.frame, arrival.header, arrival.at, this.tree);
    if (!verified.ok && verified.code === 'unlinked') return this.wait(arrival);
    if (!verified.ok) return [{ arrival, refused: verified.code, signer: verified.signer ?? null }];
    this.tree.add(verified.state);
    return [{ arrival, verified }, ...this.linked(arrival.header.id)];
  }

  /** Outcomes of those that waited for a block which is in the tree now. */
  linked(id: string): Outcome<S>[] {
    const ready = this.orphans.filter(({ header }) => header.previous === id);
    if (ready.length === 0) return [];
    this.orphans = this.orphans.filter(({ header }) => header.previous !== id);
    return ready.flatMap((arrival) => this.take(arrival));
  }

  /** Gives up on what still waits from a window or before it. */
  expire(window: number): Outcome<S>[] {
    const old = this.orphans.filter(({ header }) => windowOf(header.slot) <= window);
    this.orphans = this.orphans.filter(({ header }) => windowOf(header.slot) > window);
    return old.map((arrival) => ({ arrival, refused: 'unlinked', signer: null }));
  }

  forget(session: S): void {
    this.counts.delete(session);
    this.orphans = this.orphans.filter((arrival) => arrival.session !== session);
  }

  private wait(arrival: Arrival<S>): Outcome<S>[] {
    const { session, header } = arrival;
    const isSame = (other: Arrival<S>) => other.session === session && other.header.id === header.id;
    if (this.orphans.some(isSame)) return [];
    this.orphans.push(arrival);
    const dropped = this.orphans.length > LIMITS.orphans ? this.orphans.shift() : undefined;
    return dropped ? [{ arrival: dropped, refused: 'unlinked', signer: null }] : [];
  }

  /** Counted a window: a flood of blocks of one window leaves the session's others alone. */
  private isTooMany({ session, header }: Arrival<S>): boolean {
    const window = windowOf(header.slot);
    const counts = this.counts.get(session) ?? new Map<number, number>();
    this.counts.set(session, counts);
    const blocks = (counts.get(window) ?? 0) + 1;
    counts.set(window, blocks);
    for (const oldest of counts.keys()) {
      if (counts.size <= WINDOWS_COUNTED) break;
      counts.delete(oldest);
    }
    return blocks > LIMITS.candidatesPerMemberAndWindow;
  }
}
