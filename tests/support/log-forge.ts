import { DatabaseSync } from 'node:sqlite';
import { canonicalJson } from '../../common/canonical.ts';
import { EventLogReader } from '../../common/event-log.ts';
import { chainRecord, type EventRecord, GENESIS_HASH, type PoolEvent } from '../../common/events.ts';
import { SqliteStore } from '../../emitter/log/store.ts';

export interface Entry {
  window: number | null;
  event: PoolEvent;
}

export function recordsOf(file: string): EventRecord[] {
  const log = new EventLogReader(file);
  try {
    return [...log.all()];
  } finally {
    log.close();
  }
}

/** A log with these entries, its chain right: what somebody can make who does not have the key. */
export function forge(file: string, entries: Entry[]): void {
  new SqliteStore(file, 'process').close();
  const db = new DatabaseSync(file);
  const insert = db.prepare('INSERT INTO events (seq, window, kind, event, hash) VALUES (?, ?, ?, ?, ?)');
  let prev = GENESIS_HASH;
  db.exec('BEGIN');
  for (const [i, { window, event }] of entries.entries()) {
    const { hash, ...body } = chainRecord(i + 1, window, event, prev);
    insert.run(i + 1, window, event.type, canonicalJson(body), hash);
    prev = hash;
  }
  db.exec('COMMIT');
  db.close();
}
