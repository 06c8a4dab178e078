import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  firstSlot,
  lastSlot,
  SLOT_MS,
  SLOTS_PER_WINDOW,
  slotAt,
  slotInWindow,
  slotOfTimestamp,
  slotTime,
  windowOf,
} from '../../../common/slot.ts';
import { cases, fc } from '../../support/property.ts';
import { chain } from '../../support/vectors.ts';

const slots = fc.integer({ min: 0, max: 0xffff_ffff });

test('slot 0 is the beginning of the year 2000', () => {
  assert.equal(slotTime(0), Date.UTC(2000, 0, 1));
  assert.equal(slotOfTimestamp('2000-01-01T00:00:00.000'), 0);
  assert.equal(slotOfTimestamp('2000-01-01T00:00:00.500'), 1);
});

test('timestamps with and without a zone letter are UTC', () => {
  assert.equal(slotOfTimestamp('2026-11-23T18:00:00.500Z'), slotOfTimestamp('2026-11-23T18:00:00.500'));
});

test("slots of captured frames are those of the node's timestamps", () => {
  for (const { slot, timestamp } of chain.blocks) assert.equal(slotOfTimestamp(timestamp), slot);
});

test('slotAt is the inverse of slotTime and constant up to the next slot', () => {
  fc.assert(
    fc.property(slots, fc.integer({ min: 0, max: SLOT_MS - 1 }), (slot, ms) => {
      assert.equal(slotAt(slotTime(slot) + ms), slot);
    }),
    cases(2000),
  );
});

test('a window is twelve slots in a row, and its bounds belong to it', () => {
  fc.assert(
    fc.property(slots, (slot) => {
      const window = windowOf(slot);
      assert.ok(firstSlot(window) <= slot && slot <= lastSlot(window));
      assert.equal(lastSlot(window) - firstSlot(window), SLOTS_PER_WINDOW - 1);
      assert.equal(lastSlot(window) + 1, firstSlot(window + 1));
      assert.equal(firstSlot(window) + slotInWindow(slot), slot);
    }),
    cases(2000),
  );
});
