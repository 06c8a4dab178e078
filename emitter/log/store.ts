import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { PoolError, sentence } from '../../common/errors.ts';
import { chainWithText, type EventRecord, GENESIS_HASH } from '../../common/events.ts';
import type { LogEnd } from '../../common/pool-store.ts';
import { LIMITS } from '../limits.ts';
import { type Entry, FenceFile } from './fence-file.ts';
import { lockLog } from './lock.ts';
import type { SignedStore, SizeLimit } from './notary.ts';

/** Where events go. An append that returns is durable; one that throws has left no trace. */
export interface EventStore {
  append(entries: Entry[]): EventRecord[];
  /**
   * Makes durable what the next append begins with, after what is held already: before a block leaves. A store that is opened again
   * brings it into the log. Throws when it cannot; then these are not held.
   */
  hold(entries: Entry[]): void;
  /** Goes through what `hold` does, to no effect; see Rehearsal. */
  rehearse(entries: Entry[]): void;
  /** Decisions of a window, and who was appointed in it, in order: see restoredChoices. */
  choices(window: number): EventRecord[];
  unclosed(before: number): { window: number; emitted: number }[];
  /** The newest window with a closing record; null without one. */
  lastClosed(): number | null;
  /** What a quarantine of so many windows can be known from: see QuarantineLedger. */
  quarantineRecords(windows: number): EventRecord[];
  /** Records after a sequence number, at most `limit`. */
  after(seq: number, limit: number): EventRecord[];
  readonly lastSeq: number;
  close(): void;
}

const SCHEMA = `
CREATE TABLE IF NOT EXISTS events (
  seq INTEGER PRIMARY KEY, window INTEGER, kind TEXT NOT NULL, event TEXT NOT NULL, hash TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS events_by_window ON events (window, seq);
DROP INDEX IF EXISTS events_by_kind;
CREATE INDEX IF NOT EXISTS closings ON events (window, seq) WHERE kind = 'window';
CREATE INDEX IF NOT EXISTS roots ON events (seq) WHERE kind = 'root';
CREATE INDEX IF NOT EXISTS receipts ON events (seq) WHERE kind = 'receipts';
CREATE INDEX IF NOT EXISTS checkpoints ON events (seq) WHERE kind = 'checkpoint';
`;

/**
 * SQLite moves its write-ahead log into the file within a commit when it has so many pages (64 MB): it writes and syncs them all while a
 * block waits. It is moved after each window already, and rarely comes to that.
 */
const WAL_PAGES = 16_000;

/**
 * The event log in one SQLite file, with its fence (`-fence`) and its lock (`-lock`) beside it. `durability` process: a commit is in the operating system's hands and survives the
 * death of the process at any moment; machine: it is on the disk (fsync) and survives a power cut too, see
 * docs/event-log.md for what that costs.
 */
export class SqliteStore implements EventStore, SignedStore {
  private readonly db: DatabaseSync;
  private readonly begin: StatementSync;
  private readonly insert: StatementSync;
  private readonly commit: StatementSync;
  private readonly fence: FenceFile;
  private readonly lock: { close(): void };
  lastHash: string;
  lastSeq: number;

  constructor(file: string, durability: 'process' | 'machine') {
    try {
      this.lock = lockLog(file);
      this.fence = new FenceFile(`${file}-fence`, durability === 'machine');
      this.db = new DatabaseSync(file, { timeout: 5000 });
      this.db.exec(`PRAGMA journal_mode=WAL; PRAGMA synchronous=${durability === 'machine' ? 'FULL' : 'NORMAL'};`);
      this.db.exec(`PRAGMA wal_autocheckpoint=${WAL_PAGES};`);
      this.db.exec(SCHEMA);
    } catch (thrown) {
      if (thrown instanceof PoolError) throw thrown;
      throw new PoolError('event_log', `cannot open the event log ${file}: ${sentence(thrown)}`);
    }
    this.begin = this.db.prepare('BEGIN IMMEDIATE');
    this.commit = this.db.prepare('COMMIT');
    this.insert = this.db.prepare('INSERT INTO events (seq, window, kind, event, hash) VALUES (?, ?, ?, ?, ?)');
    const last = this.db.prepare('SELECT seq, hash FROM events ORDER BY seq DESC LIMIT 1').get();
    this.lastSeq = (last?.seq as number | undefined) ?? 0;
    this.lastHash = (last?.hash as string | undefined) ?? GENESIS_HASH;
    // The last run was killed before what it held became records: its blocks may have left.
    const held = this.fence.held(this.end);
    if (held.length > 0) this.append(held);
  }

  hold(entries: Entry[]): void {
    try {
      this.fence.hold(entries, this.end);
    } catch (thrown) {
      throw new PoolError('event_log', `the event log's fence refused ${entries.length} records: ${sentence(thrown)}`);
    }
  }

  rehearse(entries: Entry[]): void {
    this.fence.rehearse(entries, this.end);
  }

  append(entries: Entry[]): EventRecord[] {
    const records: EventRecord[] = [];
    let seq = this.lastSeq;
    let prev = this.lastHash;
    this.begin.run();
    try {
      for (const { window, event } of entries) {
        const { record, text } = chainWithText(++seq, window, event, prev);
        this.insert.run(seq, window, event.type, text, record.hash);
        prev = record.hash;
        records.push(record);
      }
      this.commit.run();
    } catch (thrown) {
      if (this.db.isTransaction) this.db.exec('ROLLBACK');
      throw new PoolError('event_log', `the event log refused ${entries.length} records: ${sentence(thrown)}`);
    }
    this.lastSeq = seq;
    this.lastHash = prev;
    if (entries.some(({ event }) => event.type === 'window')) setImmediate(() => this.moveWal());
    return records;
  }

  /** Takes over records of another copy of this log, which were checked to come next. Throws as append does. */
  adopt(next: { record: EventRecord; text: string }[]): void {
    this.begin.run();
    try {
      for (const { record, text } of next)
        this.insert.run(record.seq, record.window, record.event.type, text, record.hash);
      this.commit.run();
    } catch (thrown) {
      if (this.db.isTransaction) this.db.exec('ROLLBACK');
      throw new PoolError('event_log', `the event log refused ${next.length} records: ${sentence(thrown)}`);
    }
    const last = next.at(-1)?.record;
    if (last) [this.lastSeq, this.lastHash] = [last.seq, last.hash];
  }

  choices(window: number): EventRecord[] {
    return this.select(`WHERE window = ? AND kind IN ('decision', 'lead') ORDER BY seq`, window);
  }

  after(seq: number, limit: number): EventRecord[] {
    return this.select('WHERE seq > ? ORDER BY seq LIMIT ?', seq, limit);
  }

  /** Sequence number of the newest decision; 0 without one. */
  lastDecision(): number {
    const row = this.db.prepare(`SELECT seq FROM events WHERE kind = 'decision' ORDER BY seq DESC LIMIT 1`).get();
    return Number(row?.seq ?? 0);
  }

  decisionsAfter(seq: number, limit: number): EventRecord[] {
    return this.select(`WHERE kind = 'decision' AND seq > ? ORDER BY seq LIMIT ?`, seq, limit);
  }

  /** Windows without a closing record, before a given one: an earlier run ended in the middle. */
  unclosed(before: number): { window: number; emitted: number }[] {
    const slots = `COUNT(DISTINCT CASE WHEN kind = 'emission' THEN json_extract(event, '$.event.slot') END)`;
    // Of windows before the first checkpoint the closing record may be pruned.
    const pruned = `(SELECT window FROM events WHERE kind = 'checkpoint' ORDER BY seq LIMIT 1)`;
    const sql = `SELECT window, ${slots} AS emitted FROM events WHERE window < ? AND window > COALESCE(${pruned}, -1)
      GROUP BY window HAVING SUM(kind = 'window') = 0 ORDER BY window`;
    return this.db.prepare(sql).all(before) as unknown as { window: number; emitted: number }[];
  }

  lastClosed(): number | null {
    const row = this.db.prepare(`SELECT MAX(window) AS window FROM events WHERE kind = 'window'`).get();
    return row?.window == null ? null : Number(row.window);
  }

  quarantineRecords(windows: number): EventRecord[] {
    const old = `SELECT seq FROM events WHERE kind = 'window' ORDER BY seq DESC LIMIT 1 OFFSET ?`;
    const from = (this.db.prepare(old).get(windows)?.seq as number | undefined) ?? 0;
    const kinds = `kind IN ('rejected', 'window', 'fault') OR seq = (SELECT MIN(seq) FROM events)`;
    return this.select(`WHERE (${kinds}) AND seq > ? ORDER BY seq`, from);
  }

  window(window: number): EventRecord[] {
    return this.select('WHERE window = ? ORDER BY seq', window);
  }

  unsignedWindows(): number[] {
    const signed = `(SELECT MAX(seq) FROM events WHERE kind = 'root')`;
    const rows = this.select(`WHERE kind = 'window' AND seq > COALESCE(${signed}, 0) ORDER BY seq`);
    return rows.flatMap(({ event }) => (event.type === 'window' ? [event.window] : []));
  }

  unreceipted(limit: number): EventRecord[] {
    const [last] = this.select(`WHERE kind = 'receipts' ORDER BY seq DESC LIMIT 1`);
    const through = last?.event.type === 'receipts' ? last.event.through : 0;
    const rows = this.select(`WHERE kind = 'candidate' AND seq > ? ORDER BY seq DESC LIMIT ?`, through, limit);
    // Records of schema 1 do not say whether the selection saw them.
    const seen = rows.filter(({ event }) => event.type === 'candidate' && typeof event.reducedAt === 'number');
    return seen.reverse();
  }

  receipts(after: number, limit: number): EventRecord[] {
    return this.select(`WHERE kind = 'receipts' AND seq > ? ORDER BY seq LIMIT ?`, after, limit);
  }

  /**
   * Deletes the records before the checkpoint that has `keep` newer ones, or before an older one up to `kept`, so that the log begins there. Gives how many. Throws PoolError `event_log` when the file cannot be changed; nothing is deleted then.
   */
  prune(keep: number, kept: number): number {
    const newest = `SELECT seq FROM events WHERE kind = 'checkpoint' ORDER BY seq DESC LIMIT 1 OFFSET ?`;
    const from = `SELECT MAX(seq) AS seq FROM events WHERE kind = 'checkpoint' AND seq <= (${newest}) AND seq <= ?`;
    try {
      const row = this.db.prepare(from).get(keep, kept);
      if (row?.seq == null) return 0;
      return Number(this.db.prepare('DELETE FROM events WHERE seq < ?').run(row.seq as number).changes);
    } catch (thrown) {
      throw new PoolError('event_log', `old records cannot be pruned from the event log: ${sentence(thrown)}`);
    }
  }

  /** As prune, by size: at most `LIMITS.windowsPrunedAtOnce` steps, each a transaction of its own, so that a kill leaves a log that begins at a checkpoint. */
  pruneTo({ bytes, least, settled, kept }: SizeLimit): number {
    const newest = `SELECT seq FROM events WHERE kind = 'checkpoint' ORDER BY seq DESC LIMIT 1 OFFSET ?`;
    const next = `SELECT seq FROM events WHERE kind = 'checkpoint' AND seq > (SELECT MIN(seq) FROM events)
      AND seq <= (${newest}) AND window <= ? AND seq <= ? ORDER BY seq LIMIT 1`;
    let deleted = 0;
    try {
      for (let step = 0; step < LIMITS.windowsPrunedAtOnce && this.usedBytes > bytes; step++) {
        const row = this.db.prepare(next).get(least, settled, kept);
        if (!row) break;
        deleted += Number(this.db.prepare('DELETE FROM events WHERE seq < ?').run(row.seq as number).changes);
      }
    } catch (thrown) {
      throw new PoolError('event_log', `old records cannot be pruned from the event log: ${sentence(thrown)}`);
    }
    return deleted;
  }

  /** Pages in use: deleted ones are filled again before the file grows. */
  get usedBytes(): number {
    const pragma = (name: string) => Number(this.db.prepare(`PRAGMA ${name}`).get()?.[name]);
    return (pragma('page_count') - pragma('freelist_count')) * pragma('page_size');
  }

  private get end(): LogEnd {
    return { seq: this.lastSeq, hash: this.lastHash };
  }

  /** Leaves one file, but for what the log refused: without a write-ahead log beside it, readers create none either. */
  close(): void {
    this.fence.close(this.end);
    try {
      this.db.exec('PRAGMA busy_timeout=0; PRAGMA journal_mode=DELETE;');
    } catch {
      // A reader has it open: the write-ahead log stays, as after a kill.
    }
    this.db.close();
    this.lock.close();
  }

  /** Nothing is decided between two windows: time to bring the file up to date, as far as readers let it. */
  private moveWal(): void {
    try {
      if (this.db.isOpen) this.db.exec('PRAGMA wal_checkpoint(PASSIVE)');
    } catch {
      // Disk full or busy: all is still in the write-ahead log, and the next window tries again.
    }
  }

  private select(where: string, ...values: number[]): EventRecord[] {
    const rows = this.db.prepare(`SELECT event, hash FROM events ${where}`).all(...values);
    return rows.map((row) => ({ ...JSON.parse(row.event as string), hash: row.hash as string }));
  }
}
