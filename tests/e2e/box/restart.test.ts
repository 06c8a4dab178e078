import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Replay } from '../../../cli/log/replay.ts';
import { EventLogReader } from '../../../common/event-log.ts';
import { firstSlot, lastSlot, slotInWindow, slotTime, windowOf } from '../../../common/slot.ts';
import { verifyLog } from '../../../common/verify-log.ts';
import { blocksBetween } from '../../experiments/lab/chain.ts';
import { Box } from '../../support/box.ts';
import { LONG } from '../../support/nats.ts';
import { until } from '../../support/processes.ts';

const box = new Box();

/** Slots for which two different (id, signer) were decided without a rescue that replaces the first. */
function decidedTwice(): number[] {
  const decided = new Map<number, { id: string; signer: string }>();
  const replaced = new Set<string>();
  const twice: number[] = [];
  for (const { event } of box.eventsAfter(0)) {
    if (event.type !== 'decision') continue;
    for (const id of event.replaces) replaced.add(id);
    const before = decided.get(event.slot);
    const same = before?.id === event.id && before.signer === event.signer;
    if (before && !same && !replaced.has(before.id)) twice.push(event.slot);
    decided.set(event.slot, event);
  }
  return twice;
}

/** A block that a member makes next is here within a slot, what is asked for below it at once. */
const KNOWN_MS = 1000;

test('an emitter killed in mid-window comes back, its log goes on, no slot is emitted twice, and none is lost if it is back in time', {
  timeout: 300_000,
}, async () => {
  const from = box.lastSeq;
  const { slot, at } = await box.event(from, 'emission', (event) => slotInWindow(event.slot) === 2);
  const pid = box.run.emitters[0]?.pid as number;
  process.kill(pid, 'SIGKILL');
  await until('another emitter', () => box.run.emitters[0]?.pid !== pid);
  await box.event(from, 'start');
  const back = await box.event(from, 'connection', (event) => event.up && event.signer === null && event.at > at);
  const window = windowOf(slot);
  // The cut window is closed by the new run, and a later one is whole again.
  const cut = await box.event(from, 'window', (event) => event.window === window);
  await box.event(from, 'window', (event) => event.window > cut.window && event.emitted === 12);
  assert.deepEqual(decidedTwice(), []);
  const { pool } = box.run;
  const blocks = await blocksBetween(box.chain, firstSlot(window), lastSlot(window));
  const lost = 12 - blocks.filter(({ producer }) => producer === pool).length;
  const leftMs = slotTime(lastSlot(window)) - back.at;
  process.stderr.write(
    `a member was connected ${back.at - at} ms after the kill, ${leftMs} ms were left: ${lost} lost\n`,
  );
  assert.ok(lost <= (leftMs >= KNOWN_MS ? 0 : 9), `${lost} slots lost with ${leftMs} ms left`);
  if (leftMs >= KNOWN_MS) assert.ok(box.eventsAfter(from).some(({ event }) => event.type === 'asked'));
  const log = new EventLogReader(box.run.eventLog);
  const { ok, why } = verifyLog(log, [new Replay()]);
  assert.deepEqual([ok, why], [true, null]);
  log.close();
});

test('an oracle killed at any moment reports each window once', { timeout: 300_000, ...LONG }, async () => {
  const { dac } = box.run;
  const settled = async () =>
    (await box.chain.rows<{ window: number }>(dac, dac, 'windows')).map(({ window }) => Number(window));
  const before = await settled();
  for (let kills = 0; (await settled()).length < before.length + 1 || kills < 4; kills++) {
    const { pid } = box.run.oracles[0] as { pid: number };
    process.kill(pid, 'SIGKILL');
    await until('another oracle', () => box.run.oracles[0]?.pid !== pid);
    // Longer than the supervisor takes for hasty, so that it goes on starting it.
    await new Promise((resolve) => setTimeout(resolve, 5500));
  }
  const windows = await settled();
  assert.deepEqual(windows, [...new Set(windows)]);
  const seats = await box.chain.rows<{ shares: number; closing: number }>(dac, dac, 'seats');
  for (const { shares, closing } of seats) assert.ok(shares + closing <= windows.length);
});
