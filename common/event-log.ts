import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { PoolError, sentence } from './errors.ts';
import { EVENT_VERSION, type EventRecord } from './events.ts';

interface Row {
  seq: number;
  window: number | null;
  kind: string;
  event: string;
  hash: string;
}

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
      yield this.record(next.value as unknown as Row);
    }
  }

  close(): void {
    this.db.close();
  }

  private read(where: string, ...values: number[]): EventRecord[] {
    const rows = this.sound('event_log', () => this.rows(where).all(...values));
    return (rows as unknown as Row[]).map((row) => this.record(row));
  }

  private rows(where: string) {
    return this.db.prepare(`SELECT seq, window, kind, event, hash FROM events ${where}`);
  }

  /** A file whose bytes were damaged makes SQLite throw at any step. */
  private sound<T>(code: 'damaged' | 'event_log', step: () => T): T {
    try {
      return step();
    } catch (thrown) {
      throw new PoolError(code, `${this.file} cannot be read on: ${sentence(thrown)}`);
    }
  }

  private record(row: Row): EventRecord {
    const stored = parse(row.event);
    // The columns are what records are found by, the text is what is hashed: they must say the same.
    if (stored?.seq !== row.seq || stored.window !== row.window || stored.event?.type !== row.kind) {
      throw new PoolError('damaged', `${this.file}: record ${row.seq} is damaged`, { seq: row.seq });
    }
    if (stored.v > EVENT_VERSION) {
      const why = `record ${row.seq} has schema version ${stored.v}, this program reads up to ${EVENT_VERSION}`;
      throw new PoolError('event_log', `${this.file}: ${why}; use a newer version`);
    }
    return { ...stored, hash: row.hash };
  }
}

function parse(text: string): Omit<EventRecord, 'hash'> | null {
  try {
    return JSON.parse(text) as Omit<EventRecord, 'hash'>;
  } catch {
    return null;
  }
}
