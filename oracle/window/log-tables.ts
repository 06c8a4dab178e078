import type { DatabaseSync } from 'node:sqlite';
import { GENESIS_HASH } from '../../common/events.ts';
import type { LogPosition } from '../logs/chain-check.ts';
import type { RootEvent, WindowTally } from '../logs/tally.ts';

interface TallyRow extends Omit<WindowTally, 'closed' | 'root' | 'arrivedAt'> {
  closed: number;
  root: string | null;
  arrived: number | null;
}

/** What the journal knows of each log: how far it was verified, and what it has of each window. Logs are known by their names. */
export class LogTables {
  private readonly db: DatabaseSync;

  constructor(db: DatabaseSync) {
    this.db = db;
  }

  /** Before the first record of a log that is new. */
  position(log: string): LogPosition {
    const row = this.db.prepare('SELECT seq, hash FROM logs WHERE log = ?').get(log);
    return { seq: Number(row?.seq ?? 0), hash: String(row?.hash ?? GENESIS_HASH) };
  }

  tally(log: string, window: number): WindowTally | null {
    const sql = 'SELECT * FROM log_windows WHERE log = ? AND window = ?';
    const row = this.db.prepare(sql).get(log, window) as unknown as TallyRow | undefined;
    if (!row) return null;
    const { first, last, newest, decisions, closed, root, arrived } = row;
    const signed = { root: root === null ? null : (JSON.parse(root) as RootEvent), arrivedAt: arrived };
    return { window, first, last, newest, decisions, closed: closed === 1, ...signed };
  }

  /** Decisions that all logs together have of a window. */
  decisions(window: number): number {
    const sql = 'SELECT COALESCE(SUM(decisions), 0) AS sum FROM log_windows WHERE window = ?';
    return Number(this.db.prepare(sql).get(window)?.sum);
  }

  /** To be called in a transaction. */
  advance(log: string, { seq, hash }: LogPosition, tallies: WindowTally[]): void {
    const sql = `INSERT OR REPLACE INTO log_windows (window, log, first, last, newest, decisions, closed, root, arrived)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`;
    const put = this.db.prepare(sql);
    for (const { window, first, last, newest, decisions, closed, root, arrivedAt } of tallies) {
      const signed = [root === null ? null : JSON.stringify(root), arrivedAt];
      put.run(window, log, first, last, newest, decisions, closed ? 1 : 0, ...signed);
    }
    this.db.prepare('INSERT OR REPLACE INTO logs (log, seq, hash) VALUES (?, ?, ?)').run(log, seq, hash);
  }
}
