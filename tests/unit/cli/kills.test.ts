import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { test } from 'node:test';
import { killLeaderAt } from '../../../cli/run/kills.ts';
import type { PoolRun } from '../../../cli/run/pool-run.ts';
import type { EventRecord } from '../../../common/events.ts';
import { firstSlot } from '../../../common/slot.ts';

const FIRST = 137_000_000;

/** The part of a run that a kill needs, with a process that stands for each node; `tell` is the emitter's log. */
function fakeRun(t: { after(fn: () => void): void }) {
  const node = spawn('sleep', ['60']);
  t.after(() => node.kill('SIGKILL'));
  const listeners = new Set<(record: EventRecord) => void>();
  const run = {
    turns: { first: FIRST, round: 2 },
    options: { mode: 'propose' },
    failed: new Promise<never>(() => {}),
    nodeOf: () => ({ name: 'member1', pid: node.pid }),
    onRecord(listener: (record: EventRecord) => void) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  const tell = (type: 'emission' | 'candidate', window: number, slot: number) => {
    const event = { type, slot: firstSlot(window) + slot, signer: '0:aa' };
    for (const listener of [...listeners]) listener({ event } as EventRecord);
  };
  return { run: run as unknown as PoolRun, node, tell };
}

test('a window before the pool’s first full one is left alone: nobody would count what the kill costs', async (t) => {
  const { run, node, tell } = fakeRun(t);
  const killing = killLeaderAt(run, 11, 'KILL', () => {});
  const ended = new Promise((resolve) => node.once('exit', (_, signal) => resolve(signal)));
  tell('emission', FIRST - 2, 11);
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(node.killed || node.signalCode !== null, false);
  tell('emission', FIRST, 10);
  tell('emission', FIRST, 11);
  assert.equal(await ended, 'SIGKILL');
  tell('candidate', FIRST + 2, 0);
  const kill = await killing;
  assert.deepEqual(kill, { window: FIRST, slot: 11, member: 'member1', recoveryMs: null });
});
