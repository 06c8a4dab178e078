/**
 * open: has records, no log has closed it; unclosed: and each that was read has closed a later one; seen: a log has closed it; computed: the report is made; sent: a transaction with it is
 * signed and may have left; irreversible: the report is on the chain for good; skipped: never to be reported, see note;
 * disputed: the chain settled another report than this oracle's, see note.
 */
export const WINDOW_STATES = [
  'open',
  'unclosed',
  'seen',
  'computed',
  'sent',
  'irreversible',
  'skipped',
  'disputed',
] as const;
export type WindowState = (typeof WINDOW_STATES)[number];

/** A window's row in the journal. */
export interface WindowRow {
  window: number;
  state: WindowState;
  /** ReportData as JSON, from `computed` on. */
  report: string | null;
  /** The contract's hash of that report. */
  hash: string | null;
  trx: string | null;
  /** Expiration of the transaction, chain time in ms since 1970. */
  expires: number | null;
  /** SignedTransaction as JSON while it can still be needed. */
  signed: string | null;
  /** Hash of the report that the contract settled the window with. */
  settled: string | null;
  /** Refusals so far, and when to try again (ms on the oracle's clock). */
  tries: number;
  retry_at: number;
  /** Since when another oracle's report differs (ms on the oracle's clock), and how often this one's was made anew for that. */
  differs_at: number | null;
  remade: number;
  note: string | null;
}

export const JOURNAL_SCHEMA = `
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS schedules (version INTEGER PRIMARY KEY, producers TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS windows (
  window INTEGER PRIMARY KEY, state TEXT NOT NULL,
  report TEXT, hash TEXT, trx TEXT, expires INTEGER, signed TEXT, settled TEXT,
  tries INTEGER NOT NULL DEFAULT 0, retry_at INTEGER NOT NULL DEFAULT 0, note TEXT,
  differs_at INTEGER, remade INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX IF NOT EXISTS windows_by_state ON windows (state, window);
CREATE TABLE IF NOT EXISTS logs (log TEXT PRIMARY KEY, seq INTEGER NOT NULL, hash TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS log_windows (
  window INTEGER NOT NULL, log TEXT NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL, newest TEXT NOT NULL,
  decisions INTEGER NOT NULL, closed INTEGER NOT NULL, root TEXT, arrived INTEGER, PRIMARY KEY (window, log)
) STRICT;
`;

/** A journal of the time when an oracle read one log: what it says of windows stays, and the log is verified again from its start. */
export const JOURNAL_OF_ONE_LOG = `
ALTER TABLE windows DROP COLUMN digest;
ALTER TABLE windows DROP COLUMN decisions;
ALTER TABLE windows ADD COLUMN differs_at INTEGER;
ALTER TABLE windows ADD COLUMN remade INTEGER NOT NULL DEFAULT 0;
DELETE FROM windows WHERE state IN ('open', 'seen');
DELETE FROM meta WHERE name IN ('seq', 'hash');
`;

/** A journal of the time when a window's records were hashed once more by themselves: the logs are verified again from their starts. */
export const JOURNAL_OF_DIGESTS = `
DROP TABLE log_windows;
DELETE FROM logs;
`;
