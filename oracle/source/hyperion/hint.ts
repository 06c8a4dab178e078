import { Worker } from 'node:worker_threads';
import { Backoff } from '../../../common/backoff.ts';
import { sentence } from '../../../common/errors.ts';
import type { Logger } from '../../../common/logger.ts';
import type { HintCheck, HintCounts } from './check.ts';
import { type WorkerMessage, type WorkerTask, workerMessage } from './messages.ts';

/** From the start of the client to its subscription; Hyperion's client itself waits for ever. */
const SUBSCRIBE_MS = 15_000;
/** The last irreversible block moves every few seconds, and Hyperion tells of it each time. */
const SILENT_MS = 60_000;
/** For the client in its thread; it needs a tenth of it. */
const HEAP_MB = 64;

export interface HintParts extends WorkerTask {
  check: HintCheck;
  /** Somebody's report may be on the chain. */
  onAction: () => void;
  /** The last irreversible block may have moved. */
  onLib: () => void;
  logger: Logger;
  /** For tests. */
  times?: { subscribeMs: number; silentMs: number };
}

export interface HintStatus extends HintCounts {
  subscribed: boolean;
  /** Clients that were begun after the first, forks it told of, and messages that were left. */
  restarts: number;
  forks: number;
  left: number;
  trouble: string | null;
}

/**
 * Hyperion's stream as a hint to look earlier. Its client runs in a thread that is ended and begun anew whenever it fails, goes offline,
 * does not subscribe or is silent: nothing of what it does about that itself can be relied on.
 */
export class HyperionHint {
  private readonly parts: HintParts;
  private readonly times: { subscribeMs: number; silentMs: number };
  private readonly backoff = new Backoff();
  private worker: Worker | null = null;
  private timer: NodeJS.Timeout | null = null;
  private begun = 0;
  private stopped = false;
  private subscribed = false;
  private restarts = 0;
  private forks = 0;
  private left = 0;
  private trouble: string | null = null;

  constructor(parts: HintParts) {
    this.parts = parts;
    this.times = parts.times ?? { subscribeMs: SUBSCRIBE_MS, silentMs: SILENT_MS };
  }

  start(): void {
    const { url, dac } = this.parts;
    this.begun = performance.now();
    const worker = new Worker(new URL('./worker.ts', import.meta.url), {
      workerData: { url, dac } satisfies WorkerTask,
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
      // The client writes to the console as it likes.
      stdout: true,
      stderr: true,
    });
    this.worker = worker;
    worker.on('message', (message) => this.take(worker, message));
    worker.on('error', (thrown) => this.lose(worker, `its client failed: ${sentence(thrown)}`));
    worker.on('exit', () => this.lose(worker, 'its client ended'));
    this.expect(worker, this.times.subscribeMs, 'it did not take the subscription');
  }

  async stop(): Promise<void> {
    this.stopped = true;
    if (this.timer) clearTimeout(this.timer);
    await this.worker?.terminate();
  }

  status(): HintStatus {
    const { subscribed, restarts, forks, left, trouble } = this;
    return { subscribed, restarts, forks, left, trouble, ...this.parts.check.counts };
  }

  private take(worker: Worker, said: unknown): void {
    if (worker !== this.worker) return;
    const result = workerMessage.safeParse(said);
    if (!result.success) {
      this.left++;
      return;
    }
    if (this.subscribed) this.expect(worker, this.times.silentMs, 'it was silent');
    this.act(worker, result.data);
  }

  private act(worker: Worker, message: WorkerMessage): void {
    const { check, onAction, onLib, logger, url } = this.parts;
    switch (message.kind) {
      case 'missing':
        this.stopped = true;
        this.tell(`its package is not installed (${message.why}); npm install puts it beside the others`);
        break;
      case 'subscribed':
        this.subscribed = true;
        this.trouble = null;
        logger.info({ url }, 'Hyperion: subscribed');
        this.expect(worker, this.times.silentMs, 'it was silent');
        // What came while nobody listened is not told again.
        onAction();
        break;
      case 'action':
        if (check.note(message)) onAction();
        break;
      case 'lib':
        if (check.note(message)) onLib();
        break;
      case 'fork':
        this.forks++;
        break;
      case 'left':
        this.left += message.count;
        break;
      case 'gone':
        this.lose(worker, message.why);
        break;
    }
  }

  private expect(worker: Worker, ms: number, why: string): void {
    if (this.timer) clearTimeout(this.timer);
    this.timer = setTimeout(() => this.lose(worker, `${why} for ${ms / 1000} s`), ms);
  }

  private lose(worker: Worker, why: string): void {
    if (worker !== this.worker) return;
    this.worker = null;
    this.subscribed = false;
    void worker.terminate();
    if (this.timer) clearTimeout(this.timer);
    if (this.stopped) return;
    this.tell(why);
    this.timer = setTimeout(
      () => {
        this.restarts++;
        this.start();
      },
      this.backoff.next(performance.now() - this.begun),
    );
  }

  /** Once for each trouble; without Hyperion everything goes on, a little later. */
  private tell(why: string): void {
    const text = `no hints from Hyperion at ${this.parts.url}: ${why}`;
    if (text === this.trouble) return;
    this.trouble = text;
    this.parts.logger.warn(text);
  }
}
