import assert from 'node:assert/strict';
import { test } from 'node:test';
import { firstSlot, slotTime } from '../../../common/slot.ts';
import { CUT_MS, cutOf, PATIENCE_MS, readyAt, SLACK_MS, type Told } from '../../../oracle/logs/ready.ts';
import { cases, fc } from '../../support/property.ts';
import { WINDOW } from './support/events.ts';

const END = slotTime(firstSlot(WINDOW + 1));
const signed = (after: number): Told => ({ as: 'signed', arrivedAt: END + after });

test('a window is ready at once when all logs have it, else when the cut is over', () => {
  assert.equal(readyAt(WINDOW, [signed(2000), signed(3000)]), 0);
  assert.equal(readyAt(WINDOW, [signed(2000), { as: 'unsigned' }]), END + CUT_MS + SLACK_MS);
  assert.equal(readyAt(WINDOW, [signed(2000), { as: 'broken' }]), END + CUT_MS + SLACK_MS);
  assert.equal(readyAt(WINDOW, [signed(2000), { as: 'away' }]), END + PATIENCE_MS + SLACK_MS);
  assert.equal(readyAt(WINDOW, [{ as: 'unsigned' }]), Number.POSITIVE_INFINITY);
  assert.equal(readyAt(WINDOW, [signed(70_000), { as: 'unsigned' }]), END + 4 * CUT_MS + SLACK_MS);
});

test('which logs make a window is the same whenever an oracle looks once it is ready', () => {
  const arrivals = fc.array(fc.integer({ min: -5000, max: 400_000 }), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(arrivals, fc.nat(1_000_000), (after, later) => {
      const all = after.map((ms) => END + ms);
      const here = (now: number) => all.filter((at) => at <= now);
      const made = (seen: number[]) => seen.filter((at) => at <= cutOf(WINDOW, seen)).sort();
      const told = (now: number) =>
        all.map((at): Told => (at <= now ? { as: 'signed', arrivedAt: at } : { as: 'unsigned' }));
      const looks = [...all, END + CUT_MS, END + CUT_MS + SLACK_MS, END + later];
      for (const now of looks) if (now >= readyAt(WINDOW, told(now))) assert.deepEqual(made(here(now)), made(all));
    }),
    cases(300),
  );
});
