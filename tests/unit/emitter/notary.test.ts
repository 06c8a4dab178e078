import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, mock, test } from 'node:test';
import { canonicalJson } from '../../../common/canonical.ts';
import { EventLogReader } from '../../../common/event-log.ts';
import { type EventRecord, type PoolEvent, type RunStart, recordHash } from '../../../common/events.ts';
import { endDigest, receiptDigest, rootDigest } from '../../../common/log-proof.ts';
import { fromPlain, toPlain } from '../../../common/plain.ts';
import { isSignedBy } from '../../../common/signature.ts';
import { type VerifiedLog, verifyLog } from '../../../common/verify-log.ts';
import { windowRoot } from '../../../common/window-root.ts';
import { Journal } from '../../../emitter/log/journal.ts';
import { Notary } from '../../../emitter/log/notary.ts';
import { SqliteStore } from '../../../emitter/log/store.ts';
import { windowEvents } from '../../support/events.ts';
import { recordsOf } from '../../support/log-forge.ts';
import { CHAIN, logKey } from '../../support/log-world.ts';
import { cases, fc } from '../../support/property.ts';

const dir = mkdtempSync(path.join(tmpdir(), 'bppool-notary-'));
after(() => rmSync(dir, { recursive: true, force: true }));

let files = 0;
function newFile(): string {
  return path.join(dir, `${++files}.sqlite`);
}

const key = logKey();
const run: RunStart = {
  ...{ pool: 'pool', dac: 'dac', chain: CHAIN, software: 'test' },
  ...{ strategies: { 'first-delivered': 1 }, config: {}, logKey: key.id },
};

interface Writer {
  store: SqliteStore;
  journal: Journal;
  notary: Notary;
  /** Time passes for the notary, until it has nothing more to do. */
  pass(): void;
  tell(window: number, end?: boolean): void;
}

function writer(file: string, keepWindows = 0, by = key): Writer {
  const store = new SqliteStore(file, 'process');
  const saw = (records: EventRecord[]) => notary.saw(records);
  const onFault = (text: string) => {
    throw new Error(text);
  };
  const journal = new Journal(store, saw, onFault);
  const state = { window: null, lastWindow: 0, seen: new Set(['a']) };
  const signing = { key: by, store, keepWindows };
  const notary = new Notary(signing, { run, journal, now: () => 5, state: () => state, onFault });
  journal.tell(null, { type: 'start', at: 1, ...run });
  notary.catchUp();
  const pass = () => {
    for (let i = 0; i < 20; i++) {
      journal.write();
      mock.timers.tick(250);
    }
    journal.write();
  };
  const tell = (window: number, end = true) => {
    state.lastWindow = window;
    for (const { event } of windowEvents(window).slice(0, end ? undefined : -1)) journal.tell(window, event);
    journal.write();
  };
  return { store, journal, notary, pass, tell };
}

mock.timers.enable({ apis: ['setTimeout', 'setImmediate'] });

/** The process ends: what it had planned does not happen. */
function close(store: SqliteStore): void {
  mock.timers.reset();
  mock.timers.enable({ apis: ['setTimeout', 'setImmediate'] });
  store.close();
}

function signedLog(windows = [100, 102]): string {
  const file = newFile();
  const { tell, pass, notary, store } = writer(file);
  for (const window of windows) {
    tell(window);
    pass();
  }
  notary.stop();
  close(store);
  return file;
}

function verified(file: string): VerifiedLog {
  const log = new EventLogReader(file);
  try {
    return verifyLog(log);
  } finally {
    log.close();
  }
}

function ofType<T extends PoolEvent['type']>(file: string, type: T): Extract<PoolEvent, { type: T }>[] {
  return recordsOf(file).flatMap(({ event }) =>
    event.type === type ? [event as Extract<PoolEvent, { type: T }>] : [],
  );
}

test('a clean stop leaves a log that is signed through: receipts, roots, footer', () => {
  const file = signedLog();
  const { records, windows, open, ok, firstBad, signed, unsigned, why } = verified(file);
  assert.deepEqual(
    { windows, open, ok, firstBad, signed, unsigned, why },
    {
      ...{ windows: 2, open: 0, ok: true, firstBad: null },
      ...{ signed: true, unsigned: 0, why: null },
    },
  );
  assert.equal(records, recordsOf(file).length);
});

test('each candidate has one receipt, whose signature anybody can check', () => {
  const file = signedLog();
  const receipts = ofType(file, 'receipts').flatMap((event) => event.receipts);
  const candidates = ofType(file, 'candidate');
  assert.deepEqual(
    receipts.map(({ slot, id, signer, arrivedAt }) => [slot, id, signer, arrivedAt]),
    candidates.map(({ slot, id, signer, at }) => [slot, id, signer, at]),
  );
  for (const receipt of receipts) assert.ok(isSignedBy(receiptDigest(run, receipt), receipt.signature, key.id));
  const [one] = receipts;
  assert.ok(one);
  for (const change of [{ slot: 1 }, { id: 'aa' }, { signer: '0:x' }, { arrivedAt: 1 }]) {
    assert.ok(!isSignedBy(receiptDigest(run, { ...one, ...change }), one.signature, key.id), JSON.stringify(change));
  }
  for (const change of [{ chain: 'ff' }, { pool: 'other' }])
    assert.ok(!isSignedBy(receiptDigest({ ...run, ...change }, one), one.signature, key.id));
});

test('receipts come within a second, at most ten a turn, and not with the candidate itself', () => {
  const file = newFile();
  const { tell, journal, store } = writer(file);
  const count = () => recordsOf(file).flatMap(({ event }) => (event.type === 'receipts' ? event.receipts : [])).length;
  tell(100, false);
  mock.timers.tick(200);
  journal.write();
  assert.equal(count(), 0);
  mock.timers.tick(51);
  journal.write();
  const sizes = () =>
    recordsOf(file).flatMap(({ event }) => (event.type === 'receipts' ? [event.receipts.length] : []));
  assert.deepEqual(sizes(), [10, 2]);
  close(store);
});

test('a window’s root is signed after its end; it is the one that its records have', () => {
  const file = signedLog([100]);
  const [root] = ofType(file, 'root');
  assert.ok(root);
  const records = recordsOf(file).filter(({ window }) => window === 100);
  assert.equal(root.root, windowRoot(records));
  assert.ok(isSignedBy(rootDigest(run, 100, root.root), root.signature, key.id));
  assert.ok(!isSignedBy(rootDigest(run, 101, root.root), root.signature, key.id));
});

test('what a killed run did not come to sign is signed at the next start', () => {
  const file = newFile();
  const killed = writer(file);
  killed.tell(100);
  killed.pass();
  killed.tell(102);
  close(killed.store);
  assert.equal(verified(file).unsigned, 1);
  const next = writer(file);
  next.pass();
  next.notary.stop();
  close(next.store);
  const { ok, unsigned, signed, why } = verified(file);
  assert.deepEqual([ok, unsigned, signed, why], [true, 0, true, null]);
  assert.equal(ofType(file, 'receipts').flatMap(({ receipts }) => receipts).length, 24, 'each once');
  assert.deepEqual(
    ofType(file, 'root').map(({ window }) => window),
    [100, 102],
  );
});

test('a tail without a footer is open; with records after the footer, too', () => {
  const file = newFile();
  const first = writer(file);
  first.tell(100);
  first.pass();
  close(first.store);
  assert.deepEqual([verified(file).open, verified(file).signed, verified(file).ok], [1, false, true]);
  const second = writer(file);
  second.pass();
  second.notary.stop();
  close(second.store);
  assert.deepEqual([verified(file).open, verified(file).signed], [0, true]);
  const third = writer(file);
  third.pass();
  close(third.store);
  assert.deepEqual([verified(file).open, verified(file).signed], [1, false]);
});

test('the footer signs the last record before it', () => {
  const records = recordsOf(signedLog());
  const last = records[records.length - 1] as EventRecord;
  assert.equal(last.event.type, 'end');
  if (last.event.type !== 'end') return;
  assert.ok(isSignedBy(endDigest(run, last.seq - 1, last.prev), last.event.signature, key.id));
});

/** Changes an event and makes all hashes after it right again: only a signature can tell. */
function rehashed(file: string, change: (record: EventRecord) => void): string {
  const copy = newFile();
  copyFileSync(file, copy);
  const records = recordsOf(file);
  const db = new DatabaseSync(copy);
  let prev = records[0]?.prev ?? '';
  for (const record of records) {
    change(record);
    const { hash: _, ...body } = { ...record, prev };
    const hash = recordHash(body);
    db.prepare('UPDATE events SET event = ?, hash = ? WHERE seq = ?').run(canonicalJson(body), hash, record.seq);
    prev = hash;
  }
  db.close();
  return copy;
}

const good = signedLog();
const total = recordsOf(good).length;

test('any record changed, its chain made right again: found by a signature', () => {
  const tampered = fc.integer({ min: 1, max: total });
  fc.assert(
    fc.property(tampered, (seq) => {
      const file = rehashed(good, (record) => {
        if (record.seq === seq) record.event = { ...record.event, at: record.event.at + 1 };
      });
      const { ok, firstBad } = verified(file);
      rmSync(file);
      // The footer's own time is not signed: the one record that nothing comes after.
      assert.equal(ok, seq === total, `record ${seq}`);
      if (!ok) assert.ok((firstBad ?? 0) >= seq, `record ${seq} found at ${firstBad}`);
    }),
    cases(60),
  );
});

test('a log signed with another key than its start names is found', () => {
  const file = newFile();
  const { tell, pass, store } = writer(file, 0, logKey('other'));
  tell(100);
  pass();
  close(store);
  assert.match(verified(file).why ?? '', /is not the log key of its run/);
});

const LIES: [string, PoolEvent['type'], (event: Record<string, unknown>) => void, RegExp][] = [
  ['a root', 'root', (e) => Object.assign(e, { root: 'ff'.repeat(32) }), /signs another root/],
  ['a root’s signature', 'root', (e) => Object.assign(e, { signature: `0:1f${'11'.repeat(64)}` }), /signature is not/],
  ['no signature', 'root', (e) => delete e.signature, /signature is not/],
  [
    'a receipt',
    'receipts',
    (e) => Object.assign((e.receipts as object[])[0] ?? {}, { slot: 7 }),
    /slot 7: .*signature/,
  ],
  ['a time', 'receipts', (e) => Object.assign((e.receipts as object[])[0] ?? {}, { arrivedAt: 7 }), /no candidate/],
  ['no list', 'receipts', (e) => Object.assign(e, { receipts: 5 }), /cannot be read/],
  ['the footer’s signature', 'end', (e) => Object.assign(e, { signature: 7 }), /signature is not/],
];

for (const [name, type, change, says] of LIES) {
  test(`a lie in ${type}: ${name}`, () => {
    const file = rehashed(good, ({ event }) => {
      if (event.type === type) change(event as unknown as Record<string, unknown>);
    });
    const { ok, why } = verified(file);
    assert.equal(ok, false);
    assert.match(why ?? '', says);
  });
}

test('old windows are pruned up to a checkpoint, from which the log verifies', () => {
  const file = newFile();
  const { tell, pass, notary, store } = writer(file, 2);
  for (let window = 100; window < 120; window += 2) {
    tell(window);
    pass();
  }
  notary.stop();
  close(store);
  const records = recordsOf(file);
  const { ok, why, windows, open } = verified(file);
  assert.deepEqual([ok, why, windows, open], [true, null, 2, 0]);
  assert.equal(records[0]?.event.type, 'checkpoint');
  assert.ok((records[0]?.seq ?? 0) > 300);
});

function pruned(): string {
  const file = newFile();
  const { tell, pass, notary, store } = writer(file, 2);
  for (let window = 100; window < 110; window += 2) {
    tell(window);
    pass();
  }
  notary.stop();
  close(store);
  return file;
}

test('a log that begins elsewhere than at a checkpoint, or at a changed one, is found', () => {
  const file = pruned();
  const first = recordsOf(file)[0] as EventRecord;
  const cut = newFile();
  copyFileSync(file, cut);
  const db = new DatabaseSync(cut);
  db.prepare('DELETE FROM events WHERE seq = ?').run(first.seq);
  db.close();
  assert.equal(verified(cut).ok, false);
  const lied = rehashed(file, ({ seq, event }) => {
    if (seq === first.seq && event.type === 'checkpoint') event.state = { of: {} };
  });
  assert.match(verified(lied).why ?? '', /signature is not/);
});

test('a restarted emitter does not close windows again whose end was pruned', () => {
  const file = pruned();
  const store = new SqliteStore(file, 'process');
  const event = { type: 'poisoned', at: 1, slot: 1250, id: 'aa', signer: '0:aa', member: null } as const;
  store.append([{ window: 104, event }]);
  assert.deepEqual(store.unclosed(200), []);
  close(store);
});

test('with all windows kept there are no checkpoints', () => {
  assert.deepEqual(ofType(signedLog(), 'checkpoint'), []);
});

test('a plain value is the same value again, Maps, Sets, lists with holes and nested ones included', () => {
  const json = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      fc.constantFrom(null, true, 'x'),
      fc.integer(),
      fc.array(tie('value')),
      fc.dictionary(fc.constantFrom('a', 'map', 'set', 'of', 'hole'), tie('value'), { noNullPrototype: true }),
      fc.array(fc.tuple(fc.integer(), tie('value'))).map((entries) => new Map(entries)),
      fc.array(fc.integer()).map((entries) => new Set(entries)),
    ),
  })).value;
  fc.assert(
    fc.property(json, (value) => {
      const text = JSON.stringify(toPlain(value));
      assert.deepEqual(fromPlain(JSON.parse(text)), value);
    }),
    cases(500),
  );
  const holes: number[] = [];
  holes[2] = 5;
  assert.deepEqual(fromPlain(toPlain(holes)), [undefined, undefined, 5]);
});
