import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { firstSlot, lastSlot } from '../../../common/slot.ts';
import { Frames } from '../../../emitter/relay/frames.ts';
import { Spill } from '../../../emitter/relay/spill.ts';

const dir = mkdtempSync(path.join(tmpdir(), 'bppool-frames-'));
after(() => rmSync(dir, { recursive: true, force: true }));

const kept = (slot: number) => ({ slot, frame: Buffer.from('block'), monotonic: 0 });

test('a window’s bytes go when it is closed, with those of windows before it; the next one’s stay', () => {
  const frames = new Frames();
  const slots = { before: lastSlot(9), first: firstSlot(10), last: lastSlot(10), next: firstSlot(11) };
  for (const [key, slot] of Object.entries(slots)) assert.ok(frames.keep(key, kept(slot)));
  assert.equal(frames.keep('first', kept(slots.first)), false);
  frames.prune(10);
  assert.deepEqual(
    Object.keys(slots).filter((key) => frames.get(key)),
    ['next'],
  );
});

const SIZE = 1000;
const block = (i: number) => Buffer.alloc(SIZE, i + 1);

/** Keeps as many blocks, a slot each from `slot` on. */
function keepAll(frames: Frames, slot: number, count: number): string[] {
  const keys = Array.from({ length: count }, (_, i) => `${slot + i}`);
  for (const [i, key] of keys.entries()) frames.keep(key, { slot: slot + i, frame: block(i), monotonic: i });
  return keys;
}

async function turns(): Promise<void> {
  await nextTurn();
  await nextTurn();
}

test('more bytes than the limit: the oldest go to disk, in a later turn, none is lost, and the window is told once', async () => {
  const told: (string | number | null)[] = [];
  const spill = new Spill(path.join(dir, 'candidates-'));
  const frames = new Frames({ bytes: 3 * SIZE, spill, onFull: (...full) => told.push(...full) });
  const keys = keepAll(frames, firstSlot(10), 8);
  assert.deepEqual([frames.bytes, told], [8 * SIZE, []]);
  await turns();
  assert.deepEqual([frames.bytes, frames.spilled], [3 * SIZE, { blocks: 5, bytes: 5 * SIZE }]);
  for (const [i, key] of keys.entries()) assert.deepEqual(frames.get(key)?.frame, block(i));
  assert.deepEqual(told, [10, null]);
  const later = keepAll(frames, firstSlot(11), 2);
  await turns();
  const first = { window: 10, at: 0, bytes: SIZE };
  assert.deepEqual(spill.read(first), block(0));
  frames.prune(10);
  assert.equal(spill.read(first), null);
  assert.deepEqual(
    [...keys, ...later].filter((key) => frames.get(key)),
    later,
  );
  assert.equal(frames.bytes, 2 * SIZE);
  frames.prune(11);
  assert.deepEqual([frames.bytes, readdirSync(dir)], [0, []]);
});

test('a disk that refuses: everything stays in memory, and that is told', async () => {
  const told: (string | number | null)[] = [];
  const spill = new Spill(path.join(dir, 'no', 'such', 'folder-'));
  const frames = new Frames({ bytes: SIZE, spill, onFull: (...full) => told.push(...full) });
  const keys = keepAll(frames, firstSlot(10), 4);
  await turns();
  assert.equal(told[0], 10);
  assert.match(String(told[1]), /ENOENT/);
  assert.equal(told.length, 2);
  for (const [i, key] of keys.entries()) assert.deepEqual(frames.get(key)?.frame, block(i));
  frames.prune(10);
  assert.equal(frames.bytes, 0);
});
