import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isOn } from './blocks.ts';
import { check, emptyTally } from './check.ts';
import { drawPlan, type Plan } from './plan.ts';
import { broken, lines, simulate } from './run.ts';
import { shrink } from './shrink.ts';
import { play } from './world.ts';

const seed = Number(process.env.SIM_SEED ?? 1);
const slots = Number(process.env.SIM_SLOTS ?? (process.env.POOL_DEEP ? 1_000_000 : 8_000));

/** A world in which nothing goes wrong, to be changed by a test. */
const calm: Plan = {
  ...{ seed: 7, others: 3, windows: 6, publicDelayMs: 1, peers: 1, cpuMs: 0.3, faults: [] },
  members: [450, 400, 450].map((effortMs) => ({ skewMs: 0, effortMs, delayMs: 1, jitterMs: 1, busyPercent: 50 })),
};

test(`${slots} pool slots of worlds in which everything goes wrong break no rule`, (t) => {
  const report = simulate(slots, seed, false);
  for (const line of lines(report)) t.diagnostic(line);
  const [first] = report.failures;
  const text = () => `world ${first?.seed}: ${JSON.stringify(first?.violations[0])}`;
  assert.equal(
    report.failures.length,
    0,
    first && `${text()}; node tests/simulator/run.ts --world ${first.seed} shrinks it`,
  );
  assert.ok(report.tally.rescues > 0 && report.tally.switches > 0, 'things did go wrong');
});

test('worlds of which the check once said what was not so break no rule', () => {
  for (const world of [137, 1671, 77_217, 101_575, 101_709, 601_508])
    assert.deepEqual(broken(drawPlan(world, 20)), [], `world ${world}`);
});

test('worlds in which a rescue once left slots empty that another member had blocks for break no rule', () => {
  for (const world of [302_625, 602_844]) assert.deepEqual(broken(drawPlan(world, 20)), [], `world ${world}`);
});

test('a world plays the same way twice', () => {
  const plan = drawPlan(seed + 3, 8);
  const [one, other] = [observe(plan), observe(plan)];
  assert.deepEqual(one, other);
});

test('nothing goes wrong: no slot is missed, nothing is rescued, nobody switches, nobody is poisoned', () => {
  for (let n = 0; n < 20; n++) {
    const { tally, violations } = observe({ ...calm, seed: n });
    assert.deepEqual(violations, []);
    assert.deepEqual([tally.missed, tally.rescues, tally.switches, tally.poisoned], [0, 0, 0, {}]);
  }
});

test('the leader killed after any slot: no slot missed, at most one switch', () => {
  for (let slot = 0; slot < 12; slot++) {
    const faults = [{ kind: 'kill', window: 3, slot, afterMs: -100, who: 'leader', forMs: 20_000 } as const];
    const { tally, violations } = observe({ ...calm, faults });
    assert.deepEqual(violations, []);
    assert.equal(tally.missed, 0, `slot ${slot}`);
    assert.ok(tally.switches <= 1, `slot ${slot}`);
  }
});

test('the emitter dies between decision and emission: a slower member’s block for that slot does not leave instead', () => {
  const slow = calm.members.map((member, m) => ({ ...member, busyPercent: 100, skewMs: m === 0 ? 0 : -250 }));
  const faults = [{ kind: 'crash', window: 3, slot: 0, afterMs: -500, who: 'leader', forMs: 5 } as const];
  const { violations } = observe({ ...calm, members: slow, faults });
  assert.deepEqual(violations, []);
});

test('the emitter is killed in mid-window and back after 0.4 to 1.5 s: no slot is missed, and nobody switches', () => {
  for (const forMs of [400, 1500])
    for (let slot = 0; slot < (forMs === 400 ? 8 : 6); slot++) {
      const faults = [{ kind: 'crash', window: 3, slot, afterMs: -200, who: 'leader', forMs } as const];
      const { tally, violations } = observe({ ...calm, faults });
      assert.deepEqual(violations, []);
      assert.deepEqual([tally.missed, tally.switches], [0, 0], `slot ${slot}, down for ${forMs} ms`);
    }
});

test('the leader dies while the emitter is down: another’s branch takes its place', () => {
  for (let slot = 0; slot < 5; slot++) {
    const at = { window: 3, slot, afterMs: -200, who: 'leader' } as const;
    const faults = [{ ...at, kind: 'kill', forMs: 20_000 } as const, { ...at, kind: 'crash', forMs: 400 } as const];
    const { tally, violations } = observe({ ...calm, faults });
    assert.deepEqual(violations, []);
    assert.equal(tally.missed, 0, `slot ${slot}`);
  }
});

test('a rescue that leaves too late: the network goes on on the replaced blocks, and members get them after all', () => {
  const members = calm.members.map((member) => ({ ...member, effortMs: 450, busyPercent: 100 }));
  const faults = [
    { kind: 'cut', window: 2, slot: 7, afterMs: 176, who: 'leader', forMs: 1564 } as const,
    { kind: 'stall', window: 2, slot: 7, afterMs: 59, who: 0, forMs: 2930 } as const,
  ];
  const played = play({ ...calm, others: 2, peers: 0, members, faults });
  assert.deepEqual(check(played).violations, []);
  const rescued = played.emitted.find(({ effect }) => effect.reason === 'rescue')?.effect;
  const chain = new Set(played.relay.branchFrom(0).map(({ id }) => id));
  assert.ok(rescued && !chain.has(rescued.path[0]?.id ?? ''), 'the rescue lost');
  assert.ok(chain.has(rescued.replaced[0]?.id ?? ''), 'what it was to replace stayed');
  for (const { node } of played.members)
    assert.ok(isOn(node.head, played.relay.root), `${node.settings.name} is on the chain`);
});

test('a member leaks a block with an invalid body before any slot: the window goes on without it', () => {
  const members = calm.members.map((member) => ({ ...member, busyPercent: 100 }));
  for (let slot = 0; slot < 11; slot++) {
    const faults = [{ kind: 'forged', window: 3, slot, afterMs: -700, who: 2, forMs: 0 } as const];
    const { tally, violations } = observe({ ...calm, members, faults });
    assert.deepEqual(violations, []);
    assert.equal(tally.missed, 0, `slot ${slot}`);
  }
});

test('three leaders killed in one window: two rescues, and the window’s rest is missed', () => {
  const members = [...calm.members, ...calm.members].map((member) => ({ ...member, busyPercent: 100 }));
  const kill = { kind: 'kill', window: 3, afterMs: -100, who: 'leader', forMs: 20_000 } as const;
  const { tally, violations } = observe({ ...calm, members, faults: [3, 5, 7].map((slot) => ({ ...kill, slot })) });
  assert.deepEqual(violations, []);
  assert.equal(tally.rescues, 2);
  assert.deepEqual(tally.excused, { 'rescues used up': tally.missed });
});

test('a plan shrinks to what its failure needs', () => {
  const plan = drawPlan(1, 20);
  const kill = plan.faults.find(({ kind }) => kind === 'kill');
  assert.ok(kill);
  const small = shrink(plan, ({ faults }) => faults.some(({ kind, slot }) => kind === 'kill' && slot === kill.slot));
  assert.equal(small.faults.length, 1);
  assert.equal(small.members.length, 1);
  assert.ok(small.windows <= 4);
});

function observe(plan: Plan) {
  const tally = emptyTally();
  const violations = broken(plan, tally);
  return { tally, violations };
}
