import { Backoff } from '../../../common/backoff.ts';
import { PoolError } from '../../../common/errors.ts';
import type { Logger } from '../../../common/logger.ts';
import type { NodeBlocks } from '../node-blocks.ts';
import type { Block, BlockSource } from '../source.ts';
import { decodeBlock, ReportFinder, type Sighting } from './decode.ts';
import type { BlocksResult, Status, Types } from './protocol.ts';
import { RecentBlocks } from './recent.ts';
import { ShipSession } from './session.ts';

/** A chain of 21 producers has some 330 reversible blocks, and a pool's window comes every 252: these are many of both, at 1 kB each. */
const KEPT = 4000;
/** Irreversible blocks that a first connection asks for again, so that a window which is due is here. */
const BEHIND = 600;
/** A stream that is silent for so long is not trusted to know the last irreversible block; the node's API is asked. */
const FRESH_MS = 5000;

export interface ShipParts {
  /** "ws://host:port" of the state history of the same nodeos as `node`. */
  url: string;
  node: NodeBlocks;
  dac: string;
  /** Look into traces as well, when the node has them. */
  traces: boolean;
  logger: Logger;
}

/**
 * Blocks by a nodeos' state history, streamed as they are made, so that a window is here the moment it is irreversible. What the stream
 * does not have (older blocks), and everything while it is away, comes from the API of the same node.
 */
export class ShipBlocks implements BlockSource {
  private readonly parts: ShipParts;
  private readonly recent = new RecentBlocks(KEPT);
  private readonly finder: ReportFinder;
  private readonly backoff = new Backoff();
  private session: ShipSession | null = null;
  private running: Promise<void> = Promise.resolve();
  private stopped = false;
  private pause: { end(): void } | null = null;
  /** Monotonic ms of the last message after which all irreversible blocks were here; null: not now. */
  private completeAt: number | null = null;
  /** The newest irreversible block that the API gave: the stream must not be behind it. */
  private floor = 0;
  /** Why the stream is not the source; null when it is. */
  trouble: string | null = 'not connected yet';
  /** Is told of each block that becomes irreversible, in order, with the reports in it. */
  onIrreversible: (block: Block, reports: Sighting[]) => void = () => {};

  constructor(parts: ShipParts) {
    this.parts = parts;
    this.finder = new ReportFinder(parts.dac);
  }

  /** Forks so far: blocks whose numbers came again with other ids. */
  get forks(): number {
    return this.recent.forks;
  }

  start(): void {
    this.running = this.keepConnected();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.pause?.end();
    this.session?.end('stopped');
    await this.running;
  }

  async irreversible(): Promise<Block> {
    if (this.isFresh()) return this.recent.irreversible as Block;
    const block = await this.parts.node.irreversible();
    this.floor = Math.max(this.floor, block.num);
    return block;
  }

  async block(num: number): Promise<Block> {
    return (this.isFresh() && this.recent.get(num)) || this.parts.node.block(num);
  }

  /** Whether the stream is the source now. */
  isFresh(): boolean {
    if (this.completeAt === null || performance.now() - this.completeAt > FRESH_MS) return false;
    return (this.recent.irreversible?.num ?? 0) >= this.floor;
  }

  private async keepConnected(): Promise<void> {
    while (!this.stopped) {
      const begun = performance.now();
      this.session = new ShipSession(this.parts.url, {
        begin: (status) => this.begin(status),
        take: (types, result) => this.take(types, result),
      });
      const why = await this.session.ended;
      this.completeAt = null;
      if (this.stopped) return;
      this.tell(why);
      await this.wait(this.backoff.next(performance.now() - begun));
    }
  }

  private async begin({ irreversible, chainId, traceBegin, traceEnd }: Status) {
    const { node, traces, logger } = this.parts;
    const expected = await node.chainId();
    if (chainId !== null && chainId !== expected)
      throw this.foreign(`it is of chain ${chainId}, the API of ${expected}`);
    const { id } = await node.block(irreversible.num);
    if (id !== irreversible.id) {
      throw this.foreign(`block ${irreversible.num} is ${irreversible.id} there and ${id} by the API`);
    }
    const behind = irreversible.num - (this.recent.irreversible?.num ?? irreversible.num);
    // After hours away the way up to now would be of no use: what is older comes from the API.
    if (behind < 0 || behind > KEPT) this.recent.clear();
    this.recent.rewind();
    const start = this.recent.irreversible ? this.recent.irreversible.num + 1 : Math.max(2, irreversible.num - BEHIND);
    const has = traceEnd > traceBegin;
    logger.info({ start, traces: traces && has }, 'state history: connected');
    return { start, traces: traces && has };
  }

  private take(types: Types, { irreversible, block, traces }: BlocksResult): void {
    if (!block) return;
    const { recent } = this;
    const forks = recent.forks;
    try {
      const reports = traces ? this.finder.find(types, traces) : [];
      recent.add({ block: decodeBlock(types, block), reports });
      if (recent.forks > forks) this.parts.logger.info({ block: block.at.num, id: block.at.id }, 'state history: fork');
      for (const seen of recent.settle(irreversible)) this.onIrreversible(seen.block, seen.reports);
    } catch (thrown) {
      recent.clear();
      throw thrown;
    }
    if ((recent.irreversible?.num ?? 0) < irreversible.num) return;
    this.completeAt = performance.now();
    this.trouble = null;
  }

  /** Once for each trouble, however often it is tried again. */
  private tell(why: string): void {
    const { logger, url } = this.parts;
    const text = `no state history from ${url}: ${why}; blocks come from the node's API meanwhile`;
    if (text === this.trouble) return;
    this.trouble = text;
    logger.warn(text);
  }

  private foreign(why: string): PoolError {
    return new PoolError('ship', `${why}: ORACLE_SHIP and ORACLE_CHAIN_API must be of one node`);
  }

  private async wait(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.pause = {
        end() {
          clearTimeout(timer);
          resolve();
        },
      };
    });
    this.pause = null;
  }
}
