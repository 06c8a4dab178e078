import assert from 'node:assert/strict';
import { test } from 'node:test';
import { firstSlot, lastSlot } from '../../../common/slot.ts';
import { Frames } from '../../../emitter/relay/frames.ts';

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
