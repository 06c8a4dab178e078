import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, test } from 'node:test';
import { NatsRecords } from '../../common/nats/records.ts';
import { SqliteStore } from '../../emitter/log/store.ts';
import { windowEvents } from '../support/events.ts';
import { recordsOf } from '../support/log-forge.ts';
import { writeLog } from '../support/log-world.ts';
import { startCluster } from '../support/nats.ts';
import type { MemberPlan, World } from '../support/select-world.ts';

const { cluster, connect } = await startCluster();
const dir = mkdtempSync(path.join(tmpdir(), 'bppool-copy-'));
after(() => rmSync(dir, { recursive: true, force: true }));
const MAIN = path.join(import.meta.dirname, '../../cli/main.ts');

interface Ran {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** `./pool log …`; the cluster's nodes go on meanwhile, and this process with them. */
function pool(...args: string[]): Promise<Ran> {
  const node = ['--disable-warning=ExperimentalWarning', MAIN, 'log', ...args];
  return new Promise((resolve) => {
    execFile(process.execPath, node, { cwd: dir, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr });
    });
  });
}

const steady: MemberPlan = {
  ...{ gain: 50, latency: 10, jitter: [], misses: false, confirmed: 12 },
  busy: new Array(12).fill(true),
};
const world: World = {
  members: [steady, { ...steady, latency: 30 }],
  ...{ failures: [], windows: 3, parentLateMs: -600, cpuUs: 300, nextLateMs: 0 },
};
const good = path.join(dir, 'good.sqlite');
writeLog(good, world);
const records = recordsOf(good);
const place = (emitter: string) => `${cluster.url}/pool/${emitter}`;

test('a log goes to the cluster and back as it was, and verify says the same of all three', async () => {
  const there = await pool('copy', good, place('emitter1'));
  assert.deepEqual([there.code, there.stderr.split('\n').length], [0, 2], there.stderr);
  const { hash } = records.at(-1) ?? {};
  assert.deepEqual(JSON.parse(there.stdout), { records: records.length, before: 0, last: records.length, hash });
  const back = path.join(dir, 'back.sqlite');
  assert.equal((await pool('copy', place('emitter1'), back)).code, 0);
  assert.deepEqual(recordsOf(back), records);
  const said = await Promise.all([good, place('emitter1'), back].map((one) => pool('verify', one)));
  for (const { code, stdout, stderr } of said) {
    assert.equal(code, 0);
    assert.equal(stdout, said[0]?.stdout);
    assert.match(stderr, /is good: .* 36 decisions computed again.*it ends with its signed footer/);
  }
  assert.match(said[1]?.stderr ?? '', new RegExp(`^${place('emitter1')} is good`));
});

test('the same copy again adds nothing, and a log that grew is copied from there on', async () => {
  assert.equal(JSON.parse((await pool('copy', good, place('emitter1'))).stdout).records, 0);
  const grown = path.join(dir, 'grown.sqlite');
  copyFileSync(good, grown);
  const store = new SqliteStore(grown, 'process');
  store.append(windowEvents(999));
  store.close();
  const { records: added, before } = JSON.parse((await pool('copy', grown, place('emitter1'))).stdout);
  assert.deepEqual([added, before], [37, records.length]);
});

test('a copy that would go backwards, or mix two logs, is refused with exit code 1, and changes nothing', async () => {
  const file = path.join(dir, 'other.sqlite');
  const older = await pool('copy', good, place('emitter1'));
  assert.equal(older.code, 1);
  assert.match(older.stderr, /ends with record \d+, and where it should go has \d+: copy the other way\n$/);
  const store = new SqliteStore(file, 'process');
  for (let window = 1; window < 30; window++) store.append(windowEvents(window));
  store.close();
  const mixed = await pool('copy', file, place('emitter1'));
  assert.equal(mixed.code, 1);
  assert.match(mixed.stderr, /record \d+ is another in the store than in this emitter's log/);
  const stream = await NatsRecords.find(await connect(), 'pool', 'emitter1');
  assert.equal((await stream?.last())?.seq, records.length + 37);
});

test('a damaged log is copied up to its damage, and named', async () => {
  const file = path.join(dir, 'damaged.sqlite');
  copyFileSync(good, file);
  const db = new DatabaseSync(file);
  db.exec(`UPDATE events SET event = replace(event, '"slot":', '"slot":1') WHERE seq = 20`);
  db.close();
  const { code, stderr } = await pool('copy', file, place('emitter2'));
  assert.deepEqual([code, stderr], [1, 'pool: record 20 is damaged: its hash does not fit\n']);
});

test('what is not there, and addresses that are none, are refused in one sentence', async () => {
  const refused = async (from: string, to: string, message: RegExp) => {
    const { code, stderr } = await pool('copy', from, to);
    assert.equal(code, 1);
    assert.match(stderr, message);
    assert.equal(stderr.split('\n').length, 2, stderr);
  };
  await refused(place('nobody'), 'x.sqlite', /has no log of an emitter nobody of pool/);
  await refused('missing.sqlite', place('emitter3'), /there is no event log at missing.sqlite/);
  await refused(good, `${cluster.url}/pool`, /nats:\/\/host:port\/POOL\/EMITTER, with both names/);
  await refused(good, `${cluster.url}/pool/a_b`, /"a_b" is no name of an emitter/);
  await refused(good, 'nats://u:secret@127.0.0.1:1/pool/e', /NATS cluster at 127.0.0.1:1 cannot be reached/);
  await refused(good, 'nats://nowhere/pool/e', /nats:\/\/nowhere is no address of a NATS cluster/);
});
