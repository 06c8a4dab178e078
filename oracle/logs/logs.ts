import { PoolError } from '../../common/errors.ts';
import type { Logger } from '../../common/logger.ts';
import type { ClusterLogs } from './cluster.ts';
import { FileSource } from './file-source.ts';
import { Log, type LogJournal } from './log.ts';

/** One of the logs that the oracle reads, and what kept it from being read to its end the last time. */
export interface KnownLog {
  log: Log;
  problem: PoolError | null;
}

export interface LogPlaces {
  /** Paths of SQLite files. */
  files: string[];
  /** Where the records of every emitter are that the contract names. */
  cluster: ClusterLogs | null;
}

/** All logs of the pool that this oracle can get, each verified by itself. */
export class Logs {
  private readonly cluster: ClusterLogs | null;
  private readonly journal: LogJournal;
  private readonly logger: Logger;
  private readonly files: KnownLog[];
  private readonly streams = new Map<string, KnownLog>();

  constructor({ files, cluster }: LogPlaces, journal: LogJournal, logger: Logger) {
    this.cluster = cluster;
    this.journal = journal;
    this.logger = logger;
    this.files = files.map((file) => ({ log: new Log(new FileSource(file), journal), problem: null }));
  }

  get all(): KnownLog[] {
    return [...this.files, ...this.streams.values()];
  }

  /**
   * Reads all logs to their ends. `emitters`: accounts of those that the contract names. One that cannot be read, or is broken, is told and keeps
   * nothing from the others; when that is all of them, it rejects with the first one's PoolError: `event_log`, `store` or `log_broken`.
   */
  async catchUp(emitters: string[]): Promise<void> {
    await this.follow(emitters);
    for (const known of this.all) await this.read(known);
    const [first] = this.all;
    if (!first) throw new PoolError('event_log', 'there is no log to read: the contract names no emitter');
    if (first.problem && this.all.every(({ problem }) => problem)) throw first.problem;
  }

  async close(): Promise<void> {
    await Promise.all(this.all.map(({ log }) => log.close()));
    await this.cluster?.close();
  }

  private async follow(emitters: string[]): Promise<void> {
    if (!this.cluster) return;
    for (const [emitter, { log }] of this.streams) {
      if (emitters.includes(emitter)) continue;
      await log.close();
      this.streams.delete(emitter);
    }
    for (const emitter of emitters) {
      if (!this.streams.has(emitter))
        this.streams.set(emitter, { log: new Log(this.cluster.of(emitter), this.journal), problem: null });
    }
  }

  private async read(known: KnownLog): Promise<void> {
    const before = known.problem?.message;
    known.problem = null;
    try {
      await known.log.catchUp();
      if (before !== undefined) this.logger.info({ log: known.log.name }, `the log ${known.log.name} is read again`);
    } catch (thrown) {
      if (!(thrown instanceof PoolError)) throw thrown;
      known.problem = thrown;
      // Of the only one the job says it itself.
      if (thrown.message !== before && this.all.length > 1) this.logger.error({ log: known.log.name }, thrown.message);
    }
  }
}
