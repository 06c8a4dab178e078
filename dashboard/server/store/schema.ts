/** The page's own file. Everything of a step stands in one transaction, so that it can be killed at any moment. */
export const SCHEMA = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS emitters (
    name TEXT PRIMARY KEY,
    seq INTEGER NOT NULL,
    hash TEXT NOT NULL,
    notices TEXT NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS rows (
    place INTEGER PRIMARY KEY,
    account TEXT NOT NULL UNIQUE,
    is_member INTEGER NOT NULL,
    change INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS slots (
    slot INTEGER PRIMARY KEY,
    change INTEGER NOT NULL,
    state TEXT NOT NULL,
    seen BLOB
  ) STRICT;
  CREATE INDEX IF NOT EXISTS slots_by_change ON slots (change);
  CREATE TABLE IF NOT EXISTS windows (
    window INTEGER PRIMARY KEY,
    row TEXT NOT NULL,
    -- its reports were looked for in the blocks
    searched INTEGER NOT NULL DEFAULT 0,
    -- of the report that it was settled with: what lists show of it, and its metrics
    figures TEXT,
    metrics TEXT
  ) STRICT;
  CREATE TABLE IF NOT EXISTS filed (
    window INTEGER NOT NULL,
    oracle TEXT NOT NULL,
    hash TEXT NOT NULL,
    block INTEGER NOT NULL,
    trx TEXT NOT NULL,
    PRIMARY KEY (window, oracle)
  ) STRICT;
  CREATE TABLE IF NOT EXISTS credits (
    account TEXT PRIMARY KEY,
    credited TEXT NOT NULL,
    paid TEXT NOT NULL,
    owed TEXT NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS ledger (
    id INTEGER PRIMARY KEY,
    account TEXT NOT NULL,
    credited TEXT NOT NULL,
    paid TEXT NOT NULL,
    after INTEGER NOT NULL,
    block INTEGER NOT NULL,
    at INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS epochs (
    through INTEGER PRIMARY KEY,
    epoch INTEGER NOT NULL,
    credited TEXT NOT NULL,
    shares INTEGER,
    members TEXT NOT NULL,
    after INTEGER NOT NULL,
    block INTEGER NOT NULL,
    at INTEGER NOT NULL
  ) STRICT;
`;

/** Of the tables above; a file of another one is not read. */
export const SCHEMA_VERSION = 1;
