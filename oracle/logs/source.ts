import type { EventRecord } from '../../common/events.ts';

/** A record of a log and when it came there, in ms since 1970: by the cluster's clock and the emitter's, whichever is later. */
export interface Arrived {
  record: EventRecord;
  at: number;
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
  ofWindow(window: number, from: number, to: number): Promise<EventRecord[]>;
  close(): Promise<void>;
}
