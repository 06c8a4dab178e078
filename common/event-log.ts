import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { PoolError, sentence } from './errors.ts';
import type { EventRecord } from './events.ts';
import { readStored, type StoredRecord } from './stored-record.ts';

type Row = [seq: number, window: number | null, kind: string, text: string, hash: string];

/** Reads an emitter's event log file, also while it is being written. Throws PoolError `event_log` when it cannot. */
export class EventLogReader {
  private readonly db: DatabaseSync;
  readonly file: string;

  constructor(file: string) {
    this.file = file;
    if (!existsSync(file)) throw new PoolError('event_log', `there is no event log at ${file}`);
    try {
      this.db = new DatabaseSync(file, { readOnly: true, timeout: 2000 });
      this.db.prepare('SELECT seq FROM events LIMIT 1').get();
    } catch (thrown) {
      throw new PoolError('event_log', `${file} is not an event log that can be read: ${(thrown as Error).message}`);
    }
  }

  /** Closed windows from a window id on, in order. */
  closedWindows(from: number): { window: number; seq: number }[] {
    const sql = `SELECT window, seq FROM events WHERE kind = 'window' AND window >= ? ORDER BY window, seq`;
    return this.sound('event_log', () => this.db.prepare(sql).all(from)) as unknown as {
      window: number;
      seq: number;
    }[];
  }

  /** All records of a window, in the order of the log. */
  window(window: number): EventRecord[] {
    return this.read('WHERE window = ? ORDER BY seq', window);
  }

  /** Records from one sequence number to another, both included, in order. */
  between(from: number, to: number): EventRecord[] {
    return this.read('WHERE seq BETWEEN ? AND ? ORDER BY seq', from, to);
  }

  /** Records after a sequence number, in order, at most `limit`. */
  after(seq: number, limit = 1000): EventRecord[] {
    return this.read('WHERE seq > ? ORDER BY seq LIMIT ?', seq, limit);
  }

  /** Sequence number and hash of the newest record; null for an empty log. */
  end(): { seq: number; hash: string } | null {
    const sql = 'SELECT seq, hash FROM events ORDER BY seq DESC LIMIT 1';
    return (this.sound('event_log', () => this.db.prepare(sql).get()) ?? null) as { seq: number; hash: string } | null;
  }

  /** Every record, in order, one at a time. */
  *all(): Generator<EventRecord> {
    const rows = this.rows('ORDER BY seq').iterate()[Symbol.iterator]();
    for (;;) {
      const next = this.sound('damaged', () => rows.next());
      if (next.done) return;
      yield this.record(storedOf(next.value as unknown as Row));
    }
  }

  /** As `after`, as they are stored: nothing of them is read. */
  storedAfter(seq: number, limit: number): StoredRecord[] {
    return this.stored('WHERE seq > ? ORDER BY seq LIMIT ?', seq, limit);
  }

  /** A window's records from one sequence number to another, both included, as they are stored. */
  storedOf(window: number, from: number, to: number): StoredRecord[] {
    // By its place: the index would look for each of them.
    return this.stored('WHERE seq BETWEEN ? AND ? AND +window = ? ORDER BY seq', from, to, window);
  }

  close(): void {
    this.db.close();
  }

  private read(where: string, ...values: number[]): EventRecord[] {
    return this.stored(where, ...values).map((stored) => this.record(stored));
  }

  private stored(where: string, ...values: number[]): StoredRecord[] {
    const rows = this.sound('event_log', () => this.rows(where).all(...values)) as unknown as Row[];
    return rows.map(storedOf);
  }

  private rows(where: string) {
    const statement = this.db.prepare(`SELECT seq, window, kind, event, hash FROM events ${where}`);
    statement.setReturnArrays(true);
    return statement;
  }

  /** A file whose bytes were damaged makes SQLite throw at any step. */
  private sound<T>(code: 'damaged' | 'event_log', step: () => T): T {
    try {
      return step();
    } catch (thrown) {
      throw new PoolError(code, `${this.file} cannot be read on: ${sentence(thrown)}`);
    }
  }

  private record(stored: StoredRecord): EventRecord {
    try {
      return readStored(stored);
    } catch (thrown) {
      if (!(thrown instanceof PoolError)) throw thrown;
      throw new PoolError(thrown.code, `${this.file}: ${thrown.message}`, thrown.fields);
    }
  }
}

function storedOf([seq, window, kind, text, hash]: Row): StoredRecord {
  return { seq, window, kind, text, hash };
}
