import type { DatabaseSync } from 'node:sqlite';
import type { PoolState } from '../../../common/governance/pool.ts';
import type { KnownWindow } from '../facts/snapshot.ts';

/** An account's row of credits, in units. */
export interface CreditLine {
  account: string;
  credited: bigint;
  paid: bigint;
  owed: bigint;
}

export interface LedgerEntry {
  account: string;
  credited: bigint;
  paid: bigint;
  after: number;
  block: number;
  at: number;
}

export interface EpochEntry {
  epoch: number;
  through: number;
  credited: bigint;
  shares: number | null;
  members: { account: string; shares: number | null; credited: string }[];
  after: number;
  block: number;
  at: number;
}

/** A report as it went on the chain; `hash`: that by which the contract compares it. */
export interface FiledLine {
  oracle: string;
  hash: string;
  block: number;
  trx: string;
}

/** The report that a window was settled with. */
export interface Settling {
  block: number;
  trx: string;
  emitted: number;
  missed: number;
  rescues: number;
  replaced: number;
  /** All of them as JSON. */
  metrics: string;
}

/** What one irreversible reading adds. */
export interface FactStep {
  block: number;
  windows: KnownWindow[];
  credits: CreditLine[];
  ledger: LedgerEntry[];
  epochs: EpochEntry[];
  shares: Shares;
}

/** Which epoch runs, and the shares in it: what explains the next close. */
export interface Shares {
  state: Pick<PoolState, 'epoch' | 'closingThrough' | 'closedThrough'>;
  seats: { account: string; shares: number; closing: number }[];
}

/** Irreversible facts, kept when the chain has let go of them. */
export class FactStore {
  private readonly db: DatabaseSync;

  constructor(db: DatabaseSync) {
    this.db = db;
  }

  /** Block of the newest reading; 0 before the first. */
  get block(): number {
    return Number(this.db.prepare(`SELECT value FROM meta WHERE name = 'facts'`).get()?.value ?? 0);
  }

  /** Of the newest reading; null before the first. */
  get shares(): Shares | null {
    const found = this.db.prepare(`SELECT value FROM meta WHERE name = 'shares'`).get();
    return found ? (JSON.parse(String(found.value)) as Shares) : null;
  }

  write({ block, windows, credits, ledger, epochs, shares }: FactStep): void {
    this.db.exec('BEGIN IMMEDIATE');
    try {
      const put = this.db.prepare('INSERT OR REPLACE INTO windows (window, row, searched) VALUES (?, ?, 0)');
      for (const row of windows) if (!isSame(this.window(row.window), row)) put.run(row.window, JSON.stringify(row));
      this.db.exec('DELETE FROM credits');
      const credit = this.db.prepare('INSERT INTO credits (account, credited, paid, owed) VALUES (?, ?, ?, ?)');
      for (const one of credits) credit.run(one.account, `${one.credited}`, `${one.paid}`, `${one.owed}`);
      const line = this.db.prepare(
        'INSERT INTO ledger (account, credited, paid, after, block, at) VALUES (?, ?, ?, ?, ?, ?)',
      );
      for (const one of ledger) line.run(one.account, `${one.credited}`, `${one.paid}`, one.after, one.block, one.at);
      const epoch = this.db.prepare(
        'INSERT OR REPLACE INTO epochs (through, epoch, credited, shares, members, after, block, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
      );
      for (const one of epochs)
        epoch.run(
          one.through,
          one.epoch,
          `${one.credited}`,
          one.shares,
          JSON.stringify(one.members),
          one.after,
          one.block,
          one.at,
        );
      const meta = this.db.prepare('INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)');
      meta.run('facts', String(block));
      meta.run('shares', JSON.stringify(shares));
      this.db.exec('COMMIT');
    } catch (thrown) {
      this.db.exec('ROLLBACK');
      throw thrown;
    }
  }

  credits(): CreditLine[] {
    const rows = this.db.prepare('SELECT account, credited, paid, owed FROM credits').all();
    return rows.map((row) => ({
      account: String(row.account),
      credited: BigInt(String(row.credited)),
      paid: BigInt(String(row.paid)),
      owed: BigInt(String(row.owed)),
    }));
  }

  windowsBefore(window: number, limit: number): KnownWindow[] {
    const rows = this.db
      .prepare('SELECT row FROM windows WHERE window < ? ORDER BY window DESC LIMIT ?')
      .all(window, limit);
    return rows.map(({ row }) => JSON.parse(String(row)) as KnownWindow);
  }

  window(window: number): KnownWindow | null {
    const found = this.db.prepare('SELECT row FROM windows WHERE window = ?').get(window);
    return found ? (JSON.parse(String(found.row)) as KnownWindow) : null;
  }

  /** The newest one whose reports were not looked for; null for none. */
  unsearched(): KnownWindow | null {
    const found = this.db.prepare('SELECT row FROM windows WHERE searched = 0 ORDER BY window DESC LIMIT 1').get();
    return found ? (JSON.parse(String(found.row)) as KnownWindow) : null;
  }

  /** What was found in the blocks of a window's reports. */
  file(window: number, reports: FiledLine[], settling: Settling | null): void {
    this.db.exec('BEGIN IMMEDIATE');
    try {
      const one = this.db.prepare(
        'INSERT OR REPLACE INTO filed (window, oracle, hash, block, trx) VALUES (?, ?, ?, ?, ?)',
      );
      for (const { oracle, hash, block, trx } of reports) one.run(window, oracle, hash, block, trx);
      const { metrics = null, ...figures } = settling ?? {};
      this.db
        .prepare('UPDATE windows SET searched = 1, figures = ?, metrics = ? WHERE window = ?')
        .run(settling && JSON.stringify(figures), metrics, window);
      this.db.exec('COMMIT');
    } catch (thrown) {
      this.db.exec('ROLLBACK');
      throw thrown;
    }
  }

  filed(window: number): FiledLine[] {
    const rows = this.db
      .prepare('SELECT oracle, hash, block, trx FROM filed WHERE window = ? ORDER BY block, oracle')
      .all(window);
    return rows.map(({ oracle, hash, block, trx }) => {
      return { oracle: String(oracle), hash: String(hash), block: Number(block), trx: String(trx) };
    });
  }

  /** What lists show of the report that a window was settled with; null when it is not known. */
  figures(window: number): Omit<Settling, 'metrics'> | null {
    const found = this.db.prepare('SELECT figures FROM windows WHERE window = ?').get(window)?.figures;
    return typeof found === 'string' ? (JSON.parse(found) as Omit<Settling, 'metrics'>) : null;
  }

  /** Its metrics, as the oracle wrote them. */
  metrics(window: number): string | null {
    const found = this.db.prepare('SELECT metrics FROM windows WHERE window = ?').get(window)?.metrics;
    return typeof found === 'string' ? found : null;
  }

  ledger(limit: number): LedgerEntry[] {
    const rows = this.db.prepare('SELECT * FROM ledger ORDER BY id DESC LIMIT ?').all(limit);
    return rows.map((row) => ({
      account: String(row.account),
      credited: BigInt(String(row.credited)),
      paid: BigInt(String(row.paid)),
      after: Number(row.after),
      block: Number(row.block),
      at: Number(row.at),
    }));
  }

  epochs(limit: number): EpochEntry[] {
    const rows = this.db.prepare('SELECT * FROM epochs ORDER BY through DESC LIMIT ?').all(limit);
    return rows.map((row) => ({
      epoch: Number(row.epoch),
      through: Number(row.through),
      credited: BigInt(String(row.credited)),
      shares: row.shares === null ? null : Number(row.shares),
      members: JSON.parse(String(row.members)) as EpochEntry['members'],
      after: Number(row.after),
      block: Number(row.block),
      at: Number(row.at),
    }));
  }
}

/** The names behind the bits stay as they were when the window was seen first: later others can have the seats. */
function isSame(known: KnownWindow | null, row: KnownWindow): boolean {
  return known !== null && JSON.stringify({ ...known, names: [] }) === JSON.stringify({ ...row, names: [] });
}
