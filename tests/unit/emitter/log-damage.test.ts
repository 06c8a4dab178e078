import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { Replay } from '../../../cli/log/replay.ts';
import { PoolError } from '../../../common/errors.ts';
import { EventLogReader } from '../../../common/event-log.ts';
import { type VerifiedLog, verifyLog } from '../../../common/verify-log.ts';
import { SqliteStore } from '../../../emitter/log/store.ts';
import { decision, windowEvents } from '../../support/events.ts';
import { forge, recordsOf } from '../../support/log-forge.ts';
import { writeLog } from '../../support/log-world.ts';
import { cases, fc } from '../../support/property.ts';
import type { MemberPlan } from '../../support/select-world.ts';

const dir = mkdtempSync(path.join(tmpdir(), 'bppool-damage-'));
after(() => rmSync(dir, { recursive: true, force: true }));

let files = 0;
function newFile(): string {
  return path.join(dir, `${++files}.sqlite`);
}

function verified(file: string): VerifiedLog {
  const log = new EventLogReader(file);
  try {
    return verifyLog(log, [new Replay()]);
  } finally {
    log.close();
  }
}

/** Runs the writer and kills it once it told `appends` times, at a moment of the machine's choosing. */
async function killedAfter(file: string, appends: number): Promise<string[]> {
  const script = path.join(import.meta.dirname, '../../support/append-forever.ts');
  const child = spawn(process.execPath, [script, file, 'process'], { stdio: ['ignore', 'pipe', 'inherit'] });
  let told = '';
  for await (const chunk of child.stdout) {
    told += chunk;
    if (told.split('\n').length > appends) child.kill('SIGKILL');
  }
  return told.split('\n').slice(0, -1);
}

test('a writer killed in a loop: one log, its chain whole, nothing gone that was told', async () => {
  const file = newFile();
  const told: string[] = [];
  for (let round = 0; round < 8; round++) {
    told.push(...(await killedAfter(file, 1 + ((round * 37) % 90))));
    const log = new EventLogReader(file);
    const { ok, why, records } = verifyLog(log);
    assert.ok(ok, `round ${round}: ${why}`);
    assert.ok(records >= told.length);
    log.close();
  }
  const kept = new Set(recordsOf(file).map(({ seq, hash }) => `${seq} ${hash}`));
  assert.ok(told.length > 100, `${told.length}`);
  for (const line of told) assert.ok(kept.has(line), `${line} was told durable and is gone`);
});

const steady: MemberPlan = {
  ...{ gain: 50, latency: 10, jitter: [], misses: false, confirmed: 12 },
  busy: new Array(12).fill(true),
};
const good = newFile();
writeLog(good, {
  members: [steady, { ...steady, latency: 30 }],
  ...{ failures: [], windows: 2, parentLateMs: -600, cpuUs: 300, nextLateMs: 0 },
});
const whole = recordsOf(good);
const main = readFileSync(good);

/** Reading it for another purpose ends in one sentence at the worst. */
function readsOrSays(file: string): void {
  try {
    recordsOf(file);
  } catch (thrown) {
    assert.ok(thrown instanceof PoolError, `an unexpected ${thrown}`);
  }
}

/** Told as wrong, refused in one sentence, or a prefix of what was written: never a crash, never another log. */
function isSafe(file: string, of: string[]): 'refused' | 'wrong' | 'prefix' {
  let result: VerifiedLog;
  try {
    result = verified(file);
  } catch (thrown) {
    assert.ok(thrown instanceof PoolError, `an unexpected ${(thrown as Error).stack}`);
    assert.doesNotMatch(thrown.message, /\n/);
    return 'refused';
  }
  if (!result.ok) {
    assert.doesNotMatch(result.why ?? '', /\n/);
    readsOrSays(file);
    return 'wrong';
  }
  const hashes = recordsOf(file).map(({ hash }) => hash);
  assert.equal(hashes.length, result.records);
  assert.deepEqual(hashes, of.slice(0, hashes.length));
  assert.ok(hashes.length === of.length || result.open > 0, 'a log that was cut off ends signed');
  return 'prefix';
}

function damaged(bytes: Buffer, wal: Buffer | null): string {
  const file = newFile();
  writeFileSync(file, bytes);
  if (wal) writeFileSync(`${file}-wal`, wal);
  return file;
}

function removed(file: string): void {
  for (const end of ['', '-wal', '-shm', '-journal']) rmSync(file + end, { force: true });
}

const hashesOfWhole = whole.map(({ hash }) => hash);

test('the file cut off anywhere', () => {
  const seen = { refused: 0, wrong: 0, prefix: 0 };
  fc.assert(
    fc.property(fc.nat(main.length - 1), (length) => {
      const file = damaged(main.subarray(0, length), null);
      seen[isSafe(file, hashesOfWhole)]++;
      removed(file);
    }),
    cases(120),
  );
  assert.ok(seen.refused + seen.wrong > 100, JSON.stringify(seen));
});

const garble = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 6 });

test('bytes of the file changed anywhere', () => {
  const seen = { refused: 0, wrong: 0, prefix: 0 };
  fc.assert(
    fc.property(garble, (changes) => {
      const bytes = Buffer.from(main);
      for (const [at, value] of changes) bytes[at % bytes.length] = value;
      const file = damaged(bytes, null);
      seen[isSafe(file, hashesOfWhole)]++;
      removed(file);
    }),
    cases(200),
  );
  assert.ok(seen.wrong > 20, JSON.stringify(seen));
});

/** A log as a kill leaves it: the newest records in the write-ahead log beside the file. */
function killed(): { bytes: Buffer; wal: Buffer; hashes: string[] } {
  const file = newFile();
  const store = new SqliteStore(file, 'process');
  store.append(windowEvents(100));
  for (let slot = 1; slot < 40; slot++) store.append([{ window: 102, event: decision(slot) }]);
  const hashes = recordsOf(file).map(({ hash }) => hash);
  const [bytes, wal] = [readFileSync(file), readFileSync(`${file}-wal`)];
  store.close();
  removed(file);
  return { bytes, wal, hashes };
}

function chainOnly(file: string, of: string[]): void {
  const log = new EventLogReader(file);
  try {
    const { ok, records } = verifyLog(log);
    if (!ok) return;
    const hashes = [...log.all()].map(({ hash }) => hash);
    assert.equal(hashes.length, records);
    assert.deepEqual(hashes, of.slice(0, records));
  } finally {
    log.close();
  }
}

test('the write-ahead log cut off anywhere: what is left is a prefix, and the emitter goes on from it', () => {
  const { bytes, wal, hashes } = killed();
  let shorter = 0;
  fc.assert(
    fc.property(fc.nat(wal.length), (length) => {
      const file = damaged(bytes, wal.subarray(0, length));
      try {
        chainOnly(file, hashes);
        const store = new SqliteStore(file, 'process');
        if (store.lastSeq < hashes.length) shorter++;
        store.append([{ window: 102, event: decision(999) }]);
        store.close();
        const log = new EventLogReader(file);
        assert.equal(verifyLog(log).ok, true);
        log.close();
      } catch (thrown) {
        assert.ok(thrown instanceof PoolError, `an unexpected ${thrown}`);
      }
      removed(file);
    }),
    cases(60),
  );
  assert.ok(shorter > 20, `${shorter}`);
});

test('bytes of the write-ahead log changed anywhere: a prefix, or refused', () => {
  const { bytes, wal, hashes } = killed();
  fc.assert(
    fc.property(garble, (changes) => {
      const other = Buffer.from(wal);
      for (const [at, value] of changes) other[at % other.length] = value;
      const file = damaged(bytes, other);
      try {
        chainOnly(file, hashes);
      } catch (thrown) {
        assert.ok(thrown instanceof PoolError, `an unexpected ${thrown}`);
      }
      removed(file);
    }),
    cases(60),
  );
});

test('no records at all, and a log of another making, are told from a good one', () => {
  const file = newFile();
  forge(file, []);
  assert.deepEqual([verified(file).ok, verified(file).records], [true, 0]);
  const other = newFile();
  copyFileSync(good, other);
  assert.ok(existsSync(other));
  assert.equal(isSafe(other, hashesOfWhole), 'prefix');
});
