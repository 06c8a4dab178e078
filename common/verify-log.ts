import { PoolError, sentence } from './errors.ts';
import type { EventLogReader } from './event-log.ts';
import { type EventRecord, GENESIS_HASH, recordHash } from './events.ts';
import { ProofCheck } from './proof-check.ts';

/** Looks at each record of a log in turn. */
export interface LogCheck {
  /** What is wrong with this record, one clause; null when nothing is. */
  take(record: EventRecord): string | null;
}

export interface Verification {
  records: number;
  /** Closed ones. */
  windows: number;
  /** Windows with records and no closing one; at least 1 while the log does not end with its signed footer. */
  open: number;
  ok: boolean;
  /** Sequence number of the first record that is wrong. */
  firstBad: number | null;
}

export interface VerifiedLog extends Verification {
  /** What is wrong with that record. */
  why: string | null;
  /** Whether the last record is the footer of a clean stop. */
  signed: boolean;
  /** Closed windows without a signed root. */
  unsigned: number;
}

/**
 * Checks every record's hash and place, that none is missing, and everything that was signed; then lets `more` look at it.
 * A log that was pruned begins with a signed checkpoint. Throws PoolError `event_log` when the file cannot be read at all.
 */
export function verifyLog(log: EventLogReader, more: LogCheck[] = []): VerifiedLog {
  const chain = new ChainCheck();
  const proofs = new ProofCheck();
  const checks = [chain, proofs, ...more];
  const tell = (why: string | null): VerifiedLog => {
    const { records, next } = chain;
    const signed = proofs.ended;
    const open = Math.max(chain.open, records > 0 && !signed ? 1 : 0);
    const place = { ok: why === null, firstBad: why === null ? null : next };
    return { records, windows: chain.closed.size, open, ...place, why, signed, unsigned: proofs.unsigned };
  };
  try {
    for (const record of log.all()) {
      for (const check of checks) {
        const why = check.take(record);
        if (why !== null) return tell(why);
      }
      chain.accept(record);
    }
  } catch (thrown) {
    if (thrown instanceof PoolError && thrown.code === 'event_log') throw thrown;
    return tell(`it cannot be read: ${sentence(thrown)}`);
  }
  return tell(null);
}

/** Each record hashes to what it says and follows the one before it. */
class ChainCheck implements LogCheck {
  records = 0;
  /** The sequence number that comes next. */
  next = 1;
  readonly closed = new Set<number>();
  private readonly seen = new Set<number>();
  private prev: string | null = null;

  get open(): number {
    return [...this.seen].filter((window) => !this.closed.has(window)).length;
  }

  take(record: EventRecord): string | null {
    const { hash, ...body } = record;
    if (this.prev === null && record.event.type === 'checkpoint') {
      this.next = record.seq;
      this.prev = record.prev;
    }
    if (record.seq !== this.next) return 'it is missing';
    if (record.prev !== (this.prev ?? GENESIS_HASH)) return 'it does not follow the record before it';
    return recordHash(body) === hash ? null : 'its hash does not fit';
  }

  /** Counts a record that every check let pass. */
  accept({ seq, hash, window, event }: EventRecord): void {
    const first = this.records === 0;
    this.records++;
    this.next = seq + 1;
    this.prev = hash;
    if (window !== null) this.seen.add(window);
    if (event.type === 'window') this.closed.add(event.window);
    // The closing record of the window that a pruned log begins after is gone.
    if (first && event.type === 'checkpoint') this.seen.delete(event.window);
  }
}
