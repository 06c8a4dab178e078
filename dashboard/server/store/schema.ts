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
`;

/** Of the tables above; a file of another one is not read. */
export const SCHEMA_VERSION = 1;
