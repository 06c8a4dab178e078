import { windowOf } from '../../common/slot.ts';
import type { BlockHeader } from '../decode/block.ts';
import { LIMITS } from '../limits.ts';
import { type RefusalCode, timeProblem, type Verified, verifyCandidate } from './candidate.ts';
import { type Equivocation, SignedHeaders } from './equivocation.ts';
import type { HeaderTree } from './header-tree.ts';
import { IncomingBlock } from './incoming.ts';

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
  | {
      arrival: Arrival<S>;
      refused: RefusalCode | 'too_many' | 'equivocation';
      signer: string | null;
      /** With the first further block that a key signed for a slot and parent. */
      evidence?: Equivocation;
    };

interface Waiting<S> {
  arrival: Arrival<S>;
  block: IncomingBlock;
}

/** Windows whose blocks are counted a session: a stale one, the running one, an early next one. */
const WINDOWS_COUNTED = 8;

/**
 * Verifies arrivals against the tree. One whose parent is unknown waits for it: a member's next block can overtake the
 * relay node's copy of the block before.
 */
export class Intake<S> {
  private readonly tree: HeaderTree;
  private readonly goesFirst: (session: S) => boolean;
  private orphans: Waiting<S>[] = [];
  private readonly counts = new Map<S, Map<number, number>>();
  private readonly signed = new SignedHeaders();
  /** Blocks whose frames are filling, by the frame's buffer; null for one that is not worth looking at before it is whole. */
  private readonly filling = new WeakMap<Buffer, IncomingBlock | null>();

  /** `goesFirst`: whose blocks make room when too many wait for their parents; without it the oldest do. */
  constructor(tree: HeaderTree, goesFirst: (session: S) => boolean = () => false) {
    this.tree = tree;
    this.goesFirst = goesFirst;
  }

  /**
   * The first `filled` bytes of a block's frame are there: does what can be done before the rest comes. Nothing here is an answer;
   * that is given by `take`, for the same buffer.
   */
  feed(session: S, frame: Buffer, filled: number, nowMs: number): void {
    const known = this.filling.get(frame);
    if (known === null) return;
    const block = known ?? new IncomingBlock(frame);
    this.filling.set(frame, block);
    if (!block.feed(filled) || !block.header) return;
    const isWorthIt = !timeProblem(block.header, nowMs) && !this.isFull(session, windowOf(block.header.slot));
    if (!isWorthIt || this.isRefused(block)) this.filling.set(frame, null);
  }

  /** The header of a frame that was fed while it filled, if it was found then: it need not be decoded again. */
  headerOf(frame: Buffer): BlockHeader | null {
    return this.filling.get(frame)?.header ?? null;
  }

  /** Outcomes of an arrival and of all that waited for it; none while it waits itself. */
  take(arrival: Arrival<S>): Outcome<S>[] {
    const { session, header, frame } = arrival;
    if (this.isTooMany(session, windowOf(header.slot))) return [{ arrival, refused: 'too_many', signer: null }];
    const filling = this.filling.get(frame);
    filling?.feed(frame.length);
    return this.check({ arrival, block: filling ?? new IncomingBlock(frame, header) });
  }

  /** Outcomes of those that waited for a block which is in the tree now. */
  linked(id: string): Outcome<S>[] {
    const ready = this.orphans.filter(({ arrival }) => arrival.header.previous === id);
    if (ready.length === 0) return [];
    this.orphans = this.orphans.filter(({ arrival }) => arrival.header.previous !== id);
    return ready.flatMap((waiting) => this.check(waiting));
  }

  /** Whether a block is here that waits for its parent. */
  waits(id: string): boolean {
    return this.orphans.some(({ arrival }) => arrival.header.id === id);
  }

  /** Gives up on what still waits from a window or before it. */
  expire(window: number): Outcome<S>[] {
    const old = this.orphans.filter(({ arrival }) => windowOf(arrival.header.slot) <= window);
    this.orphans = this.orphans.filter(({ arrival }) => windowOf(arrival.header.slot) > window);
    this.signed.prune(window);
    return old.map(({ arrival }) => ({ arrival, refused: 'unlinked', signer: null }));
  }

  forget(session: S): void {
    this.counts.delete(session);
    this.orphans = this.orphans.filter(({ arrival }) => arrival.session !== session);
  }

  private check({ arrival, block }: Waiting<S>): Outcome<S>[] {
    const { header, frame, at } = arrival;
    const verified = verifyCandidate(block, header, at, this.tree);
    if (!verified.ok && verified.code === 'unlinked') return this.wait({ arrival, block });
    if (!verified.ok) return [{ arrival, refused: verified.code, signer: verified.signer ?? null }];
    const { signer, state } = verified;
    const twice = this.signed.note(header, frame, signer, state);
    if (twice) {
      return [{ arrival, refused: 'equivocation', signer, ...(twice !== 'again' && { evidence: twice }) }];
    }
    this.tree.add(state);
    return [{ arrival, verified }, ...this.linked(header.id)];
  }

  private isRefused(block: IncomingBlock): boolean {
    const linked = block.link(this.tree);
    return !linked.ok && linked.code !== 'unlinked';
  }

  private wait(waiting: Waiting<S>): Outcome<S>[] {
    const { session, header } = waiting.arrival;
    const isSame = (other: Arrival<S>) => other.session === session && other.header.id === header.id;
    if (this.orphans.some(({ arrival }) => isSame(arrival))) return [];
    this.orphans.push(waiting);
    if (this.orphans.length <= LIMITS.orphans) return [];
    const first = Math.max(
      0,
      this.orphans.findIndex(({ arrival }) => this.goesFirst(arrival.session)),
    );
    const [dropped] = this.orphans.splice(first, 1);
    return dropped ? [{ arrival: dropped.arrival, refused: 'unlinked', signer: null }] : [];
  }

  private isFull(session: S, window: number): boolean {
    return (this.counts.get(session)?.get(window) ?? 0) >= LIMITS.candidatesPerMemberAndWindow;
  }

  /** Counted a window: a flood of blocks of one window leaves the session's others alone. */
  private isTooMany(session: S, window: number): boolean {
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
