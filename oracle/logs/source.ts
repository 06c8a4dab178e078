import type { StoredRecord } from '../../common/stored-record.ts';

/** A record of a log and when its store took it, in ms since 1970 on the store's clock; null when the store does not say. */
export interface Arrived extends StoredRecord {
  takenAt: number | null;
}

/** One emitter's log, wherever it is kept; nothing that it gives is verified. Calls reject with PoolError `damaged` for what is no record. */
export interface RecordSource {
  /** How the log is called, for people and in the oracle's journal. */
  readonly name: string;
  /** The oldest records go by themselves, at any place: the log then begins with whatever comes next. */
  readonly isTrimmed: boolean;
  /** Records after a sequence number, in order, at most `limit`. Rejects with PoolError `event_log` or `store` when it cannot be read, `no_log` when there is none. */
  after(seq: number, limit: number): Promise<Arrived[]>;
  /** Those of a window from one sequence number to another, both included, in order. */
  ofWindow(window: number, from: number, to: number): Promise<StoredRecord[]>;
  close(): Promise<void>;
}
