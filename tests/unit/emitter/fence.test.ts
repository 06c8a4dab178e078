import assert from 'node:assert/strict';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { EventLogReader } from '../../../common/event-log.ts';
import { verifyLog } from '../../../common/verify-log.ts';
import { FenceFile } from '../../../emitter/log/fence-file.ts';
import { lockLog } from '../../../emitter/log/lock.ts';
import { SqliteStore } from '../../../emitter/log/store.ts';
import { decision } from '../../support/events.ts';
import { linesUntilKilled } from '../../support/kill.ts';
import { cases, fc } from '../../support/property.ts';

const dir = mkdtempSync(path.join(tmpdir(), 'bppool-fence-'));
after(() => rmSync(dir, { recursive: true, force: true }));

let files = 0;
const newFile = () => path.join(dir, `${++files}`);
const entry = (slot: number) => ({ window: 1, event: decision(slot) });

function slotsOf(entries: { event: { type: string } }[]): number[] {
  return entries.flatMap(({ event }) => ('slot' in event ? [event.slot as number] : []));
}

/** What the log has, with its chain verified. */
function slotsIn(file: string): number[] {
  const reader = new EventLogReader(file);
  try {
    assert.equal(verifyLog(reader).ok, true);
    return slotsOf(reader.after(0, 1_000_000));
  } finally {
    reader.close();
  }
}

for (const durability of ['process', 'machine']) {
  test(`what was held survives kill -9 right after, once and in order (${durability})`, async () => {
    for (const stopAfter of [1, 2, 3, 4, 5, 8, 40, 41]) {
      const file = newFile();
      const script = path.join(import.meta.dirname, '../../support/hold-forever.ts');
      const last = Number((await linesUntilKilled(script, [file, durability], stopAfter)).at(-1));
      assert.ok(last >= stopAfter);
      new SqliteStore(file, 'process').close();
      const slots = slotsIn(file);
      assert.deepEqual(
        slots,
        slots.map((_, i) => i + 1),
      );
      assert.ok(slots.length >= last, `slot ${last} was told held, the log ends with ${slots.length}`);
    }
  });
}

test('a fence that was cut off at any byte holds what is whole before it', () => {
  const file = newFile();
  const end = { seq: 7, hash: 'ab'.repeat(32) };
  const fence = new FenceFile(file, false);
  const sizes = [0];
  for (const slots of [[1, 2], [3], [4, 5, 6]]) {
    fence.hold(slots.map(entry), end);
    sizes.push(readFileSync(file).length);
  }
  fence.close(end);
  const bytes = readFileSync(file);
  const damaged = newFile();
  for (let length = 0; length <= bytes.length; length++) {
    writeFileSync(damaged, bytes.subarray(0, length));
    const reader = new FenceFile(damaged, false);
    const whole = sizes.filter((size) => size > 0 && size <= length).length;
    assert.equal(reader.held(end).length, [0, 2, 3, 6][whole]);
    reader.close(end);
  }
});

test('any changed byte ends what is held, without a throw', () => {
  const file = newFile();
  const end = { seq: 7, hash: 'ab'.repeat(32) };
  const fence = new FenceFile(file, false);
  for (const slot of [1, 2, 3]) fence.hold([entry(slot)], end);
  const bytes = readFileSync(file);
  const damaged = newFile();
  fc.assert(
    fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] as number) ^ change;
      writeFileSync(damaged, changed);
      const reader = new FenceFile(damaged, false);
      const held = slotsOf(reader.held(end));
      reader.close(end);
      assert.deepEqual(held, [1, 2, 3].slice(0, Math.floor((at * 3) / bytes.length)));
    }),
    cases(300),
  );
  fence.close(end);
});

test('what the log has, or another log, is not held: frames of an earlier turn stay behind the newest ones', () => {
  const file = newFile();
  const fence = new FenceFile(file, false);
  const before = { seq: 3, hash: 'aa'.repeat(32) };
  const now = { seq: 6, hash: 'bb'.repeat(32) };
  for (const slot of [1, 2, 3]) fence.hold([entry(slot)], before);
  fence.hold([entry(4)], now);
  assert.deepEqual(slotsOf(fence.held(now)), [4]);
  assert.deepEqual(fence.held(before), []);
  assert.deepEqual(fence.held({ ...now, hash: 'cc'.repeat(32) }), []);
  fence.close(now);
  assert.ok(existsSync(file), 'what is held stays');
});

test('a longer record than the buffer has room for is held too, with all its characters', () => {
  const file = newFile();
  const end = { seq: 0, hash: '' };
  const fence = new FenceFile(file, false);
  const text = 'é\u2028"😀'.repeat(30_000);
  fence.hold([{ window: null, event: { type: 'fault', at: 1, code: 'x', text } }], end);
  fence.hold([entry(2)], end);
  assert.deepEqual(fence.held(end), [{ window: null, event: { type: 'fault', at: 1, code: 'x', text } }, entry(2)]);
  fence.close(end);
});

test('a log that is copied between a fence and its records brings both into the copy', () => {
  const file = newFile();
  const store = new SqliteStore(file, 'process');
  store.append([entry(1)]);
  store.hold([entry(2)]);
  store.hold([entry(3)]);
  const copy = newFile();
  for (const name of ['', '-wal', '-fence']) copyFileSync(`${file}${name}`, `${copy}${name}`);
  store.append([entry(2), entry(3)]);
  store.close();
  assert.deepEqual([existsSync(`${file}-fence`), existsSync(`${file}-wal`)], [false, false]);
  new SqliteStore(copy, 'process').close();
  assert.deepEqual(slotsIn(copy), [1, 2, 3]);
  assert.deepEqual(slotsIn(file), [1, 2, 3]);
});

test('a second emitter on one log is refused in one sentence, and let in when the first is gone', () => {
  const file = newFile();
  const store = new SqliteStore(file, 'process');
  assert.throws(() => lockLog(file, 0), {
    code: 'event_log',
    message: /another emitter writes the event log .*: stop it, or set/,
  });
  store.close();
  lockLog(file, 0).close();
});
