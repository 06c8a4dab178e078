import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { decisionsOf } from '../../../cli/chaos/logs.ts';
import { Scene } from '../../../cli/chaos/scene.ts';
import { Replay } from '../../../cli/log/replay.ts';
import { nextRecord } from '../../../cli/run/next-record.ts';
import type { Mode } from '../../../cli/run/options.ts';
import { PoolRun } from '../../../cli/run/pool-run.ts';
import { measureWindow } from '../../../cli/run/summary.ts';
import { EventLogReader } from '../../../common/event-log.ts';
import type { EventRecord, PoolEvent } from '../../../common/events.ts';
import { lastSlot, slotInWindow, slotTime, windowOf } from '../../../common/slot.ts';
import { verifyLog } from '../../../common/verify-log.ts';
import { decide } from '../../../deploy/govern.ts';
import { chooseBy } from '../../../deploy/motions.ts';
import { eventually } from '../../../devnet/wait.ts';

/** A pool in standby mode whose members vote on the mode, and whose emitter is killed. */
const dir = mkdtempSync(path.join(tmpdir(), 'bppool-standby-'));
const run = new PoolRun(
  {
    ...{ dir, members: 3, producers: 1, oracles: 1, strategy: 'first-delivered' },
    ...{ mode: 'standby', seed: 8, restart: 'members' },
  },
  (text) => process.stderr.write(`${text}\n`),
);

let scene: Scene;

before(
  async () => {
    await run.start();
    scene = await Scene.open(run);
  },
  { timeout: 240_000 },
);
after(async () => {
  await scene?.close();
  await run.stop();
  if (!process.env.POOL_KEEP_BOX) rmSync(dir, { recursive: true, force: true });
});

const WAIT_MS = 120_000;

function records(from = 0): EventRecord[] {
  const log = new EventLogReader(run.emitters[0]?.eventLog ?? '');
  try {
    return log.after(from, 1_000_000);
  } finally {
    log.close();
  }
}

/** Events of a type in a window, by the emitter's log. */
function eventsOf<T extends PoolEvent['type']>(window: number, type: T): Extract<PoolEvent, { type: T }>[] {
  return records().flatMap(({ event, window: of }) =>
    of === window && event.type === type ? [event as Extract<PoolEvent, { type: T }>] : [],
  );
}

const metrics = (window: number) =>
  eventually(`window ${window} to be irreversible`, () => measureWindow(run, window), WAIT_MS, 500);

async function untilClosed(wanted: (window: number) => boolean): Promise<number> {
  const { event } = await nextRecord(run, (record) => record.event.type === 'window' && wanted(record.event.window));
  return event.type === 'window' ? event.window : 0;
}

/** Has the members vote the mode through; gives the contract's first window of it. */
async function vote(mode: Mode): Promise<number> {
  const { dac, members, keys } = run.state;
  const chain = run.chain(Object.values(JSON.parse(readFileSync(keys, 'utf8')) as Record<string, string>));
  const voters = members.map(({ account }) => account);
  await decide(chain, dac, voters, [chooseBy('first-delivered', mode)]);
  const [row] = await chain.rows<{ from_window: number }>(dac, dac, 'strategy');
  return Number(row?.from_window);
}

/** A window of the pool's as it should be in a mode: whole, and made by one or proposed by all. */
async function checkWindow(window: number, mode: Mode): Promise<void> {
  const measured = await metrics(window);
  const { emitted, missed, replaced } = measured;
  assert.deepEqual({ mode: measured.mode, emitted, missed, replaced }, { mode, emitted: 12, missed: 0, replaced: 0 });
  const makers = new Set(eventsOf(window, 'candidate').map(({ signer }) => signer));
  assert.equal(makers.size, mode === 'standby' ? 1 : 3, `${makers.size} made blocks`);
  assert.ok(
    measured.members.every(({ eligible }) => eligible),
    JSON.stringify(measured.members),
  );
}

test('a vote for propose mode and one back: each from a window’s border on, no slot missed, all members paid', {
  timeout: 300_000,
}, async () => {
  const { first, round } = run.turns;
  await untilClosed((window) => window >= first);
  const modes = new Map<number, Mode>([[first, 'standby']]);
  for (const mode of ['propose', 'standby'] as const) {
    const from = await vote(mode);
    const window = await untilClosed((closed) => closed >= from);
    modes.set(window, mode);
    for (let between = first; between < window; between += round)
      if (!modes.has(between)) modes.set(between, mode === 'propose' ? 'standby' : 'propose');
  }
  for (const [window, mode] of [...modes].sort(([a], [b]) => a - b)) await checkWindow(window, mode);
});

/** A leader's next block is here within a slot after its node has dialled, what is asked for below it at once. */
const KNOWN_MS = 1000;

/** SIGKILL for the emitter right after the pool's block for a slot left; gives the window, and how much of it was left when a node had dialled. */
async function killEmitterAt(slot: number): Promise<{ window: number; leftMs: number }> {
  const { event, seq } = await nextRecord(
    run,
    (record) => record.event.type === 'emission' && slotInWindow(record.event.slot) === slot,
  );
  if (event.type !== 'emission') throw new Error('not an emission');
  run.kill('emitter', 'SIGKILL');
  const killed = event.at;
  const window = windowOf(event.slot);
  await untilClosed((closed) => closed > window);
  const later = records(seq);
  const back = later.find((record) => record.event.type === 'connection' && record.event.up)?.event.at ?? 0;
  process.stderr.write(`emitter killed after slot ${slot}: a member was connected again after ${back - killed} ms\n`);
  return { window, leftMs: slotTime(lastSlot(window)) - back };
}

test('the emitter is killed between two windows: no slot of the next one is missed', { timeout: 200_000 }, async () => {
  const { window } = await killEmitterAt(11);
  const { round } = run.turns;
  assert.equal((await metrics(window)).missed, 0);
  assert.equal((await metrics(window + round)).missed, 0);
});

test('the emitter is killed in mid-window: the leader is asked for what it made meanwhile, and no slot is lost if it is back in time', {
  timeout: 200_000,
}, async () => {
  const { window, leftMs } = await killEmitterAt(4);
  const { missed, replaced, emitted } = await metrics(window);
  process.stderr.write(`${missed} of 12 slots missed\n`);
  assert.ok(missed <= (leftMs >= KNOWN_MS ? 0 : 7), `missed ${missed} with ${leftMs} ms left`);
  assert.equal(replaced, 0);
  assert.ok(emitted >= 5);
  // Who followed before and after it stood by all the while.
  await stoodByAll(window);
  await checkWindow(window + run.turns.round, 'standby');
});

/** Each member that made no block of a window stood by in all its slots, as the oracle measures it, and so is paid. */
async function stoodByAll(window: number): Promise<void> {
  const { members } = await metrics(window);
  const each = members.map(({ name, selected, standby }) => `${name} ${selected}+${standby}`).join(', ');
  process.stderr.write(`window ${window}, blocks + stand-by: ${each}\n`);
  const followers = members.filter(({ selected }) => selected === 0);
  assert.ok(followers.length > 0);
  for (const { standby, eligible } of followers) assert.deepEqual([standby, eligible], [12, true], each);
}

test('never did two members produce in public, and the log of it all holds', () => {
  assert.deepEqual(scene.blocks.emittedTwice(decisionsOf(scene).replaced), []);
  const bySlot = new Map<number, Set<string>>();
  for (const { event } of records())
    if (event.type === 'emission') bySlot.set(event.slot, (bySlot.get(event.slot) ?? new Set()).add(event.signer));
  const standby = new Set(
    records().flatMap(({ event }) => (event.type === 'window' && event.mode ? [event.window] : [])),
  );
  for (const [slot, signers] of bySlot)
    if (standby.has(windowOf(slot))) assert.equal(signers.size, 1, `slot ${slot} has two signers`);
  const { first, round } = run.turns;
  const foreign = records().filter(({ window }) => window !== null && window > first && (window - first) % round !== 0);
  assert.deepEqual(foreign, [], 'nothing is filed under another producer’s window');
  const log = new EventLogReader(run.emitters[0]?.eventLog ?? '');
  const replay = new Replay();
  const { ok, why } = verifyLog(log, [replay]);
  assert.deepEqual({ ok, why }, { ok: true, why: null });
  assert.ok(replay.counts.leads > 0 && replay.counts.starts === 3, JSON.stringify(replay.counts));
  log.close();
});
