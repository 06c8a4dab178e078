import type { DatabaseSync } from 'node:sqlite';
import type { Alert, AlertKind, AlertLevel } from './alert.ts';

/** More messages of one kind in an hour help nobody: what follows goes out as one. */
export const PER_KIND_AND_HOUR = 6;
const HOUR_MS = 3_600_000;
/** What no receiver took for so long is old news. */
export const GIVEN_UP_MS = 3 * 24 * HOUR_MS;
/** So long an alert that was sent is known, so that it is not told again. */
const KNOWN_MS = 30 * 24 * HOUR_MS;
/** Titles that a summary names. */
const NAMED = 5;

/** held: beyond the rate of its kind; folded: part of a summary that was queued. */
export const OUTBOX_SCHEMA = `
CREATE TABLE IF NOT EXISTS alerts (id TEXT PRIMARY KEY, kind TEXT NOT NULL, at INTEGER NOT NULL, held INTEGER NOT NULL, alert TEXT NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS alerts_by_kind ON alerts (kind, held, at);
CREATE TABLE IF NOT EXISTS alert_sends (
  alert TEXT NOT NULL, target TEXT NOT NULL, tries INTEGER NOT NULL DEFAULT 0, retry_at INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (alert, target)
) STRICT;
CREATE TABLE IF NOT EXISTS conditions (name TEXT PRIMARY KEY, kind TEXT NOT NULL, level TEXT NOT NULL, since INTEGER NOT NULL) STRICT;
`;

/** A state that lasts, as it was last told. */
export interface Condition {
  name: string;
  kind: AlertKind;
  level: AlertLevel;
  since: number;
}

export interface Pending {
  alert: Alert;
  tries: number;
}

/** The alerts that still have to go out, and those that are known already: in the oracle's journal, so that a restart neither loses nor repeats them. */
export class Outbox {
  private readonly db: DatabaseSync;

  constructor(db: DatabaseSync) {
    this.db = db;
  }

  /** Queues an alert for these receivers, once for its id; gives whether it is new. To be called in a transaction. */
  put(alert: Alert, targets: string[]): boolean {
    const { id, kind, at } = alert;
    const held = this.sentSince(kind, at - HOUR_MS) >= PER_KIND_AND_HOUR ? 1 : 0;
    const sql = 'INSERT OR IGNORE INTO alerts (id, kind, at, held, alert) VALUES (?, ?, ?, ?, ?)';
    const isNew = this.db.prepare(sql).run(id, kind, at, held, JSON.stringify(alert)).changes > 0;
    if (isNew && !held) this.queue(id, targets);
    return isNew;
  }

  /** Queues one summary of what was held back of each kind, when its hour has room again. To be called in a transaction. */
  release(now: number, targets: string[]): Alert[] {
    const kinds = this.db.prepare('SELECT DISTINCT kind FROM alerts WHERE held = 1').all() as { kind: AlertKind }[];
    const free = kinds.filter(({ kind }) => this.sentSince(kind, now - HOUR_MS) < PER_KIND_AND_HOUR);
    return free.map(({ kind }) => this.fold(kind, now, targets));
  }

  /** The oldest alert that a receiver may be sent now; null when there is none. */
  next(target: string, now: number): Pending | null {
    const sql = `SELECT alert_sends.tries, alerts.alert FROM alert_sends JOIN alerts ON alerts.id = alert_sends.alert
      WHERE target = ? AND retry_at <= ? ORDER BY at, alerts.rowid LIMIT 1`;
    const row = this.db.prepare(sql).get(target, now) as { tries: number; alert: string } | undefined;
    return row ? { alert: JSON.parse(row.alert) as Alert, tries: row.tries } : null;
  }

  /** It is with the receiver, or given up. */
  done(id: string, target: string): void {
    this.db.prepare('DELETE FROM alert_sends WHERE alert = ? AND target = ?').run(id, target);
  }

  /** It did not get there. `all`: nor will the others before then. */
  failed(id: string, target: string, retryAt: number, all: boolean): void {
    const sql = 'UPDATE alert_sends SET tries = tries + 1, retry_at = ? WHERE alert = ? AND target = ?';
    this.db.prepare(sql).run(retryAt, id, target);
    if (all)
      this.db.prepare('UPDATE alert_sends SET retry_at = MAX(retry_at, ?) WHERE target = ?').run(retryAt, target);
  }

  /** How many wait for any receiver. */
  waiting(): number {
    return Number(this.db.prepare('SELECT COUNT(*) AS count FROM alert_sends').get()?.count);
  }

  /** Forgets what is old, and receivers that are none any more; gives how many alerts nobody took. */
  prune(now: number, targets: string[]): number {
    const marks = targets.map(() => '?').join(', ');
    this.db.prepare(`DELETE FROM alert_sends WHERE target NOT IN (${marks})`).run(...targets);
    const old = 'DELETE FROM alert_sends WHERE alert IN (SELECT id FROM alerts WHERE at < ?)';
    const lost = Number(this.db.prepare(old).run(now - GIVEN_UP_MS).changes);
    const known = 'DELETE FROM alerts WHERE at < ? AND held <> 1 AND id NOT IN (SELECT alert FROM alert_sends)';
    this.db.prepare(known).run(now - KNOWN_MS);
    return lost;
  }

  condition(name: string): Condition | null {
    const row = this.db.prepare('SELECT * FROM conditions WHERE name = ?').get(name);
    return (row as unknown as Condition | undefined) ?? null;
  }

  setCondition({ name, kind, level, since }: Condition): void {
    const sql = 'INSERT OR REPLACE INTO conditions (name, kind, level, since) VALUES (?, ?, ?, ?)';
    this.db.prepare(sql).run(name, kind, level, since);
  }

  endCondition(name: string): void {
    this.db.prepare('DELETE FROM conditions WHERE name = ?').run(name);
  }

  private queue(id: string, targets: string[]): void {
    const put = this.db.prepare('INSERT OR IGNORE INTO alert_sends (alert, target) VALUES (?, ?)');
    for (const target of targets) put.run(id, target);
  }

  private sentSince(kind: AlertKind, at: number): number {
    const sql = 'SELECT COUNT(*) AS count FROM alerts WHERE kind = ? AND held = 0 AND at > ?';
    return Number(this.db.prepare(sql).get(kind, at)?.count);
  }

  private fold(kind: AlertKind, now: number, targets: string[]): Alert {
    const rows = this.db.prepare('SELECT alert FROM alerts WHERE kind = ? AND held = 1 ORDER BY at, rowid').all(kind);
    const held = rows.map(({ alert }) => JSON.parse(alert as string) as Alert);
    const newest = held.at(-1) as Alert;
    const level = held.some((alert) => alert.level === 'critical') ? 'critical' : newest.level;
    const titles = held.slice(-NAMED).map(({ title }) => title);
    const text = `${held.length} more came than the ${PER_KIND_AND_HOUR} that are sent in an hour. The last: ${titles.join('; ')}.`;
    const fields = { count: held.length, of: kind };
    const title = `${held.length} more of the kind ${kind}`;
    // It counts among its kind, so that summaries are no more often than their hour allows.
    const summary: Alert = { id: `${newest.id}/more`, kind, level, title, text, at: now, fields };
    this.db.prepare('UPDATE alerts SET held = 2 WHERE kind = ? AND held = 1').run(kind);
    const sql = 'INSERT OR IGNORE INTO alerts (id, kind, at, held, alert) VALUES (?, ?, ?, 0, ?)';
    this.db.prepare(sql).run(summary.id, kind, now, JSON.stringify(summary));
    this.queue(summary.id, targets);
    return summary;
  }
}
