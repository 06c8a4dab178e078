import type { DatabaseSync } from 'node:sqlite';

export const ATTENDANCE_SCHEMA = `
CREATE TABLE IF NOT EXISTS attendance (oracle TEXT PRIMARY KEY, window INTEGER NOT NULL, absent INTEGER NOT NULL) STRICT;
`;

/** How often in a row each other oracle did not report a window in its turn; in the oracle's journal. */
export class AttendanceTable {
  private readonly db: DatabaseSync;

  constructor(db: DatabaseSync) {
    this.db = db;
  }

  /** Notes one window, once; an older one than was noted changes nothing. Gives how many in a row it was missing now. */
  note(oracle: string, window: number, isPresent: boolean): number {
    const row = this.db.prepare('SELECT window, absent FROM attendance WHERE oracle = ?').get(oracle);
    const [last, absent] = [Number(row?.window ?? -1), Number(row?.absent ?? 0)];
    // One that was missing at the first look and came late is there.
    if (window < last || (window === last && (!isPresent || absent === 0))) return absent;
    const now = isPresent ? 0 : absent + 1;
    this.db
      .prepare('INSERT OR REPLACE INTO attendance (oracle, window, absent) VALUES (?, ?, ?)')
      .run(oracle, window, now);
    return now;
  }

  /** The newest window noted of an oracle, when it was missing there; else null. */
  missingIn(oracle: string): number | null {
    const row = this.db.prepare('SELECT window FROM attendance WHERE oracle = ? AND absent > 0').get(oracle);
    return row ? Number(row.window) : null;
  }

  all(): Map<string, number> {
    const rows = this.db.prepare('SELECT oracle, absent FROM attendance').all();
    return new Map(rows.map(({ oracle, absent }) => [String(oracle), Number(absent)]));
  }

  /** Forgets who is no oracle any more. */
  keepOnly(oracles: string[]): string[] {
    const gone = [...this.all().keys()].filter((oracle) => !oracles.includes(oracle));
    for (const oracle of gone) this.db.prepare('DELETE FROM attendance WHERE oracle = ?').run(oracle);
    return gone;
  }
}
