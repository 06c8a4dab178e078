import { firstSlot, lastSlot, SLOTS_PER_WINDOW, slotTime, windowOf } from '../../../common/slot.ts';
import { eventually } from '../../../devnet/wait.ts';
import type { BlockHeader } from '../../../emitter/decode/block.ts';
import { blocksBetween, type OnChain, POOL } from '../../experiments/lab/chain.ts';
import type { LabNode } from '../../experiments/lab/lab.ts';
import { logLines } from '../../experiments/lab/nodelog.ts';
import { blockOf, type Pool } from '../../experiments/lab/pool.ts';

/** A window as the network's producers saw it. */
export interface Score {
  /** Pool slots without a block on the chain of both producers. */
  missed: number;
  /** Fork switches in the log of the producer that switched more often. */
  switches: number;
  /** Pool blocks that were sent to a producer and are not on the chain. */
  replaced: number;
  /** Slots that the producers before and after the pool lost. */
  othersMissed: number;
}

/** How long before its first slot a window's blocks come, and how long after its last slot producers can still change their minds. */
const BEFORE_MS = 700;
const AFTER_MS = 5500;

/** Windows whose blocks are remembered: a case looks at the last few. */
const WINDOWS_KEPT = 16;

/** What reaches the two network producers, seen on the connections to them. The emitter is not asked. */
export class PublicView {
  private readonly pool: Pool;
  private readonly sent = new Map<string, BlockHeader>();
  private readonly frames = new Map<string, Buffer>();

  constructor(pool: Pool) {
    this.pool = pool;
    for (const proxy of [pool.toBp1, pool.toBp2, ...pool.toPeers])
      proxy.taps.add((frame, way) => {
        const block = way === 'up' ? blockOf(frame) : null;
        if (block?.pool) this.note(block, frame);
      });
  }

  /** The first pool block for a slot that was sent to a producer; waits for it. */
  block(slot: number): Promise<BlockHeader> {
    const find = async () => [...this.sent.values()].find((header) => header.slot === slot);
    const waitMs = Math.max(0, slotTime(slot) - Date.now()) + 2000;
    return eventually(`a public pool block for slot ${slot}`, find, waitMs, 5);
  }

  /** The bytes of a block that was sent to a producer. */
  frame(id: string): Buffer | undefined {
    return this.frames.get(id);
  }

  /** To be asked when the window after it is over. */
  async score(window: number): Promise<Score> {
    const { bp1, bp2 } = this.pool;
    const [from, to] = [firstSlot(window), lastSlot(window)];
    const chains = await Promise.all([bp1, bp2].map(({ api }) => blocksBetween(api, from - 12, to + 12)));
    const [own = [], other = []] = chains;
    const onBoth = own.filter(({ id }) => other.some((block) => block.id === id));
    const inWindow = ({ slot }: { slot: number }) => windowOf(slot) === window;
    const pool = onBoth.filter((block) => inWindow(block) && block.producer === POOL);
    const ids = new Set(onBoth.map(({ id }) => id));
    return {
      missed: SLOTS_PER_WINDOW - pool.length,
      switches: Math.max(...[bp1, bp2].map((node) => switches(node, window))),
      replaced: [...this.sent.values()].filter((block) => inWindow(block) && !ids.has(block.id)).length,
      othersMissed: 2 * SLOTS_PER_WINDOW - onBoth.filter((block) => !inWindow(block)).length,
    };
  }

  /** The pool's blocks of a window that are on bp2's chain. */
  async onChain(window: number): Promise<OnChain[]> {
    const blocks = await blocksBetween(this.pool.bp2.api, firstSlot(window), lastSlot(window));
    return blocks.filter(({ producer }) => producer === POOL);
  }

  private note(block: BlockHeader, frame: Buffer): void {
    if (this.sent.has(block.id)) return;
    this.sent.set(block.id, block);
    this.frames.set(block.id, Buffer.from(frame));
    for (const [id, { slot }] of this.sent) {
      if (windowOf(slot) > windowOf(block.slot) - WINDOWS_KEPT) break;
      this.sent.delete(id);
      this.frames.delete(id);
    }
  }
}

function switches({ log }: LabNode, window: number): number {
  const [from, to] = [slotTime(firstSlot(window)) - BEFORE_MS, slotTime(lastSlot(window)) + AFTER_MS];
  return logLines(log, /switching forks/, from, to).length;
}
