import { sentence } from '../../common/errors.ts';
import type { Block, BlockSource } from './source.ts';

/** One or two small requests each time. */
const EVERY_MS = 1000;

/** Asks a source for its last irreversible block again and again. A failure is the window job's to tell of: it asks the same. */
export class LibPoll {
  private readonly source: BlockSource;
  private readonly tell: (block: Block) => void;
  private readonly everyMs: number;
  private timer: NodeJS.Timeout | null = null;
  private asking: Promise<void> = Promise.resolve();
  private stopped = false;
  /** Why the last try failed; null when it did not. */
  trouble: string | null = null;

  constructor(source: BlockSource, tell: (block: Block) => void, everyMs = EVERY_MS) {
    this.source = source;
    this.tell = tell;
    this.everyMs = everyMs;
  }

  start(): void {
    this.timer = null;
    this.asking = this.ask();
  }

  /** Asks at once, unless it is asking. */
  now(): void {
    if (!this.timer) return;
    clearTimeout(this.timer);
    this.start();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    if (this.timer) clearTimeout(this.timer);
    await this.asking;
  }

  private async ask(): Promise<void> {
    try {
      const block = await this.source.irreversible();
      this.trouble = null;
      this.tell(block);
    } catch (thrown) {
      this.trouble = sentence(thrown);
    }
    this.timer = this.stopped ? null : setTimeout(() => this.start(), this.everyMs);
  }
}
