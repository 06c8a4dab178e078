import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Replay } from '../../../../cli/log/replay.ts';
import { Fleet, type FleetPlan, type Strike } from '../../../support/fleet-world.ts';
import { cases, fc } from '../../../support/property.ts';

const WINDOWS = 2;
/** Worlds in a run of everything, and by ./pool test --deep. */
const [WORLDS, STRUCK] = process.env.POOL_DEEP ? [10_000, 2_000] : [400, 100];
const at = fc.integer({ min: -1500, max: 12_000 * WINDOWS });
const ms = fc.integer({ min: 1, max: 7000 });
const emitter = fc.nat(2);
const strike: fc.Arbitrary<Strike> = fc.oneof(
  fc.record({ kind: fc.constantFrom('kill', 'freeze', 'partition', 'disk', 'unreachable'), emitter, at, ms }),
  fc.record({
    kind: fc.constant('store' as const),
    at,
    ms,
    travel: fc.constantFrom(50, 300, 700, Number.POSITIVE_INFINITY),
  }),
  fc.record({
    kind: fc.constant('clock' as const),
    emitter,
    at,
    ms,
    off: fc.constantFrom(-20_000, -3000, -100, 100, 3000, 20_000),
  }),
  fc.record({ kind: fc.constant('member' as const), member: fc.nat(2), at, silent: fc.boolean() }),
);
const calm = { lost: fc.constant(0), slow: fc.constant(0), gaps: fc.constant(0) };
const shape = {
  seed: fc.nat(),
  emitters: fc.integer({ min: 2, max: 3 }),
  members: fc.integer({ min: 2, max: 3 }),
  windows: fc.constant(WINDOWS),
  strategy: fc.constantFrom('first-delivered', 'rotate', 'sticky', 'fullest', 'highest-id'),
  spread: fc.constantFrom(2, 20, 120),
};

async function play(plan: FleetPlan): Promise<Fleet> {
  const fleet = new Fleet(plan);
  await fleet.run();
  for (const { name, file } of fleet.stations) {
    const replay = new Replay();
    for (const record of file.records) {
      const why = replay.take(record);
      if (why !== null) fleet.wrong.push(`${name}’s log, record ${record.seq}: ${why}`);
      if (why !== null) break;
    }
  }
  return fleet;
}

test('emitters that decide together, whatever strikes: one block a slot, decided before it leaves, one sequence, logs that replay', async () => {
  const plan: fc.Arbitrary<FleetPlan> = fc.record({
    ...shape,
    lost: fc.constantFrom(0, 2, 10),
    slow: fc.constantFrom(0, 5, 20),
    gaps: fc.constantFrom(0, 5, 30),
    strikes: fc.array(strike, { maxLength: 4 }),
  });
  const property = fc.asyncProperty(plan, async (plan) => {
    const { wrong } = await play(plan);
    assert.equal(wrong[0], undefined, wrong.slice(0, 5).join('\n'));
  });
  await fc.assert(property, cases(WORLDS));
});

test('no message lost, and one emitter killed, frozen or cut off: no slot is missed', async () => {
  const kind = fc.constantFrom('kill', 'freeze', 'partition', 'disk', 'unreachable');
  const one: fc.Arbitrary<Strike> = fc.record({ kind, emitter, at, ms });
  const plan: fc.Arbitrary<FleetPlan> = fc.record({ ...shape, ...calm, strikes: fc.array(one, { maxLength: 1 }) });
  const property = fc.asyncProperty(plan, async (plan) => {
    const { wrong, slotsSent } = await play(plan);
    assert.equal(wrong[0], undefined, wrong.slice(0, 5).join('\n'));
    assert.equal(slotsSent, 12 * WINDOWS);
  });
  await fc.assert(property, cases(STRUCK));
});
