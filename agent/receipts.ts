import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type { Receipt, ReceiptPage } from '../common/agent.ts';
import { PoolError, sentence } from '../common/errors.ts';
import { firstSlot, lastSlot } from '../common/slot.ts';

const SCHEMA = `
CREATE TABLE IF NOT EXISTS receipts (
  emitter TEXT NOT NULL, slot INTEGER NOT NULL, id TEXT NOT NULL, signer TEXT NOT NULL,
  arrived_at INTEGER NOT NULL, signature TEXT NOT NULL, PRIMARY KEY (emitter, slot, id, signer)
) STRICT;
CREATE TABLE IF NOT EXISTS read_up_to (address TEXT PRIMARY KEY, seq INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS missing (slot INTEGER PRIMARY KEY, found_at INTEGER NOT NULL) STRICT;
`;

/**
 * The emitters' signed receipts for this member's candidates, kept where no emitter can lose them, and the slots whose candidate has
 * none. Kept as they came: whoever uses one as evidence checks its signature.
 */
export class ReceiptStore {
  private readonly db: DatabaseSync;
  private readonly insert: StatementSync;

  /** Throws PoolError `receipts` when the file cannot be used. */
  constructor(file: string) {
    try {
      this.db = new DatabaseSync(file, { timeout: 2000 });
      this.db.exec(`PRAGMA journal_mode=WAL; ${SCHEMA}`);
      this.insert = this.db.prepare('INSERT OR IGNORE INTO receipts VALUES (?, ?, ?, ?, ?, ?)');
    } catch (thrown) {
      throw new PoolError('receipts', `the file ${file} cannot keep receipts: ${sentence(thrown)}; set AGENT_RECEIPTS`);
    }
  }

  /** Up to where an emitter's receipts were read. */
  readUpTo(address: string): number {
    const row = this.db.prepare('SELECT seq FROM read_up_to WHERE address = ?').get(address);
    return Number(row?.seq ?? 0);
  }

  /** Keeps a page of an emitter's, with how far it was read: both or nothing. */
  keep(address: string, page: ReceiptPage): void {
    this.db.exec('BEGIN');
    try {
      for (const receipt of page.receipts) this.insert.run(...columns(receipt));
      this.db.prepare('INSERT OR REPLACE INTO read_up_to VALUES (?, ?)').run(address, page.after);
      this.db.exec('COMMIT');
    } catch (thrown) {
      if (this.db.isTransaction) this.db.exec('ROLLBACK');
      throw new PoolError('receipts', `receipts cannot be kept: ${sentence(thrown)}`);
    }
  }

  /** Slots of a window for which a signer has a receipt of at least one emitter. */
  slots(window: number, signer: string): number[] {
    const sql = 'SELECT DISTINCT slot FROM receipts WHERE slot BETWEEN ? AND ? AND signer = ? ORDER BY slot';
    return this.db
      .prepare(sql)
      .all(firstSlot(window), lastSlot(window), signer)
      .map(({ slot }) => Number(slot));
  }

  /** Notes slots whose candidate got no receipt. */
  noteMissing(slots: number[], now: number): void {
    const insert = this.db.prepare('INSERT OR IGNORE INTO missing VALUES (?, ?)');
    for (const slot of slots) insert.run(slot, Math.floor(now));
  }

  close(): void {
    this.db.close();
  }
}

function columns({ emitter, slot, id, signer, arrivedAt, signature }: Receipt): (string | number)[] {
  return [emitter, slot, id, signer, arrivedAt, signature];
}
