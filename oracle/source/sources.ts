import type { ChainClient } from '../../common/chain.ts';
import type { Logger } from '../../common/logger.ts';
import { EarlyLook } from './early.ts';
import { HintCheck } from './hyperion/check.ts';
import { type HintStatus, HyperionHint } from './hyperion/hint.ts';
import { NodeBlocks } from './node-blocks.ts';
import { LibPoll } from './poll.ts';
import { ShipBlocks } from './ship/ship-blocks.ts';
import type { Block, BlockSource } from './source.ts';
import { type LibMemory, SteadyBlocks } from './steady.ts';

export interface SourceSettings {
  /** "ws://host:port" of the node's state history; without it blocks come from the node's API. */
  ship: string | undefined;
  shipTraces: boolean;
  /** Of a Hyperion API with streaming. */
  hyperion: string | undefined;
  dac: string;
}

/** For those who look at the oracle. */
export interface SourcesStatus {
  /** What blocks come from now. */
  from: 'state history' | 'node API';
  /** The last irreversible block, and why it is not known; null while nothing is. */
  irreversible: { num: number; slot: number } | null;
  trouble: string | null;
  /** Forks that the state history told of; null without one. */
  forks: number | null;
  hyperion: HintStatus | null;
}

/** All that an oracle sees of the chain's blocks, and who calls it to look when there is something to see. */
export class Sources {
  /** What the window job reads. */
  readonly blocks: BlockSource;
  private readonly ship: ShipBlocks | null;
  private readonly hyperion: HyperionHint | null;
  private readonly poll: LibPoll;
  private early: EarlyLook | null = null;
  private newest: Block | null = null;

  constructor(client: ChainClient, settings: SourceSettings, memory: LibMemory, logger: Logger) {
    const node = new NodeBlocks(client);
    const { ship: url, shipTraces: traces, hyperion, dac } = settings;
    this.ship = url ? new ShipBlocks({ url, node, dac, traces, logger }) : null;
    const source = this.ship ?? node;
    this.blocks = new SteadyBlocks(source, () => node.chainId(), memory);
    const check = new HintCheck(node, logger);
    this.poll = new LibPoll(source, (block) => {
      this.note(block, 0);
      void check.settle(block.num);
    });
    if (this.ship) this.ship.onIrreversible = (block, reports) => this.note(block, reports.length);
    const onAction = () => this.early?.hint();
    const onLib = () => this.poll.now();
    this.hyperion = hyperion ? new HyperionHint({ url: hyperion, dac, check, onAction, onLib, logger }) : null;
  }

  /** @param look looks whether a window can be reported; called when that may be so, at most once a second */
  start(look: () => void): void {
    this.early = new EarlyLook(look);
    this.ship?.start();
    this.hyperion?.start();
    this.poll.start();
  }

  async stop(): Promise<void> {
    this.early?.stop();
    await Promise.all([this.poll.stop(), this.ship?.stop(), this.hyperion?.stop()]);
  }

  status(): SourcesStatus {
    const { newest } = this;
    const irreversible = newest && { num: newest.num, slot: newest.slot };
    const from = this.ship?.isFresh() ? 'state history' : 'node API';
    const trouble = this.ship?.trouble ?? this.poll.trouble;
    return { from, irreversible, trouble, forks: this.ship?.forks ?? null, hyperion: this.hyperion?.status() ?? null };
  }

  private note(block: Block, reports: number): void {
    if (block.num > (this.newest?.num ?? 0)) this.newest = block;
    this.early?.irreversible(block.slot, reports);
  }
}
