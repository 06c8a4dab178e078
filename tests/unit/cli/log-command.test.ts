import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, test } from 'node:test';
import { CSV_HEADER } from '../../../cli/log/export.ts';
import { canonicalJson } from '../../../common/canonical.ts';
import { EVENT_VERSION, GENESIS_HASH, type PoolEvent, recordHash } from '../../../common/events.ts';
import { SqliteStore } from '../../../emitter/log/store.ts';
import { windowEvents } from '../../support/events.ts';
import { forge, recordsOf } from '../../support/log-forge.ts';
import { writeLog } from '../../support/log-world.ts';
import type { MemberPlan, World } from '../../support/select-world.ts';

const dir = mkdtempSync(path.join(tmpdir(), 'bppool-logcli-'));
after(() => rmSync(dir, { recursive: true, force: true }));

const MAIN = path.join(import.meta.dirname, '../../../cli/main.ts');

function pool(...args: string[]): { code: number | null; stdout: string; stderr: string } {
  const options = { cwd: dir, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 } as const;
  const node = ['--disable-warning=ExperimentalWarning', MAIN, 'log', ...args];
  const { status: code, stdout, stderr } = spawnSync(process.execPath, node, options);
  return { code, stdout, stderr };
}

const steady: MemberPlan = {
  ...{ gain: 50, latency: 10, jitter: [], misses: false, confirmed: 12 },
  busy: new Array(12).fill(true),
};
const world: World = {
  members: [steady, { ...steady, latency: 30 }],
  ...{ failures: [], windows: 2, parentLateMs: -600, cpuUs: 300, nextLateMs: 0 },
};
const good = path.join(dir, 'good.sqlite');
writeLog(good, world);
const records = recordsOf(good);

test('verify: a good log, in the five fields, a sentence, exit code 0', () => {
  const { code, stdout, stderr } = pool('verify', good);
  assert.equal(code, 0);
  assert.deepEqual(JSON.parse(stdout), { records: records.length, windows: 2, open: 0, ok: true, firstBad: null });
  assert.match(stderr, /is good: \d+ records, 24 decisions computed again.*signed footer\n$/);
});

test('verify: an open tail is said', () => {
  const file = path.join(dir, 'cut.sqlite');
  writeLog(file, world, { cut: true });
  const { code, stdout, stderr } = pool('verify', file);
  assert.equal(code, 0);
  assert.equal(JSON.parse(stdout).open, 1);
  assert.match(stderr, /its tail is open/);
});

test('verify and replay: a wrong log, its first bad record, exit code 1', () => {
  const file = path.join(dir, 'wrong.sqlite');
  copyFileSync(good, file);
  const db = new DatabaseSync(file);
  db.exec(`UPDATE events SET event = replace(event, '"slot":', '"slot":1') WHERE seq = 20`);
  db.close();
  const { code, stdout, stderr } = pool('verify', file);
  assert.equal(code, 1);
  const { ok, firstBad } = JSON.parse(stdout);
  assert.deepEqual([ok, firstBad], [false, 20]);
  assert.match(stderr, /record 20: its hash does not fit\n$/);
  assert.equal(pool('replay', file).code, 1);
  const tested = pool('backtest', file, '--strategy', 'first-delivered');
  assert.deepEqual([tested.code, tested.stdout], [1, '']);
});

test('replay and backtest say what they counted', () => {
  const replayed = pool('replay', good);
  assert.equal(replayed.code, 0);
  const { ok, decisions, closings, inputs } = JSON.parse(replayed.stdout);
  assert.deepEqual([ok, decisions, closings], [true, 24, 2]);
  assert.match(replayed.stderr, new RegExp(`24 decisions and 2 ends of windows follow from ${inputs} inputs`));
  const tested = pool('backtest', good, '--strategy', 'first-delivered');
  assert.equal(tested.code, 0);
  const { strategy, windows, slots, differs, missed } = JSON.parse(tested.stdout);
  assert.deepEqual([strategy, windows, slots, differs, missed], ['first-delivered', 2, 24, 0, 0]);
});

test('export: a line of JSON or CSV for each record, in order', () => {
  const lines = pool('export', good).stdout.trimEnd().split('\n');
  assert.deepEqual(
    lines.map((line) => JSON.parse(line)),
    JSON.parse(JSON.stringify(records)),
  );
  const csv = pool('export', good, '--format', 'csv').stdout.trimEnd().split('\n');
  assert.equal(csv[0], CSV_HEADER);
  assert.equal(csv.length, records.length + 1);
  const window = records.find(({ event }) => event.type === 'window')?.window as number;
  const some = pool('export', good, '--window', String(window)).stdout.trimEnd().split('\n');
  assert.equal(some.length, records.filter((record) => record.window === window).length);
});

test('export: texts with commas, quotes and line ends stay in their cell', () => {
  const file = path.join(dir, 'texts.sqlite');
  const store = new SqliteStore(file, 'process');
  const event: PoolEvent = { type: 'fault', at: 1, code: 'x', text: 'a, "b"\nc' };
  store.append([{ window: null, event }]);
  store.close();
  const { stdout } = pool('export', file, '--format', 'csv');
  const body = stdout.slice(stdout.indexOf('\n') + 1);
  assert.ok(body.includes('"a, ""b""\nc"'), body);
});

function schema(version: number): string {
  const file = path.join(dir, `v${version}.sqlite`);
  copyFileSync(good, file);
  const db = new DatabaseSync(file);
  db.exec(`UPDATE events SET event = replace(event, '"v":${EVENT_VERSION}', '"v":${version}')`);
  db.close();
  return file;
}

const NEWER = new RegExp(
  `schema version ${EVENT_VERSION + 1}, this program reads up to ${EVENT_VERSION}; use a newer version\\n$`,
);

test('one sentence and exit code 1: no file, no log, a newer schema, an unknown strategy', () => {
  const noLog = path.join(dir, 'text');
  writeFileSync(noLog, 'this is no database\n'.repeat(100));
  const newer = schema(EVENT_VERSION + 1);
  const cases: [string[], RegExp][] = [];
  for (const command of [['verify'], ['export'], ['backtest', '--strategy', 'first-delivered']]) {
    cases.push([[...command, path.join(dir, 'missing')], /^pool: there is no event log at .*missing\n$/]);
    cases.push([[...command, noLog], /^pool: .*text is not an event log that can be read: [^\n]*\n$/]);
    cases.push([[...command, newer], NEWER]);
  }
  cases.push([['backtest', good, '--strategy', 'best'], /^pool: strategy "best" is unknown; known are: first-/]);
  cases.push([['backtest', good, '--strategy', 'standby'], /^pool: standby and propose are modes, not strategies: /]);
  cases.push([['verify', dir], /^pool: [^\n]*\n$/]);
  for (const [args, says] of cases) {
    const { code, stderr, stdout } = pool(...args);
    assert.equal(code, 1, args.join(' '));
    assert.match(stderr, says, args.join(' '));
    assert.equal(stderr.trimEnd().split('\n').length, 1, stderr);
    assert.ok(!stdout.includes('true'));
  }
});

test('a log of schema 1 verifies as far as it goes, and replay says why it cannot', () => {
  const file = path.join(dir, 'old.sqlite');
  forge(file, windowEvents(100));
  const db = new DatabaseSync(file);
  let prev = GENESIS_HASH;
  for (const { hash: _, ...body } of recordsOf(file)) {
    const old = { ...body, v: 1, prev };
    prev = recordHash(old);
    db.prepare('UPDATE events SET event = ?, hash = ? WHERE seq = ?').run(canonicalJson(old), prev, old.seq);
  }
  db.close();
  const verified = pool('verify', file);
  assert.deepEqual([verified.code, JSON.parse(verified.stdout).ok], [0, true]);
  assert.match(verified.stderr, /decisions of schema 1, which cannot be computed again/);
  const replayed = pool('replay', file);
  assert.deepEqual([replayed.code, replayed.stdout], [1, '']);
  assert.match(replayed.stderr, /^pool: .*old.sqlite is of schema 1, which has no inputs/);
});

test('what is wrong in the command line is exit code 2', () => {
  for (const args of [
    ['backtest', good],
    ['export', good, '--format', 'xml'],
    ['export', good, '--window', '-1'],
    ['verify', good, '--none'],
  ]) {
    assert.equal(pool(...args).code, 2, args.join(' '));
  }
});

test('each has --help with examples', () => {
  for (const command of ['verify', 'replay', 'backtest', 'export']) {
    const { code, stdout } = pool(command, '--help');
    assert.equal(code, 0);
    assert.match(stdout, new RegExp(`Examples:\n  ./pool log ${command}`));
    assert.match(stdout, /default: "\.pool\/events\.sqlite"/);
  }
  assert.match(pool('copy', '--help').stdout, /Examples:\n {2}\.\/pool log copy/);
});
