import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { newSlot } from '../../../dashboard/server/grid/state.ts';
import { Feed } from '../../../dashboard/server/live/feed.ts';
import { ColumnStore } from '../../../dashboard/server/store/columns.ts';
import { openPageFile } from '../../../dashboard/server/store/database.ts';
import { windowEvents } from '../../support/events.ts';
import { scratch } from '../../support/processes.ts';
import { FakeEmitter } from './support/fake-emitter.ts';

const KEEP = { windows: 10_000, details: 1000 };

test('a step is whole or not there: a write that fails leaves slots, cursor and number as they were, and comes again', (t) => {
  const file = openPageFile(path.join(scratch(t), 'page.sqlite'), 'poolbp');
  t.after(() => file.close());
  const store = new ColumnStore(file.db, KEEP);
  const feed = new Feed(store);
  const emitter = new FakeEmitter();
  for (const { window, event } of windowEvents(100)) emitter.say(event, window);
  for (const record of emitter.records)
    feed.take('emitter1', record, { seq: record.seq, hash: record.hash, notices: [] });
  file.db.exec(`CREATE TRIGGER full BEFORE INSERT ON emitters BEGIN SELECT RAISE(ABORT, 'disk full'); END`);
  assert.throws(() => feed.write(), /disk full/);
  assert.deepEqual([store.change, store.cursor('emitter1').seq, store.before(9999, 99).length], [0, 0, 0]);
  file.db.exec('DROP TRIGGER full');
  feed.write();
  assert.deepEqual([store.change, store.cursor('emitter1').seq, store.before(9999, 99).length], [1, 37, 12]);
});

test('what is older than the windows to keep goes, details before columns', (t) => {
  const file = openPageFile(path.join(scratch(t), 'page.sqlite'), 'poolbp');
  t.after(() => file.close());
  const store = new ColumnStore(file.db, { windows: 4, details: 2 });
  for (let window = 0; window < 50; window++) {
    const slots = Array.from({ length: 12 }, (_, k) => {
      const state = newSlot(window * 12 + k);
      const seen = { emitter: 'e', row: 0, member: 'ann', signer: '0:aa', id: 'ab', at: 0, bytes: 1, transactions: 0 };
      state.seen.push({ ...seen, verdict: 'valid', reason: null, via: null });
      return state;
    });
    store.write({ slots, cursors: [], rows: [] });
  }
  const kept = store.before(9999, 9999).map(({ slot }) => slot);
  assert.deepEqual(
    kept,
    Array.from({ length: 48 }, (_, i) => 46 * 12 + i),
  );
  assert.equal(store.slot(46 * 12)?.seen.length, 0);
  assert.equal(store.slot(48 * 12)?.seen.length, 1);
});

test('another pool’s file, and one that is in use, are refused in a sentence', (t) => {
  const name = path.join(scratch(t), 'page.sqlite');
  const file = openPageFile(name, 'poolbp');
  assert.throws(() => openPageFile(name, 'poolbp'), /another process uses the page's file/);
  file.close();
  assert.throws(
    () => openPageFile(name, 'otherbp'),
    /is of pool poolbp, and this is pool otherbp; move it away or set DASHBOARD_DB$/,
  );
  assert.throws(
    () => openPageFile('/proc/none/page.sqlite', 'poolbp'),
    /the page's file \/proc\/none\/page.sqlite cannot be made/,
  );
});
