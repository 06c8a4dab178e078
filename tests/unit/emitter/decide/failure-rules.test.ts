import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connectNodes } from '../../../../common/nats/connection.ts';
import { lastSlot, slotTime } from '../../../../common/slot.ts';
import { Fleet, type FleetPlan, type Strike } from '../../../support/fleet-world.ts';
import { poolWindow } from '../../../support/select-world.ts';

/** Two windows of 12. */
const ALL = 24;
const SEEDS = 25;

/** Two emitters and three members, in as many worlds; each is told what is wrong in it, and nothing is. */
async function worlds(strikes: Strike[], more: Partial<FleetPlan> = {}): Promise<Fleet[]> {
  const fleets: Fleet[] = [];
  for (let seed = 1; seed <= SEEDS; seed++) {
    const shape = {
      emitters: 2,
      members: 3,
      windows: 2,
      strategy: 'first-delivered',
      lost: 0,
      slow: 0,
      gaps: 0,
      spread: 20,
    };
    const fleet = new Fleet({ seed, ...shape, strikes, ...more });
    await fleet.run();
    assert.equal(fleet.wrong[0], undefined, `seed ${seed}: ${fleet.wrong.slice(0, 3).join('\n')}`);
    fleets.push(fleet);
  }
  return fleets;
}

const missedOf = (fleets: Fleet[]) => fleets.map(({ slotsSent }) => ALL - slotsSent);
const faultsOf = ({ stations }: Fleet, code: string) =>
  stations.map(({ faults }) => faults.filter((one) => one === code).length);
const none = Array(SEEDS).fill(0);

test('an emitter is killed six times in a window and comes back each time: no slot is missed', async () => {
  for (const from of [303, 340]) {
    const kill = (i: number): Strike => ({ kind: 'kill', emitter: 0, at: from + i * 870, ms: 500 });
    assert.deepEqual(missedOf(await worlds([0, 1, 2, 3, 4, 5].map(kill))), none);
  }
});

test('an emitter is frozen for 5 s and woken in its own window: no slot has two blocks, none is missed, nothing leaves too late', async () => {
  for (const at of [-300, 200, 480])
    assert.deepEqual(missedOf(await worlds([{ kind: 'freeze', emitter: 0, at, ms: 5000 }])), none);
});

test('an emitter that is cut off from the store lets nothing out of its own, the other all; it counts and shouts it', async () => {
  const fleets = await worlds([{ kind: 'partition', emitter: 0, at: -100, ms: 4000 }]);
  assert.deepEqual(missedOf(fleets), none);
  for (const fleet of fleets) {
    const [unsure = 0, other] = faultsOf(fleet, 'store_unsure');
    assert.ok(unsure >= 1, 'it shouted');
    assert.equal(other, 0);
    const own = fleet.sent.filter(
      ({ emitter, at }) => emitter === 'emitter0' && at > fleet.begin && at < fleet.begin + 3900,
    );
    assert.deepEqual(own, []);
  }
});

test('the store without a quorum: nothing leaves, both say so, and both go on by themselves when it is back', async () => {
  const fleets = await worlds([{ kind: 'store', at: 1000, ms: 2000, travel: Number.POSITIVE_INFINITY }]);
  for (const fleet of fleets) {
    const during = fleet.sent.filter(({ at }) => at > fleet.begin + 1005 && at < fleet.begin + 3000);
    assert.deepEqual(during, []);
    assert.ok(
      faultsOf(fleet, 'store_unsure').every((count) => count >= 1),
      'both shouted',
    );
    const after = fleet.sent.filter(({ at }) => at > fleet.begin + 3000 && at < slotTime(lastSlot(poolWindow(0))));
    assert.ok(after.length > 0, 'it went on in the same window');
  }
  assert.deepEqual(missedOf(fleets), none, 'what was due leaves late, and in time for the next producer');
});

for (const [travel, most] of [
  [50, 0],
  [200, 1],
  [400, 6],
  [1000, 12],
] as const)
  test(`a slow store, answers after ${2 * travel} ms for a window: at most ${most} slots are missed, and it goes on after it`, async () => {
    const fleets = await worlds([{ kind: 'store', at: -1000, ms: 7500, travel }]);
    const missed = missedOf(fleets);
    console.log(`answers after ${2 * travel} ms: missed of 12: ${Math.min(...missed)} to ${Math.max(...missed)}`);
    assert.ok(Math.max(...missed) <= most, `${missed}`);
    const second = fleets.map(({ sent }) =>
      sent.filter(({ block: { slot } }) => slotTime(slot) > slotTime(lastSlot(poolWindow(0)))),
    );
    for (const sent of second) assert.equal(new Set(sent.map(({ block: { slot } }) => slot)).size, 12);
  });

for (const off of [-20_000, -400, 400, 20_000])
  test(`an emitter’s clock jumps by ${off} ms and back: one block a slot, and none is missed`, async () => {
    assert.deepEqual(missedOf(await worlds([{ kind: 'clock', emitter: 0, at: 1200, ms: 3000, off }])), none);
  });

test('an emitter’s disk is full: its decisions stand, the other lets their blocks out, and it goes on when there is room', async () => {
  const fleets = await worlds([{ kind: 'disk', emitter: 0, at: 700, ms: 3000 }]);
  assert.deepEqual(missedOf(fleets), none);
  for (const fleet of fleets) {
    const own = fleet.sent.filter(({ emitter }) => emitter === 'emitter0');
    const during = own.filter(({ at }) => at > fleet.begin + 700 && at < fleet.begin + 3700);
    assert.deepEqual(during, [], 'what its log does not have does not leave from here');
    assert.ok(
      own.some(({ at }) => at > fleet.begin + 6000),
      'it lets out again',
    );
  }
});

test('an emitter reaches neither its relay node nor a public peer: the other lets all out', async () => {
  assert.deepEqual(missedOf(await worlds([{ kind: 'unreachable', emitter: 0, at: -100, ms: 6000 }])), none);
});

test('NATS is away when an emitter starts: it says which cluster cannot be reached', async () => {
  await assert.rejects(connectNodes('nats://127.0.0.1:1,127.0.0.1:2', 'one'), {
    code: 'store',
    message: /^the NATS cluster at 127\.0\.0\.1:1 cannot be reached: /,
  });
});
