import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { PoolError, sentence } from '../../common/errors.ts';
import { GENESIS_HASH } from '../../common/events.ts';
import type { ReportData, SignedTransaction } from '../source/chain.ts';
import { JOURNAL_SCHEMA, type WindowRow, type WindowState } from './schema.ts';

/** How far the log's hash chain was verified. */
export interface LogPosition {
  seq: number;
  hash: string;
}

/** What is known of a window's records; grows until its closing record. */
export interface WindowTally {
  window: number;
  /** Hash over the hashes of its records so far: pins exactly which they were. */
  digest: string;
  decisions: number;
  closed: boolean;
}

/**
 * What this oracle has done, in an SQLite file of its own. Each change is one transaction and on the disk when the method
 * returns, so that the oracle can be killed between any two of them.
 */
export class Journal {
  private readonly db: DatabaseSync;

  /** Throws PoolError `journal` when the file cannot be opened or written. */
  constructor(file: string) {
    try {
      this.db = new DatabaseSync(file, { timeout: 5000 });
      this.db.exec('PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;');
      this.db.exec(JOURNAL_SCHEMA);
    } catch (thrown) {
      throw new PoolError('journal', `the oracle's journal ${file} cannot be used: ${sentence(thrown)}`);
    }
  }

  /** Binds the journal to one oracle of one pool on one chain; throws PoolError `journal` when it is another's. */
  claim(owner: string): void {
    this.db.prepare(`INSERT OR IGNORE INTO meta (name, value) VALUES ('owner', ?)`).run(owner);
    const known = this.meta('owner');
    if (known === owner) return;
    throw new PoolError('journal', `the journal belongs to ${known} and not to ${owner}: give each oracle its own`);
  }

  get position(): LogPosition {
    return { seq: Number(this.meta('seq') ?? 0), hash: this.meta('hash') ?? GENESIS_HASH };
  }

  /** Notes that the log was verified up to a position, with what the page told of windows. */
  advance(to: LogPosition, tallies: WindowTally[]): void {
    const sql = `INSERT INTO windows (window, state, digest, decisions) VALUES (?, ?, ?, ?)
      ON CONFLICT (window) DO UPDATE SET state = excluded.state, digest = excluded.digest, decisions = excluded.decisions
      WHERE state = 'open'`;
    this.atomically(() => {
      const put = this.db.prepare(sql);
      for (const { window, digest, decisions, closed } of tallies)
        put.run(window, closed ? 'seen' : 'open', digest, decisions);
      this.setMeta('seq', String(to.seq));
      this.setMeta('hash', to.hash);
    });
  }

  get(window: number): WindowRow | null {
    return this.rows('WHERE window = ?', window)[0] ?? null;
  }

  /** Windows in a state, from a window on, in order. */
  inState(states: WindowState[], from = 0): WindowRow[] {
    const marks = states.map(() => '?').join(', ');
    return this.rows(`WHERE state IN (${marks}) AND window >= ? ORDER BY window`, ...states, from);
  }

  /** Windows whose report is on the chain for good and which the contract had not settled when last looked at. */
  unsettled(): WindowRow[] {
    return this.rows(`WHERE state = 'irreversible' AND settled IS NULL ORDER BY window`);
  }

  /** Ends windows that have records, no closing one, and a closed window after them; gives those with decisions. */
  abandon(note: string): WindowRow[] {
    const where = `WHERE state = 'open' AND window < (SELECT MAX(window) FROM windows WHERE state <> 'open')`;
    const lost = this.rows(`${where} ORDER BY window`);
    this.db.prepare(`UPDATE windows SET state = 'skipped', note = ? ${where}`).run(note);
    return lost.filter((row) => row.decisions > 0);
  }

  computed(window: number, report: ReportData, hash: string): void {
    this.set(window, { state: 'computed', report: JSON.stringify(report), hash });
  }

  /** Before the transaction leaves, so that after a kill the same one is sent again and not a second one. */
  sent(window: number, transaction: SignedTransaction): void {
    const { id, expiresAt } = transaction;
    this.set(window, { state: 'sent', trx: id, expires: expiresAt, signed: JSON.stringify(transaction) });
  }

  /** The transaction can not get on the chain any more: another one has to be signed. */
  expired(window: number): void {
    this.set(window, { state: 'computed', trx: null, expires: null, signed: null });
  }

  irreversible(window: number, settled: string | null): void {
    this.set(window, { state: 'irreversible', settled, signed: null, note: null });
  }

  settled(window: number, hash: string): void {
    this.set(window, { settled: hash });
  }

  end(window: number, state: 'skipped' | 'disputed', note: string): void {
    this.set(window, { state, note, signed: null });
  }

  /** A refusal: tried again not before `retryAt`, in ms on the oracle's clock. */
  refused(window: number, tries: number, retryAt: number, note: string): void {
    this.set(window, { tries, retry_at: retryAt, note });
  }

  knownSchedule(version: number): string[] | null {
    const row = this.db.prepare('SELECT producers FROM schedules WHERE version = ?').get(version);
    return row ? (JSON.parse(row.producers as string) as string[]) : null;
  }

  /** Schedules can be asked for while they are active only: keep each that was seen. */
  rememberSchedule(version: number, producers: string[]): void {
    const sql = 'INSERT OR IGNORE INTO schedules (version, producers) VALUES (?, ?)';
    this.db.prepare(sql).run(version, JSON.stringify(producers));
  }

  close(): void {
    this.db.close();
  }

  private rows(where: string, ...values: SQLInputValue[]): WindowRow[] {
    return this.db.prepare(`SELECT * FROM windows ${where}`).all(...values) as unknown as WindowRow[];
  }

  private set(window: number, values: Record<string, SQLInputValue>): void {
    const columns = Object.keys(values).map((name) => `${name} = ?`);
    const sql = `UPDATE windows SET ${columns.join(', ')} WHERE window = ?`;
    this.db.prepare(sql).run(...Object.values(values), window);
  }

  private meta(name: string): string | undefined {
    return this.db.prepare('SELECT value FROM meta WHERE name = ?').get(name)?.value as string | undefined;
  }

  private setMeta(name: string, value: string): void {
    this.db.prepare('INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)').run(name, value);
  }

  private atomically(work: () => void): void {
    this.db.exec('BEGIN IMMEDIATE');
    try {
      work();
      this.db.exec('COMMIT');
    } catch (thrown) {
      if (this.db.isTransaction) this.db.exec('ROLLBACK');
      throw thrown;
    }
  }
}
