import { setTimeout as sleep } from 'node:timers/promises';
import type { ChainClient, ChainInfo } from '../common/chain.ts';
import type { Clock } from '../common/clock.ts';
import { sentence } from '../common/errors.ts';
import { firstSlot, slotAt, windowOf } from '../common/slot.ts';
import type { BlockHeader } from './decode/block.ts';
import type { Schedule } from './decode/schedule.ts';
import { LIMITS } from './limits.ts';
import type { BlockRef } from './select/types.ts';
import { timeProblem } from './verify/candidate.ts';
import { HeaderTree, producerOf } from './verify/header-tree.ts';
import { readHeaderState } from './verify/seed.ts';

const SEED_TRIES = 20;
const RETRY_MS = 100;
/** Between two tries to reach a relay node that is not up yet; it is said again every 10 s. */
const REACH_MS = 500;
const TRIES_TOLD = 20;

interface Handlers {
  /** A block is in the tree now: candidates on it can be checked. */
  onLinked(id: string): void;
  onFault(code: string, text: string): void;
}

/** The header states that follow the network's blocks: rooted at a state read from the relay node, grown from bytes. */
export class PublicChain {
  readonly tree = new HeaderTree(LIMITS.headerStates);
  private readonly chain: ChainClient;
  private readonly clock: Clock;
  private readonly pool: bigint;
  private readonly handlers: Handlers;
  private seeding = false;
  private lastTurn: number;

  constructor(chain: ChainClient, clock: Clock, pool: bigint, handlers: Handlers) {
    this.chain = chain;
    this.clock = clock;
    this.pool = pool;
    this.handlers = handlers;
    this.lastTurn = windowOf(slotAt(clock.now())) - 1;
  }

  /** Waits for the relay node for as long as it takes. */
  async reachNode(tell: (why: string) => void): Promise<ChainInfo> {
    for (let tries = 0; ; tries++) {
      try {
        return await this.chain.info();
      } catch (thrown) {
        if (tries % TRIES_TOLD === 0) tell(sentence(thrown));
        await sleep(REACH_MS);
      }
    }
  }

  /** Roots the tree at the relay node's head; tries again when the head became irreversible between two requests. */
  async seedAtHead(): Promise<BlockRef> {
    for (let tries = 1; ; tries++) {
      try {
        return await this.seed((await this.chain.info()).head_block_id);
      } catch (thrown) {
        if (tries === SEED_TRIES) throw thrown;
        await sleep(RETRY_MS);
      }
    }
  }

  /**
   * Roots the tree at the relay node's head; below what stands on top of it and was let out here in the window that runs. Those blocks are then taken
   * in like any others, so that this window is known as if there had been no restart: what its branches start from, and whose its blocks are.
   */
  async seedBelowOwn(isOwn: (block: BlockRef) => boolean): Promise<BlockRef> {
    const head = await this.seedAtHead();
    let root = head;
    try {
      while (isOwn(root) && windowOf(root.slot) === windowOf(head.slot)) root = await this.seed(root.previous);
    } catch {
      // What is irreversible already is not served.
      return head;
    }
    // What was decided is looked for in the tip's window and the next.
    return windowOf(root.slot) >= windowOf(head.slot) - 1 ? root : head;
  }

  /** Takes a public block in. One whose parent is unknown makes the tree be rooted anew, at that parent or at the head. */
  follow(header: BlockHeader, tip: BlockRef | null): void {
    if (this.tree.follow(header)) this.handlers.onLinked(header.id);
    else if (header.num > (tip?.num ?? 0)) void this.fillGap(header);
  }

  /** Whether the schedule at a block gives a window to the pool. */
  isPoolWindow(window: number, at: BlockRef | null): boolean {
    const state = at && this.tree.get(at.id);
    return !!state && producerOf(state.active, firstSlot(window))?.name === this.pool;
  }

  /**
   * Whether a key signs for the pool in the schedule at a block. A pool that is not in it yet is prepared for the pending one, which
   * can become active at its very first slot.
   */
  isSigner(key: string, at: BlockRef | null): boolean {
    const state = at && this.tree.get(at.id);
    const turnIn = (schedule: Schedule | null | undefined) =>
      schedule?.producers.find(({ name }) => name === this.pool);
    const turn = turnIn(state?.active) ?? turnIn(state?.pending?.schedule);
    return turn?.keys.includes(key) ?? false;
  }

  /** The pool's windows that have begun since this was last asked. */
  newTurns(at: BlockRef | null): number[] {
    const now = windowOf(slotAt(this.clock.now()));
    // After a long sleep of the machine there is no use in opening windows that nobody can fill.
    const from = Math.max(this.lastTurn + 1, now - LIMITS.windowsLookedBack);
    const turns: number[] = [];
    for (let window = from; window <= now; window++) if (this.isPoolWindow(window, at)) turns.push(window);
    this.lastTurn = Math.max(this.lastTurn, now);
    return turns;
  }

  /** Height of the last irreversible block on the branch that ends in a block; nothing for a block that is not in the tree. */
  irreversibleAt(id: string): { irreversible?: number } {
    const state = this.tree.get(id);
    return state ? { irreversible: state.dpos.irreversible } : {};
  }

  /** Who signed a pool block that the network brought and that is one of now; nothing for one that cannot be checked here. */
  signedFor(header: BlockHeader): { signer?: string } {
    if (timeProblem(header, this.clock.now()) !== null) return {};
    const linked = this.tree.link(header);
    return linked.ok ? { signer: linked.signer } : {};
  }

  private async seed(id: string): Promise<BlockRef> {
    const state = await readHeaderState(this.chain, id);
    this.tree.add(state);
    this.handlers.onLinked(id);
    return { id, num: state.num, slot: state.slot, previous: state.previous, ...this.irreversibleAt(id) };
  }

  private async fillGap(header: BlockHeader): Promise<void> {
    if (this.seeding) return;
    this.seeding = true;
    try {
      // Irreversible blocks are not served: with one producer that is the parent as soon as the node has the block.
      await this.seed(header.previous).catch(() => this.seedAtHead());
      if (this.tree.follow(header)) this.handlers.onLinked(header.id);
    } catch (thrown) {
      this.handlers.onFault('seed', sentence(thrown));
    } finally {
      this.seeding = false;
    }
  }
}
