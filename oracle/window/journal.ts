import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { PoolError, sentence } from '../../common/errors.ts';
import { USES_SCHEMA, Uses } from '../account/uses.ts';
import { OUTBOX_SCHEMA, Outbox } from '../alerts/outbox.ts';
import { CLAIMS_SCHEMA, ClaimTimes } from '../keeper/claims.ts';
import type { LogPosition } from '../logs/chain-check.ts';
import type { LogJournal } from '../logs/log.ts';
import type { WindowTally } from '../logs/tally.ts';
import { ATTENDANCE_SCHEMA, AttendanceTable } from '../peers/attendance-table.ts';
import type { ReportData, SignedTransaction } from '../source/chain.ts';
import type { LibMark, LibMemory } from '../source/steady.ts';
import { LogTables } from './log-tables.ts';
import {
  JOURNAL_OF_DIGESTS,
  JOURNAL_OF_ONE_LOG,
  JOURNAL_SCHEMA,
  WINDOW_STATES,
  type WindowRow,
  type WindowState,
} from './schema.ts';

/**
 * What this oracle has done, in an SQLite file of its own. Each change is one transaction and on the disk when the method
 * returns, so that the oracle can be killed between any two of them.
 */
export class Journal implements LogJournal, LibMemory {
  readonly outbox: Outbox;
  readonly uses: Uses;
  readonly claimTimes: ClaimTimes;
  readonly attendance: AttendanceTable;
  private readonly db: DatabaseSync;
  private readonly logs: LogTables;

  /** Throws PoolError `journal` when the file cannot be opened or written. */
  constructor(file: string) {
    try {
      this.db = new DatabaseSync(file, { timeout: 5000 });
      this.db.exec('PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;');
      if (this.hasDigests('windows')) this.atomically(() => this.db.exec(JOURNAL_OF_ONE_LOG));
      if (this.hasDigests('log_windows')) this.atomically(() => this.db.exec(JOURNAL_OF_DIGESTS));
      this.db.exec(JOURNAL_SCHEMA + OUTBOX_SCHEMA + USES_SCHEMA + CLAIMS_SCHEMA + ATTENDANCE_SCHEMA);
      this.logs = new LogTables(this.db);
      this.outbox = new Outbox(this.db);
      this.uses = new Uses(this.db);
      this.claimTimes = new ClaimTimes(this.db);
      this.attendance = new AttendanceTable(this.db);
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

  position(log: string): LogPosition {
    return this.logs.position(log);
  }

  tally(log: string, window: number): WindowTally | null {
    return this.logs.tally(log, window);
  }

  advance(log: string, to: LogPosition, tallies: WindowTally[]): void {
    const sql = `INSERT INTO windows (window, state) VALUES (?, ?)
      ON CONFLICT (window) DO UPDATE SET state = 'seen', note = NULL
      WHERE state IN ('open', 'unclosed') AND excluded.state = 'seen'`;
    this.atomically(() => {
      const put = this.db.prepare(sql);
      for (const { window, closed } of tallies) put.run(window, closed ? 'seen' : 'open');
      this.logs.advance(log, to, tallies);
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

  /** How many windows are in each state. */
  counts(): Record<WindowState, number> {
    const counts = Object.fromEntries(WINDOW_STATES.map((state) => [state, 0])) as Record<WindowState, number>;
    const rows = this.db.prepare('SELECT state, COUNT(*) AS count FROM windows GROUP BY state').all();
    for (const { state, count } of rows) counts[state as WindowState] = Number(count);
    return counts;
  }

  /** The oldest window from one on that is closed and has no irreversible report, the newest that was sent, and how many reports differ. */
  overview(from: number): { oldest: number | null; newest: number | null; differing: number } {
    const number = (sql: string, ...values: SQLInputValue[]) =>
      this.db.prepare(sql).get(...values)?.value as number | null;
    return {
      oldest: number(
        `SELECT MIN(window) AS value FROM windows WHERE state IN ('seen', 'computed', 'sent') AND window >= ?`,
        from,
      ),
      newest: number(`SELECT MAX(window) AS value FROM windows WHERE trx IS NOT NULL`),
      differing: number(
        `SELECT COUNT(*) AS value FROM windows WHERE differs_at IS NOT NULL AND settled IS NULL
         AND state IN ('computed', 'sent', 'irreversible')`,
      ) as number,
    };
  }

  /** Windows whose report is on the chain for good and which the contract had not settled when last looked at. */
  unsettled(): WindowRow[] {
    return this.rows(`WHERE state = 'irreversible' AND settled IS NULL ORDER BY window`);
  }

  /** Gives up windows that have records, no closing one, and a closed window after them, until a log closes them; gives those with decisions. */
  abandon(note: string): WindowRow[] {
    const where = `WHERE state = 'open' AND window <
      (SELECT window FROM log_windows WHERE closed = 1 ORDER BY window DESC LIMIT 1)`;
    const lost = this.rows(`${where} ORDER BY window`);
    this.db.prepare(`UPDATE windows SET state = 'unclosed', note = ? ${where}`).run(note);
    return lost.filter(({ window }) => this.logs.decisions(window) > 0);
  }

  /** `sendAt`: not to be sent before, in ms on the oracle's clock. */
  computed(window: number, report: ReportData, hash: string, sendAt = 0): void {
    this.set(window, { state: 'computed', report: JSON.stringify(report), hash, retry_at: sendAt });
  }

  /** Another report than before, which has to be sent; only when no transaction with the one before can still get on the chain. */
  remade(window: number, report: ReportData, hash: string): void {
    const sql = `UPDATE windows SET state = 'computed', report = ?, hash = ?, trx = NULL, expires = NULL, signed = NULL, settled = NULL,
      differs_at = NULL, remade = remade + 1 WHERE window = ?`;
    this.db.prepare(sql).run(JSON.stringify(report), hash, window);
  }

  /** Since when another oracle's report differs from this one's, in ms; null: it does not. */
  differs(window: number, at: number | null): void {
    this.set(window, { differs_at: at });
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

  /** null before the first irreversible block was seen. */
  libMark(): LibMark | null {
    const known = this.meta('lib');
    return known === undefined ? null : (JSON.parse(known) as LibMark);
  }

  rememberLib(mark: LibMark): void {
    const sql = `INSERT INTO meta (name, value) VALUES ('lib', ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value`;
    this.db.prepare(sql).run(JSON.stringify(mark));
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

  private hasDigests(table: 'windows' | 'log_windows'): boolean {
    const columns = this.db.prepare('SELECT name FROM pragma_table_info(?)').all(table);
    return columns.some(({ name }) => name === 'digest');
  }

  /** All of it, or after a kill nothing. */
  atomically(work: () => void): void {
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
