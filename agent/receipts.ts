import { DatabaseSync, type SQLOutputValue, type StatementSync } from 'node:sqlite';
import type { Receipt, ReceiptPage } from '../common/agent.ts';
import { PoolError, sentence } from '../common/errors.ts';
import { firstSlot, lastSlot, windowOf } from '../common/slot.ts';
import type { Refused } from './receipt-check.ts';

const SCHEMA = `
CREATE TABLE IF NOT EXISTS receipts (
  emitter TEXT NOT NULL, slot INTEGER NOT NULL, id TEXT NOT NULL, signer TEXT NOT NULL,
  arrived_at INTEGER NOT NULL, signature TEXT NOT NULL, address TEXT NOT NULL DEFAULT '', via TEXT,
  PRIMARY KEY (emitter, slot, id, signer)
) STRICT;
CREATE INDEX IF NOT EXISTS receipts_by_slot ON receipts (slot);
CREATE TABLE IF NOT EXISTS read_up_to (address TEXT PRIMARY KEY, seq INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS missing (slot INTEGER PRIMARY KEY, found_at INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS missing_at (
  address TEXT NOT NULL, slot INTEGER NOT NULL, found_at INTEGER NOT NULL, PRIMARY KEY (address, slot)
) STRICT;
CREATE TABLE IF NOT EXISTS refused (address TEXT NOT NULL, receipt TEXT NOT NULL, why TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS refusals (address TEXT PRIMARY KEY, count INTEGER NOT NULL) STRICT;
`;

/** Columns of `receipts` that files of earlier releases do not have: who gave it, and which emitter had passed the candidate on. */
const ADDED = [
  ['address', "TEXT NOT NULL DEFAULT ''"],
  ['via', 'TEXT'],
] as const;

const KEEP = `
INSERT INTO receipts (emitter, slot, id, signer, arrived_at, signature, address, via) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET address = excluded.address`;

/** Thirty days: an epoch and the time to dispute it take four. Of a pool among 21 producers with two emitters that is some 150 MB. */
const SLOTS_KEPT = 30 * 24 * 3600 * 2;

/** What a bad emitter can have kept of what it sends; all of it is counted. */
const REFUSED_KEPT = 1000;

/**
 * The emitters' signed receipts for this member's candidates, kept where no emitter can lose them, the slots whose candidate has
 * none, of all or of one emitter, and what came as a receipt and is none.
 */
export class ReceiptStore {
  private readonly db: DatabaseSync;
  private readonly insert: StatementSync;

  /** Throws PoolError `receipts` when the file cannot be used. */
  constructor(file: string) {
    try {
      this.db = new DatabaseSync(file, { timeout: 2000 });
      this.db.exec(`PRAGMA journal_mode=WAL; ${SCHEMA}`);
      this.addColumns();
      this.insert = this.db.prepare(KEEP);
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
      for (const receipt of page.receipts) this.insertOne(address, receipt);
      if (refused.length > 0) this.refuse(address, refused);
      this.db.prepare('INSERT OR REPLACE INTO read_up_to VALUES (?, ?)').run(address, page.after);
      this.forget(page.receipts);
      this.db.exec('COMMIT');
    } catch (thrown) {
      if (this.db.isTransaction) this.db.exec('ROLLBACK');
      throw new PoolError('receipts', `receipts cannot be kept: ${sentence(thrown)}`);
    }
  }

  /** All of a window for a signer's candidates. */
  ofWindow(window: number, signer: string): Receipt[] {
    const sql = 'SELECT * FROM receipts WHERE slot BETWEEN ? AND ? AND signer = ? ORDER BY slot, emitter, id';
    return this.db.prepare(sql).all(firstSlot(window), lastSlot(window), signer).map(toReceipt);
  }

  /** The newest window with receipts for a signer's candidates; null for none. */
  newestWindow(signer: string): number | null {
    const row = this.db.prepare('SELECT max(slot) AS slot FROM receipts WHERE signer = ?').get(signer);
    return typeof row?.slot === 'number' ? windowOf(row.slot) : null;
  }

  /** Slots of a window for which a signer has a receipt of at least one emitter. */
  slots(window: number, signer: string): number[] {
    const sql = 'SELECT DISTINCT slot FROM receipts WHERE slot BETWEEN ? AND ? AND signer = ? ORDER BY slot';
    return this.db
      .prepare(sql)
      .all(firstSlot(window), lastSlot(window), signer)
      .map(({ slot }) => Number(slot));
  }

  /** Of those, the slots for which the emitter at an address gave one; with the emitter that had passed the candidate on, null for none. */
  slotsOf(address: string, window: number, signer: string): Map<number, string | null> {
    const sql =
      'SELECT slot, via FROM receipts WHERE address = ? AND slot BETWEEN ? AND ? AND signer = ? ORDER BY slot';
    const rows = this.db.prepare(sql).all(address, firstSlot(window), lastSlot(window), signer);
    return new Map(rows.map(({ slot, via }) => [Number(slot), via === null ? null : String(via)]));
  }

  /** Address of the emitter that gave receipts by a key last; null when none did. */
  addressOf(key: string): string | null {
    const sql = "SELECT address FROM receipts WHERE emitter = ? AND address <> '' ORDER BY slot DESC LIMIT 1";
    const row = this.db.prepare(sql).get(key);
    return row ? String(row.address) : null;
  }

  /** Notes slots whose candidate got no receipt, until one comes. */
  noteMissing(slots: number[], now: number): void {
    const insert = this.db.prepare('INSERT OR IGNORE INTO missing VALUES (?, ?)');
    for (const slot of slots) insert.run(slot, Math.floor(now));
  }

  /** Notes slots whose candidate got one of other emitters and none of the one at an address, until it comes. */
  noteMissingAt(address: string, slots: number[], now: number): void {
    const insert = this.db.prepare('INSERT OR IGNORE INTO missing_at VALUES (?, ?, ?)');
    for (const slot of slots) insert.run(address, slot, Math.floor(now));
  }

  /** Slots that were noted so. */
  missingAt(address: string): number[] {
    const rows = this.db.prepare('SELECT slot FROM missing_at WHERE address = ? ORDER BY slot').all(address);
    return rows.map(({ slot }) => Number(slot));
  }

  /** How many receipts of an emitter's were refused. */
  refused(address: string): number {
    const row = this.db.prepare('SELECT count FROM refusals WHERE address = ?').get(address);
    return Number(row?.count ?? 0);
  }

  close(): void {
    this.db.close();
  }

  private addColumns(): void {
    const there = this.db.prepare('SELECT name FROM pragma_table_info(?)').all('receipts');
    for (const [name, type] of ADDED) {
      if (!there.some((column) => column.name === name))
        this.db.exec(`ALTER TABLE receipts ADD COLUMN ${name} ${type}`);
    }
  }

  private insertOne(address: string, receipt: Receipt): void {
    const { emitter, slot, id, signer, arrivedAt, signature, via } = receipt;
    this.insert.run(emitter, slot, id, signer, arrivedAt, signature, address, via ?? null);
    this.db.prepare('DELETE FROM missing WHERE slot = ?').run(slot);
    this.db.prepare('DELETE FROM missing_at WHERE address = ? AND slot = ?').run(address, slot);
  }

  /** What is older than anybody asks for. */
  private forget(receipts: Receipt[]): void {
    const newest = Math.max(0, ...receipts.map(({ slot }) => slot));
    for (const table of ['receipts', 'missing', 'missing_at'])
      this.db.prepare(`DELETE FROM ${table} WHERE slot < ?`).run(newest - SLOTS_KEPT);
  }

  private refuse(address: string, refused: Refused[]): void {
    const insert = this.db.prepare('INSERT INTO refused VALUES (?, ?, ?)');
    for (const { receipt, why } of refused) insert.run(address, JSON.stringify(receipt), why);
    this.db.prepare('DELETE FROM refused WHERE rowid <= (SELECT max(rowid) FROM refused) - ?').run(REFUSED_KEPT);
    const count = 'INSERT INTO refusals VALUES (?, ?) ON CONFLICT DO UPDATE SET count = count + excluded.count';
    this.db.prepare(count).run(address, refused.length);
  }
}

/** The receipts of a window in an agent's file, which the agent may be writing. Throws PoolError `receipts` when it cannot be read. */
export function readReceiptFile(file: string, window: number): Receipt[] {
  try {
    const db = new DatabaseSync(file, { readOnly: true, timeout: 2000 });
    try {
      const sql = 'SELECT * FROM receipts WHERE slot BETWEEN ? AND ? ORDER BY slot, emitter, id';
      return db.prepare(sql).all(firstSlot(window), lastSlot(window)).map(toReceipt);
    } finally {
      db.close();
    }
  } catch (thrown) {
    throw new PoolError('receipts', `${file} is no file of an agent's receipts: ${sentence(thrown)}`);
  }
}

function toReceipt(row: Record<string, SQLOutputValue>): Receipt {
  const { slot, id, signer, arrived_at: at, via, signature, emitter } = row;
  const place = { slot: Number(slot), id: String(id), signer: String(signer), arrivedAt: Number(at) };
  const passedOn = typeof via === 'string' ? { via } : {};
  return { ...place, ...passedOn, signature: String(signature), emitter: String(emitter) };
}
