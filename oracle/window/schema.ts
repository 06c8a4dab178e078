/**
 * open: has records, not closed in the log; seen: closed there; computed: the report is made; sent: a transaction with it is
 * signed and may have left; irreversible: the report is on the chain for good; skipped: never to be reported, see note;
 * disputed: the chain settled another report than this oracle's, see note.
 */
export type WindowState = 'open' | 'seen' | 'computed' | 'sent' | 'irreversible' | 'skipped' | 'disputed';

/** A window's row in the journal. */
export interface WindowRow {
  window: number;
  state: WindowState;
  digest: string;
  decisions: number;
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
  note: string | null;
}

export const JOURNAL_SCHEMA = `
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS schedules (version INTEGER PRIMARY KEY, producers TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS windows (
  window INTEGER PRIMARY KEY, state TEXT NOT NULL, digest TEXT NOT NULL, decisions INTEGER NOT NULL,
  report TEXT, hash TEXT, trx TEXT, expires INTEGER, signed TEXT, settled TEXT,
  tries INTEGER NOT NULL DEFAULT 0, retry_at INTEGER NOT NULL DEFAULT 0, note TEXT
) STRICT;
CREATE INDEX IF NOT EXISTS windows_by_state ON windows (state, window);
`;
