import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, describe, test } from 'node:test';
import type { Summary } from '../../../cli/run/summary.ts';
import { EventLogReader } from '../../../common/event-log.ts';
import { firstSlot } from '../../../common/slot.ts';
import { LONG } from '../../support/nats.ts';
import { listens, PoolCommand, processesWith, scratch, until } from '../../support/processes.ts';
import { addresses, hasRunFile, type RunFile, readRunFile } from '../../support/run-file.ts';
import { type Watched, watchRun } from '../../support/watch.ts';

const ORACLES = ['oracle1', 'oracle2', 'oracle3'];
const EMITTERS = ['emitter1', 'emitter2'];

describe('./pool up --emitters 2 --oracles 3 --windows 2 --producers 1', { timeout: 300_000, ...LONG }, () => {
  const cleanups: (() => void)[] = [];
  let command: PoolCommand;
  let dir: string;
  let summary: Summary;
  let run: RunFile;
  let watched: Watched;
  let told: string;
  /** Before a test reads a database, which can leave a file beside it. */
  let left: string[];

  before(async () => {
    dir = path.join(scratch({ after: (fn) => cleanups.push(fn) }), 'run');
    const json = `${dir}.json`;
    const size = ['--emitters', '2', '--oracles', '3', '--windows', '2', '--producers', '1'];
    command = new PoolCommand(['up', ...size, '--json', json, '--dir', dir]);
    await until('run.json', () => hasRunFile(dir) || command.process.exitCode !== null);
    run = readRunFile(dir);
    watched = await watchRun(run, command.ended);
    const { code, stderr } = await command.ended;
    assert.equal(code, 0, stderr);
    told = stderr;
    left = readdirSync(dir);
    summary = JSON.parse(readFileSync(json, 'utf8')) as Summary;
  });
  after(async () => {
    await command.stop();
    for (const cleanup of cleanups) cleanup();
  });

  /** What an emitter let out in the counted windows: slot → id. */
  function emitted(eventLog: string): Map<number, string> {
    const log = new EventLogReader(eventLog);
    const found = new Map<number, string>();
    for (const { id } of summary.windows)
      for (const { event } of log.window(id)) if (event.type === 'emission') found.set(event.slot, event.id);
    log.close();
    return found;
  }

  /** Hash of what an oracle came to for a window, by its own journal. */
  function reported(oracle: string, window: number): string {
    const db = new DatabaseSync(path.join(dir, `oracle-${oracle}.sqlite`), { readOnly: true, timeout: 5000 });
    try {
      return String(db.prepare('SELECT hash FROM windows WHERE window = ?').get(window)?.hash);
    } finally {
      db.close();
    }
  }

  test('all slots are on the final chain', () => {
    const counts = summary.windows.map(({ slots, missed, replaced }) => ({ slots, missed, replaced }));
    assert.deepEqual(counts, Array(2).fill({ slots: 12, missed: 0, replaced: 0 }));
    assert.equal(summary.publicForkSwitches, 0);
  });

  test('of every slot one block is let out, by one emitter or by both', () => {
    const slots = summary.windows.flatMap(({ id }) => Array.from({ length: 12 }, (_, i) => firstSlot(id) + i));
    const [one = new Map(), two = new Map()] = run.emitters.map(({ eventLog }) => emitted(eventLog));
    assert.deepEqual([...new Set([...one.keys(), ...two.keys()])].sort(), slots);
    const both = slots.filter((slot) => one.has(slot) && two.has(slot));
    // One that a busy machine kept from sending has the block from the network before it could; that is the exception.
    assert.ok(both.length > slots.length / 2, `both let out ${both.length} of ${slots.length}`);
    for (const slot of both) assert.equal(one.get(slot), two.get(slot), `slot ${slot}`);
  });

  test('every emitter’s log verifies, and none tells of a leak', { timeout: 60_000 }, async () => {
    assert.deepEqual(
      run.emitters.map(({ account }) => account),
      EMITTERS,
    );
    for (const { eventLog, account } of run.emitters) {
      const { code, stderr } = await new PoolCommand(['log', 'verify', eventLog]).ended;
      assert.equal(code, 0, `${account}: ${stderr}`);
      const log = new EventLogReader(eventLog);
      const types = [...log.all()].map(({ event }) => event.type);
      log.close();
      assert.ok(!types.includes('leak'), account);
    }
  });

  test('three oracles come to equal hashes, two or three post them, and two settle a window', () => {
    for (const { id } of summary.windows) {
      const hashes = ORACLES.map((oracle) => reported(oracle, id));
      assert.equal(hashes[0]?.length, 64);
      assert.equal(new Set(hashes).size, 1, JSON.stringify(hashes));
      // One that comes when the window is settled has nothing to post any more.
      const posted = summary.reports.filter(({ window, hash }) => window === id && hash === hashes[0]);
      assert.ok(new Set(posted.map(({ oracle }) => oracle)).size >= 2, JSON.stringify(posted));
      assert.equal(watched.settled.find(({ window }) => window === id)?.reports, 2);
    }
    assert.deepEqual(watched.oracles, ORACLES);
  });

  test('the founders named every emitter and oracle', () => {
    const named = watched.proposals.filter(({ kind }) => kind === 'role').map(({ subject }) => subject);
    assert.deepEqual(named, [...ORACLES, ...EMITTERS]);
  });

  test('all members are paid the same', () => {
    const paid = summary.payouts.map(({ credited, paid }) => [credited, paid]);
    assert.equal(paid.length, 3);
    assert.equal(new Set(paid.flat()).size, 1, JSON.stringify(paid));
    assert.notEqual(paid[0]?.[0], '0.0000 EOS');
  });

  test('a window is told of in one line', () => {
    for (const { turn } of summary.windows)
      assert.equal(told.match(new RegExp(`window ${turn} \\(id \\d+\\): 12 of 12 slots emitted$`, 'gm'))?.length, 1);
  });

  test('each emitter has a relay node of its own, and the cluster three nodes', () => {
    const pids = [...run.emitters, ...run.nats, ...run.nodes, ...run.oracles].map(({ pid }) => pid);
    assert.equal(new Set(pids).size, 2 + 3 + 1 + 2 + 3 + 3);
    const relays = run.nodes.filter(({ role }) => role === 'relay').map(({ name }) => name);
    assert.deepEqual(
      run.emitters.map(({ relay }) => relay),
      relays,
    );
    assert.equal(run.nats.length, 3);
  });

  test('no process, no port and no stray file is left', async () => {
    assert.deepEqual(processesWith(dir), []);
    for (const address of addresses(run)) assert.equal(await listens(address), false, address);
    const ours =
      /^(clock|dashboard\.sqlite(-lock)?|deploy\.json|devnet\.json|emitter-emitter\d\.key|events-emitter\d\.sqlite(-lock|-store)?|genesis\.json|keys\.json|logs|oracle-oracle\d\.(key|sqlite(-lock)?)|run\.json)$/;
    for (const name of left) assert.match(name, ours);
  });
});
