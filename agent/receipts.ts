import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type { Receipt, ReceiptPage } from '../common/agent.ts';
import { PoolError, sentence } from '../common/errors.ts';
import { firstSlot, lastSlot } from '../common/slot.ts';
import type { Refused } from './receipt-check.ts';

const SCHEMA = `
CREATE TABLE IF NOT EXISTS receipts (
  emitter TEXT NOT NULL, slot INTEGER NOT NULL, id TEXT NOT NULL, signer TEXT NOT NULL,
  arrived_at INTEGER NOT NULL, signature TEXT NOT NULL, PRIMARY KEY (emitter, slot, id, signer)
) STRICT;
CREATE TABLE IF NOT EXISTS read_up_to (address TEXT PRIMARY KEY, seq INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS missing (slot INTEGER PRIMARY KEY, found_at INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS refused (address TEXT NOT NULL, receipt TEXT NOT NULL, why TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS refusals (address TEXT PRIMARY KEY, count INTEGER NOT NULL) STRICT;
`;

/** What a bad emitter can have kept of what it sends; all of it is counted. */
const REFUSED_KEPT = 1000;

/**
 * The emitters' signed receipts for this member's candidates, kept where no emitter can lose them, the slots whose candidate has
 * none, and what came as a receipt and is none.
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

  /** Keeps a page of an emitter's, what of it was refused, and how far it was read: all or nothing. */
  keep(address: string, page: ReceiptPage, refused: Refused[] = []): void {
    this.db.exec('BEGIN');
    try {
      for (const receipt of page.receipts) this.insert.run(...columns(receipt));
      if (refused.length > 0) this.refuse(address, refused);
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

  /** How many receipts of an emitter's were refused. */
  refused(address: string): number {
    const row = this.db.prepare('SELECT count FROM refusals WHERE address = ?').get(address);
    return Number(row?.count ?? 0);
  }

  close(): void {
    this.db.close();
  }

  private refuse(address: string, refused: Refused[]): void {
    const insert = this.db.prepare('INSERT INTO refused VALUES (?, ?, ?)');
    for (const { receipt, why } of refused) insert.run(address, JSON.stringify(receipt), why);
    this.db.prepare('DELETE FROM refused WHERE rowid <= (SELECT max(rowid) FROM refused) - ?').run(REFUSED_KEPT);
    const count = 'INSERT INTO refusals VALUES (?, ?) ON CONFLICT DO UPDATE SET count = count + excluded.count';
    this.db.prepare(count).run(address, refused.length);
  }
}

function columns({ emitter, slot, id, signer, arrivedAt, signature }: Receipt): (string | number)[] {
  return [emitter, slot, id, signer, arrivedAt, signature];
}
