import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { merkleRoot } from '../../../common/canonical.ts';
import { PoolError } from '../../../common/errors.ts';
import { EventLogReader } from '../../../common/event-log.ts';
import {
  chainRecord,
  EVENT_VERSION,
  type EventRecord,
  GENESIS_HASH,
  type PoolEvent,
  recordHash,
} from '../../../common/events.ts';
import { type Verification, verifyLog } from '../../../common/verify-log.ts';
import { windowRoot } from '../../../common/window-root.ts';
import { LIMITS } from '../../../emitter/limits.ts';
import { Journal } from '../../../emitter/log/journal.ts';
import { type EventStore, SqliteStore } from '../../../emitter/log/store.ts';
import { decision, windowEvents } from '../../support/events.ts';
import { linesUntilKilled } from '../../support/kill.ts';
import { MemoryStore } from '../../support/memory-store.ts';
import { cases, fc } from '../../support/property.ts';

const dir = mkdtempSync(path.join(tmpdir(), 'bppool-log-'));
after(() => rmSync(dir, { recursive: true, force: true }));

let files = 0;
function newFile(): string {
  return path.join(dir, `${++files}.sqlite`);
}

/** A log of three windows, the last one open. */
function filled(): string {
  const file = newFile();
  const store = new SqliteStore(file, 'process');
  store.append([{ window: null, event: { type: 'fault', at: 1, code: 'x', text: 'é "quoted" \u2028' } }]);
  store.append(windowEvents(100));
  store.append(windowEvents(102, 3));
  store.append(windowEvents(104).slice(0, -1));
  store.close();
  return file;
}

const good = filled();

function verified(file: string): Verification {
  const reader = new EventLogReader(file);
  try {
    const { records, windows, open, ok, firstBad } = verifyLog(reader);
    return { records, windows, open, ok, firstBad };
  } finally {
    reader.close();
  }
}

function tampered(change: (db: DatabaseSync) => void): string {
  const file = newFile();
  copyFileSync(good, file);
  const db = new DatabaseSync(file);
  change(db);
  db.close();
  return file;
}

/** Detected: told as not good, or refused with a code; never let through, never an unexpected throw. */
function detected(file: string): boolean {
  try {
    return !verified(file).ok;
  } catch (thrown) {
    assert.ok(thrown instanceof PoolError, `an unexpected ${thrown}`);
    return true;
  }
}

const RECORDS = 1 + 37 + 10 + 36;

test('a good log is verified: records, windows, open ones', () => {
  assert.deepEqual(verified(good), { records: RECORDS, windows: 2, open: 1, ok: true, firstBad: null });
});

test('an empty log is good', () => {
  const file = newFile();
  new SqliteStore(file, 'process').close();
  assert.deepEqual(verified(file), { records: 0, windows: 0, open: 0, ok: true, firstBad: null });
});

test('any changed character of any record’s text is found, at that record', () => {
  const row = fc.integer({ min: 1, max: RECORDS });
  fc.assert(
    fc.property(row, fc.nat(), fc.constantFrom('event', 'hash'), (seq, at, column) => {
      const file = tampered((db) => {
        const got = db.prepare(`SELECT ${column} AS text FROM events WHERE seq = ?`).get(seq) as { text: string };
        const i = at % got.text.length;
        const other = got.text[i] === '1' ? '2' : '1';
        const text = got.text.slice(0, i) + other + got.text.slice(i + 1);
        db.prepare(`UPDATE events SET ${column} = ? WHERE seq = ?`).run(text, seq);
      });
      try {
        assert.ok(detected(file), `${column} of ${seq} at ${at}`);
      } finally {
        rmSync(file);
      }
    }),
    cases(400),
  );
});

test('a changed value is found at its record', () => {
  for (const seq of [2, 20, RECORDS]) {
    const file = tampered((db) => {
      db.prepare(`UPDATE events SET event = replace(event, '"at":1', '"at":2') WHERE seq = ?`).run(seq);
    });
    const result = verified(file);
    assert.deepEqual({ ok: result.ok, firstBad: result.firstBad }, { ok: false, firstBad: seq });
  }
});

test('a text that is no JSON any more is found at its record, without a throw', () => {
  for (const text of ['', '{', 'null', '[]', '7']) {
    const file = tampered((db) => db.prepare('UPDATE events SET event = ? WHERE seq = 20').run(text));
    const result = verified(file);
    assert.deepEqual({ ok: result.ok, firstBad: result.firstBad }, { ok: false, firstBad: 20 }, text);
  }
});

for (const [column, value] of [
  ['window', 999],
  ['window', null],
  ['kind', 'candidate'],
  ['seq', 5000],
] as const) {
  test(`a changed ${column} column is found: readers choose by it (${value})`, () => {
    // The closing record of the first window, and a candidate.
    for (const seq of [38, 20, RECORDS]) {
      const file = tampered((db) => db.prepare(`UPDATE events SET ${column} = ? WHERE seq = ?`).run(value, seq));
      const before = new EventLogReader(good);
      const now = new EventLogReader(file);
      const view = (log: EventLogReader) => {
        try {
          return JSON.stringify([log.closedWindows(0), log.window(100)]);
        } catch (thrown) {
          return (thrown as { code: string }).code;
        }
      };
      const same = view(before) === view(now);
      before.close();
      now.close();
      assert.ok(same || detected(file), `seq ${seq}: readers see another log and it verifies`);
    }
  });
}

test('a removed record is found', () => {
  for (const seq of [1, 2, 38, 39, RECORDS - 1]) {
    const result = verified(tampered((db) => db.prepare('DELETE FROM events WHERE seq = ?').run(seq)));
    assert.deepEqual({ ok: result.ok, firstBad: result.firstBad }, { ok: false, firstBad: seq });
  }
});

test('a removed record is found also when the others are numbered anew', () => {
  const file = tampered((db) => {
    db.exec('DELETE FROM events WHERE seq = 20');
    db.exec('UPDATE events SET seq = seq - 1 WHERE seq > 20');
  });
  assert.equal(verified(file).firstBad, 20);
});

test('two records in each other’s place are found', () => {
  const file = tampered((db) => {
    db.exec('UPDATE events SET seq = -1 WHERE seq = 10; UPDATE events SET seq = 10 WHERE seq = 11');
    db.exec('UPDATE events SET seq = 11 WHERE seq = -1');
  });
  assert.equal(verified(file).firstBad, 10);
});

test('a record put in, its hash right, is found', () => {
  const file = tampered((db) => {
    const record = chainRecord(10, 100, decision(1200), GENESIS_HASH);
    const { hash, ...body } = record;
    db.prepare('UPDATE events SET event = ?, hash = ? WHERE seq = 10').run(JSON.stringify(body), hash);
  });
  assert.equal(verified(file).firstBad, 10);
});

test('the hash covers every field of a record, and no order of keys', () => {
  const record = chainRecord(5, 100, decision(1200), GENESIS_HASH);
  const { hash, ...body } = record;
  assert.equal(recordHash(body), hash);
  const changes = [
    { v: EVENT_VERSION + 1 },
    { seq: 6 },
    { window: null },
    { event: decision(1201) },
    { prev: 'ff'.repeat(32) },
  ];
  for (const change of changes) assert.notEqual(recordHash({ ...body, ...change }), hash);
  const event = Object.fromEntries(Object.entries(body.event).reverse()) as unknown as PoolEvent;
  assert.equal(recordHash({ ...body, event }), hash);
});

test('a record of a newer schema is refused with a word on what to do', () => {
  const file = tampered((db) =>
    db.exec(
      `UPDATE events SET event = replace(event, '"v":${EVENT_VERSION}', '"v":${EVENT_VERSION + 1}') WHERE seq = 3`,
    ),
  );
  assert.throws(() => verified(file), { code: 'event_log', message: /newer version/ });
});

test('reopening goes on with the chain', () => {
  const file = newFile();
  const hashes: string[] = [];
  for (let i = 0; i < 5; i++) {
    const store = new SqliteStore(file, i % 2 === 0 ? 'process' : 'machine');
    assert.equal(store.lastSeq, hashes.length);
    for (const { hash, prev } of store.append([{ window: i, event: decision(i) }])) {
      assert.equal(prev, hashes[hashes.length - 1] ?? GENESIS_HASH);
      hashes.push(hash);
    }
    store.close();
  }
  assert.deepEqual(verified(file), { records: 5, windows: 0, open: 5, ok: true, firstBad: null });
});

test('the store gives decisions by window, windows cut off in the middle, and pages', () => {
  const store = new SqliteStore(good, 'process');
  const decisions = store.choices(100);
  assert.equal(decisions.length, 12);
  assert.ok(decisions.every(({ event }) => event.type === 'decision'));
  assert.deepEqual(store.choices(101), []);
  const led = new SqliteStore(newFile(), 'process');
  const lead: PoolEvent = { type: 'lead', at: 1, window: 101, signer: '0:a', member: null, pause: [], failed: '0:b' };
  led.append([{ window: 101, event: lead }]);
  assert.deepEqual(
    led.choices(101).map(({ event }) => event),
    [lead],
  );
  const cut = () => store.unclosed(200).map(({ window, emitted }) => [window, emitted]);
  assert.deepEqual(cut(), [[104, 12]]);
  assert.deepEqual(store.unclosed(104), []);
  assert.equal(store.lastClosed(), 102);
  assert.equal(new SqliteStore(newFile(), 'process').lastClosed(), null);
  assert.deepEqual(
    store.after(3, 4).map(({ seq }) => seq),
    [4, 5, 6, 7],
  );
  for (const { hash, ...body } of store.after(0, 1000)) assert.equal(recordHash(body), hash);
  store.close();
});

test('a window cut off in the middle counts a slot once, also when a rescue changed it', () => {
  const store = new SqliteStore(newFile(), 'process');
  const entries = windowEvents(7).slice(0, -1);
  store.append([...entries, ...entries.slice(0, 9)]);
  assert.deepEqual(
    store.unclosed(8).map(({ window, emitted }) => [window, emitted]),
    [[7, 12]],
  );
  store.close();
});

test('a reader sees appends of a writer that goes on', () => {
  const file = newFile();
  const store = new SqliteStore(file, 'process');
  const reader = new EventLogReader(file);
  for (let i = 1; i <= 3; i++) {
    store.append([{ window: 1, event: decision(i) }]);
    assert.equal(reader.after(0).length, i);
  }
  store.append(windowEvents(7));
  assert.deepEqual(
    reader.closedWindows(0).map(({ window, seq }) => [window, seq]),
    [[7, 40]],
  );
  reader.close();
  store.close();
});

test('after a window’s end the write-ahead log is moved into the file, which a copy of that alone shows', async () => {
  const file = newFile();
  const store = new SqliteStore(file, 'process');
  store.append(windowEvents(7, 3).slice(0, -1));
  await nextTurn();
  await nextTurn();
  const inFile = () => {
    const copy = newFile();
    copyFileSync(file, copy);
    const db = new DatabaseSync(copy, { readOnly: true });
    const tables = db.prepare("SELECT COUNT(*) AS n FROM sqlite_master WHERE name = 'events'").get();
    return tables?.n === 0 ? 0 : db.prepare('SELECT COUNT(*) AS n FROM events').get()?.n;
  };
  assert.equal(inFile(), 0);
  store.append(windowEvents(8));
  await nextTurn();
  await nextTurn();
  assert.equal(inFile(), store.lastSeq);
  store.close();
});

test('window root: over the records up to the closing one; null while open; changed by any of them', () => {
  const reader = new EventLogReader(good);
  const records = reader.window(100);
  assert.equal(reader.window(104).length, 36);
  assert.equal(windowRoot(reader.window(104)), null);
  assert.equal(windowRoot([]), null);
  const root = windowRoot(records);
  assert.equal(root, merkleRoot(records.map(({ hash }) => Buffer.from(hash, 'hex'))).toString('hex'));
  const late = chainRecord(99, 100, decision(1299), GENESIS_HASH);
  assert.equal(windowRoot([...records, late]), root);
  for (let i = 0; i < records.length - 1; i++) assert.notEqual(windowRoot(records.toSpliced(i, 1)), root);
  reader.close();
});

test('a file that is none, or missing, is refused in one sentence', () => {
  assert.throws(() => new EventLogReader(path.join(dir, 'missing')), { code: 'event_log', message: /there is no/ });
  const none = path.join(dir, 'none.sqlite');
  copyFileSync(import.meta.filename, none);
  assert.throws(() => new EventLogReader(none), { code: 'event_log' });
  assert.throws(() => new SqliteStore(none, 'process'), { code: 'event_log' });
  assert.throws(() => new SqliteStore(path.join(dir, 'no', 'such', 'folder.sqlite'), 'process'), {
    code: 'event_log',
    message: /cannot open the event log/,
  });
});

for (const durability of ['process', 'machine']) {
  test(`an append that returned survives kill -9 right after (${durability})`, async () => {
    for (const stopAfter of [1, 7, 40]) {
      const file = newFile();
      const script = path.join(import.meta.dirname, '../../support/append-forever.ts');
      const lines = await linesUntilKilled(script, [file, durability], stopAfter);
      assert.ok(lines.length >= stopAfter);
      const reader = new EventLogReader(file);
      const kept = new Map(reader.after(0, 100_000).map(({ seq, hash }) => [`${seq} ${hash}`, seq]));
      for (const line of lines) assert.ok(kept.has(line), `${line} was told durable and is gone`);
      reader.close();
      assert.equal(verified(file).ok, true);
      const again = new SqliteStore(file, 'process');
      assert.ok(again.lastSeq >= lines.length);
      again.append([{ window: 1, event: decision(1) }]);
      again.close();
      assert.equal(verified(file).ok, true);
    }
  });
}

interface Told {
  written: EventRecord[];
  faults: string[];
  journal: Journal;
}

function journalOf(store: EventStore): Told {
  const told: Omit<Told, 'journal'> = { written: [], faults: [] };
  const journal = new Journal(
    store,
    (records) => told.written.push(...records),
    (text) => told.faults.push(text),
  );
  return { ...told, journal };
}

/** A store on a disk that has room for a few more pages only. */
function nearlyFull(): { store: SqliteStore; file: string; free: () => void } {
  const file = newFile();
  const store = new SqliteStore(file, 'process');
  store.append(windowEvents(1));
  // The limit belongs to a connection: reach the store's own.
  const { db } = store as unknown as { db: DatabaseSync };
  const pages = db.prepare('PRAGMA page_count').get() as { page_count: number };
  db.exec(`PRAGMA max_page_count = ${pages.page_count}`);
  return { store, file, free: () => db.exec('PRAGMA max_page_count = 1000000') };
}

test('a journal that has ended takes nothing more, and lets no decision be made: what it had stays', async () => {
  const store = new SqliteStore(newFile(), 'process');
  const { journal, written } = journalOf(store);
  journal.tell(null, decision(1));
  journal.end();
  journal.tell(null, decision(2));
  assert.equal(journal.fence([{ window: 8, event: decision(3) }]), false);
  await nextTurn();
  assert.deepEqual(
    written.map(({ event }) => event),
    [decision(1)],
  );
  assert.equal(store.lastSeq, 1);
  store.close();
});

test('a full disk: what was held stays, the next fence says no, its decision is forgotten, and later it goes on', () => {
  const { store, file, free } = nearlyFull();
  const { journal, faults, written } = journalOf(store);
  let slot = 100;
  while (journal.fence([{ window: 8, event: decision(slot) }]) && journal.write()) slot++;
  assert.ok(slot < 1000);
  assert.equal(faults.length, 1);
  assert.match(faults[0] ?? '', /event log refused/);
  slot++;
  assert.equal(journal.fence([{ window: 8, event: decision(slot) }]), false);
  assert.equal(faults.length, 2);
  const reader = new EventLogReader(file);
  const slots = reader.window(8).map(({ event }) => event.type === 'decision' && event.slot);
  assert.equal(slots.length, slot - 101);
  free();
  assert.equal(journal.fence([{ window: 8, event: decision(slot + 1) }]), true);
  const after = reader.window(8).map(({ event }) => event.type === 'decision' && event.slot);
  assert.ok(!after.includes(slot), 'a decision that was refused must not be written later');
  assert.ok(after.includes(slot + 1));
  journal.write();
  assert.equal(written.length, slot - 100 + 1);
  assert.ok(after.includes(slot - 1), 'the one that was held before is there');
  reader.close();
  store.close();
  assert.equal(verified(file).ok, true);
});

test('a full disk in the middle of a branch leaves none of it', () => {
  const { store, file, free } = nearlyFull();
  const before = store.lastSeq;
  const many = Array.from({ length: 500 }, (_, i) => ({ window: 9, event: decision(i) }));
  assert.throws(() => store.append(many), { code: 'event_log' });
  assert.equal(store.lastSeq, before);
  free();
  store.append([{ window: 9, event: decision(1) }]);
  store.close();
  assert.deepEqual(verified(file).records, before + 1);
  assert.equal(verified(file).ok, true);
});

class Stubborn extends MemoryStore {
  refuse = false;
  readonly held: PoolEvent[] = [];
  override append(entries: Parameters<MemoryStore['append']>[0]): EventRecord[] {
    if (this.refuse) throw new Error('no room');
    return super.append(entries);
  }
  override hold(entries: Parameters<MemoryStore['hold']>[0]): void {
    if (this.refuse) throw new Error('no room');
    this.held.push(...entries.map(({ event }) => event));
  }
}

function fault(at: number): PoolEvent {
  return { type: 'fault', at, code: 'x', text: '' };
}

test('what was told is written at the end of the turn, in order, in one append', async () => {
  const store = new Stubborn();
  const { journal, written } = journalOf(store);
  for (let at = 0; at < 5; at++) journal.tell(null, fault(at));
  assert.equal(store.events.length, 0);
  await nextTurn();
  await nextTurn();
  assert.deepEqual(
    written.map(({ event }) => event.at),
    [0, 1, 2, 3, 4],
  );
});

test('listeners hear of a fence’s records in a later turn, once and in order: the block leaves first', async () => {
  const { journal, written } = journalOf(new Stubborn());
  journal.tell(null, fault(1));
  journal.fence([{ window: 1, event: decision(5) }]);
  journal.fence([{ window: 1, event: decision(6) }]);
  journal.tell(null, fault(2));
  assert.equal(written.length, 0);
  await nextTurn();
  await nextTurn();
  assert.deepEqual(
    written.map(({ seq, event }) => [seq, event.type]),
    [
      [1, 'fault'],
      [2, 'decision'],
      [3, 'decision'],
      [4, 'fault'],
    ],
  );
});

test('a fence holds what was told before it, then the decision; the log has them at the end of the turn', () => {
  const store = new Stubborn();
  const { journal } = journalOf(store);
  journal.tell(null, fault(1));
  assert.equal(journal.fence([{ window: 1, event: decision(5) }]), true);
  const types = (events: PoolEvent[]) => events.map(({ type }) => type);
  assert.deepEqual(types(store.held), ['fault', 'decision']);
  assert.equal(store.events.length, 0);
  journal.write();
  assert.deepEqual(types(store.events), ['fault', 'decision']);
});

test('a second fence of a turn holds only what is new', () => {
  const store = new Stubborn();
  const { journal } = journalOf(store);
  journal.fence([{ window: 1, event: decision(5) }]);
  journal.tell(null, fault(1));
  journal.fence([{ window: 1, event: decision(6) }]);
  assert.deepEqual(
    store.held.map((event) => (event.type === 'decision' ? event.slot : event.type)),
    [5, 'fault', 6],
  );
});

test('a refused fence keeps the other events for later and forgets the decision', () => {
  const store = new Stubborn();
  const { journal, faults } = journalOf(store);
  store.refuse = true;
  journal.tell(null, fault(1));
  assert.equal(journal.fence([{ window: 1, event: decision(5) }]), false);
  assert.deepEqual(faults, ['no room']);
  store.refuse = false;
  assert.equal(journal.write(), true);
  assert.deepEqual(
    store.events.map(({ type }) => type),
    ['fault'],
  );
});

test('a log that refuses for long does not grow the memory without end, and says what it lost', () => {
  const store = new Stubborn();
  const { journal } = journalOf(store);
  store.refuse = true;
  for (let i = 0; i < 3; i++) {
    for (let at = 0; at < LIMITS.unwrittenEvents; at++) journal.tell(null, fault(at));
    journal.write();
  }
  store.refuse = false;
  journal.write();
  assert.equal(store.events.length, LIMITS.unwrittenEvents + 1);
  assert.deepEqual(store.events[0], { type: 'gap', at: 0, lost: 2 * LIMITS.unwrittenEvents });
  journal.tell(null, fault(1));
  journal.write();
  assert.equal(store.events.length, LIMITS.unwrittenEvents + 2, 'the gap is told once');
});

test('a listener’s failure does not undo a decision that is durable', () => {
  const store = new Stubborn();
  const journal = new Journal(
    store,
    () => {
      throw new Error('a stream broke');
    },
    () => {},
  );
  let fenced = false;
  try {
    fenced = journal.fence([{ window: 1, event: decision(5) }]);
  } catch {
    // A throw is as bad: the block would not leave, and its decision stands.
  }
  assert.equal(store.held.length, 1);
  assert.equal(fenced, true);
  assert.equal(journal.write(), true);
});
