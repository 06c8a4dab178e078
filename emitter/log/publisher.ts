import { PoolError, sentence } from '../../common/errors.ts';
import type { EventRecord } from '../../common/events.ts';
import type { LogEnd, RecordStream } from '../../common/pool-store.ts';

/** The emitter's own log, as far as it is read here. */
export interface OwnLog {
  readonly lastSeq: number;
  readonly lastHash: string;
  after(seq: number, limit: number): EventRecord[];
}

const PAGE = 256;
/**
 * Records wait so long for those that come right behind them. What is written together with the first of them is a decision that a block waits for,
 * and the nodes that make it are those that copy records three times: docs/performance.md has what that cost.
 */
const GATHER_MS = 40;
/** A cluster that is away is asked again after so long; nothing is lost meanwhile, for the emitter's own log has it. */
const RETRY_MS = 250;
/** What does not go away by trying again. (A gap can: nodes that just came back may say that they have less than they do.) */
const FINAL = new Set(['other_log', 'damaged', 'too_big', 'stale_log']);

/**
 * Brings the records of the emitter's own log to the cluster, in order. What is not acknowledged there counts as not logged yet: the own log
 * keeps it, and a new run begins with what the last one did not come to bring.
 */
export class Publisher {
  /** Sequence number up to which the cluster keeps the log. */
  kept = 0;
  private readonly own: OwnLog;
  private readonly stream: RecordStream;
  private readonly onFault: (text: string) => void;
  private readonly stopped = Promise.withResolvers<void>();
  private isStopped = false;
  private running: Promise<void> | null = null;

  private constructor(own: OwnLog, stream: RecordStream, onFault: (text: string) => void, kept: number) {
    this.own = own;
    this.stream = stream;
    this.onFault = onFault;
    this.kept = kept;
  }

  /**
   * Compares the two logs and brings what the cluster lacks. Rejects with PoolError `stale_log` when the own log is an old copy of what the
   * cluster has, `other_log` when they went their own ways, `gap` when records between them are gone, `store` when the cluster does not answer.
   */
  static async begin(own: OwnLog, stream: RecordStream, onFault: (text: string) => void): Promise<Publisher> {
    const last = await stream.last();
    if (last && last.seq > own.lastSeq) throw staleLog(own, last);
    const publisher = new Publisher(own, stream, onFault, last?.seq ?? 0);
    // With its newest record that the cluster has: that is compared.
    if (last) await stream.append(own.after(last.seq - 1, PAGE));
    publisher.saw();
    return publisher;
  }

  /** There are new records in the own log. */
  saw(): void {
    this.running ??= this.bring().finally(() => {
      this.running = null;
    });
  }

  /** Resolves when the cluster keeps all that the own log has, or after `stop`. */
  async settled(): Promise<void> {
    while (!this.isStopped && this.kept < this.own.lastSeq) {
      this.saw();
      await this.running;
    }
  }

  stop(): void {
    this.isStopped = true;
    this.stopped.resolve();
  }

  private async bring(): Promise<void> {
    let isAway = false;
    await this.pause(GATHER_MS);
    while (!this.isStopped && this.kept < this.own.lastSeq) {
      const page = this.own.after(this.kept, PAGE);
      try {
        await this.stream.append(page);
        this.kept = page.at(-1)?.seq ?? this.kept;
        isAway = false;
      } catch (thrown) {
        if (thrown instanceof PoolError && FINAL.has(thrown.code)) return this.giveUp(thrown);
        if (!isAway)
          this.onFault(`records from ${this.kept + 1} on are in this emitter's log alone: ${sentence(thrown)}`);
        isAway = true;
        await this.pause(RETRY_MS);
      }
    }
  }

  private giveUp(thrown: PoolError): void {
    this.onFault(`the log is not brought to the cluster any more: ${thrown.message}`);
    this.stop();
  }

  private async pause(ms: number): Promise<void> {
    const timer = Promise.withResolvers<void>();
    const timeout = setTimeout(timer.resolve, ms);
    await Promise.race([timer.promise, this.stopped.promise]);
    clearTimeout(timeout);
  }
}

function staleLog({ lastSeq }: OwnLog, { seq }: LogEnd): PoolError {
  const todo = 'bring the newer one back with ./pool log copy, or give this emitter another name';
  return new PoolError(
    'stale_log',
    `this emitter's log ends with record ${lastSeq} and the cluster has ${seq} of it: ${todo}`,
  );
}
