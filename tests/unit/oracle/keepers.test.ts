import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PoolError } from '../../../common/errors.ts';
import type { Alarm } from '../../../oracle/alerts/alert.ts';
import { TURN_MS } from '../../../oracle/keeper/keep.ts';
import { cases, fc } from '../../support/property.ts';
import { KeeperWorld, START } from './support/keeper-world.ts';

const HOUR = 3_600_000;

test('a refused step keeps none of the others back; refused again it is told, and tried less and less often', async () => {
  const world = new KeeperWorld(['oracle1']);
  world.refused.add('harvest 1');
  world.orderDue = START;
  world.pass(25 * HOUR);
  await world.look('oracle1');
  assert.deepEqual(world.taken, ['payorder 1']);
  world.pass(60_000);
  await assert.rejects(world.look('oracle1'), { code: 'keeper', message: 'harvest 1 was refused: no CPU' });
  const before = world.tries;
  for (let minute = 0; minute < 120; minute++) {
    world.pass(60_000);
    await world.look('oracle1').catch(() => {});
  }
  assert.ok(world.tries - before < 9, `${world.tries - before} tries in two hours`);
  world.refused.clear();
  world.pass(HOUR);
  await world.look('oracle1');
  assert.equal(world.taken.at(-1), 'harvest 1');
});

test('the first of three keepers does all; the second takes over when it is dead', async () => {
  const world = new KeeperWorld(['oracle1', 'oracle2', 'oracle3']);
  world.pass(25 * HOUR);
  const ranked = world.byRank();
  for (const name of [...ranked].reverse()) await world.look(name);
  assert.deepEqual(world.senders, [ranked[0]]);
  for (const name of ranked) await world.look(name);
  world.pass(25 * HOUR);
  const [, second, third] = world.byRank() as [string, string, string];
  for (let seconds = 0; seconds < 200; seconds += 10) {
    await world.look(third);
    await world.look(second);
    world.pass(10_000);
  }
  assert.deepEqual(world.senders.slice(1), [second]);
  assert.deepEqual(world.taken, ['harvest 1', 'harvest 1']);
});

test('what another keeper did a moment before is no error, whether the node shows it yet or not', async () => {
  const world = new KeeperWorld(['oracle1', 'oracle2']);
  world.pass(25 * HOUR);
  for (const name of ['oracle1', 'oracle2']) await world.look(name).catch(() => {});
  world.pass(TURN_MS + 1);
  world.lag = true;
  // Both send: the second one's node refuses, and shows the old state still.
  for (const name of ['oracle1', 'oracle2']) await world.look(name);
  world.lag = false;
  world.pass(60_000);
  for (const name of ['oracle1', 'oracle2']) await world.look(name);
  assert.deepEqual(world.taken, ['harvest 1']);
});

test('the alarm is raised at 36 hours, again at 60, and is over with a claim', async () => {
  const held: (string | null)[] = [];
  const alarm: Alarm = { tell: () => {}, hold: (name, notice) => name === 'claim' && held.push(notice?.level ?? null) };
  const world = new KeeperWorld(['oracle1'], alarm);
  world.refused.add('harvest 1');
  for (const hours of [35, 1, 24]) {
    world.pass(hours * HOUR);
    await world.look('oracle1').catch(() => {});
  }
  world.refused.clear();
  world.pass(2 * HOUR);
  await world.look('oracle1');
  await world.look('oracle1');
  assert.deepEqual(held, [null, 'warning', 'critical', 'critical', null]);
});

type Op =
  | { op: 'look'; who: number; kill: 'before' | 'after' | null; answerLost: boolean }
  | { op: 'pass'; ms: number }
  | { op: 'lag'; on: boolean }
  | { op: 'income' };

const op: fc.Arbitrary<Op> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      op: fc.constant('look' as const),
      who: fc.nat(2),
      kill: fc.constantFrom('before' as const, 'after' as const, null, null, null),
      answerLost: fc.boolean(),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ op: fc.constant('pass' as const), ms: fc.integer({ min: 1000, max: 4 * HOUR }) }),
  },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('lag' as const), on: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('income' as const) }) },
);

test('property: whoever dies when, each step takes effect once, rewards are claimed in the end, and live keepers raise no error for each other’s work', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(op, { minLength: 20, maxLength: 80 }), async (ops) => {
      const names = ['oracle1', 'oracle2', 'oracle3'];
      const world = new KeeperWorld(names);
      for (const one of ops) {
        if (one.op === 'pass') world.pass(one.ms);
        if (one.op === 'lag') world.lag = one.on;
        if (one.op === 'income') world.settle();
        if (one.op !== 'look') continue;
        const name = names[one.who] as string;
        world.killAt = one.kill;
        world.answerLost = one.answerLost;
        await world
          .look(name)
          .catch((thrown: unknown) => assert.ok(world.killAt === null || thrown instanceof PoolError));
        world.killAt = null;
        world.answerLost = false;
      }
      // All is well from here on: within an hour everything that is due is done, without a word of error.
      world.lag = false;
      for (let minute = 0; minute < 70; minute++) {
        world.pass(60_000);
        for (const name of names) await world.look(name).catch(() => {});
      }
      const errors: string[] = [];
      for (let minute = 0; minute < 5; minute++) {
        world.pass(60_000);
        for (const name of names) await world.look(name).catch((thrown: Error) => errors.push(thrown.message));
      }
      assert.deepEqual(errors, []);
      assert.deepEqual(world.doubles, [], 'the contract took a step twice');
      assert.deepEqual(world.due(), []);
    }),
    cases(60),
  );
});
