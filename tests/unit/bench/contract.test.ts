import assert from 'node:assert/strict';
import { test } from 'node:test';
import { requireAllMeasured } from '../../../bench/contract/coverage.ts';
import { brokenLimits } from '../../../bench/contract/limits.ts';
import type { Growth, UsualCost } from '../../../bench/contract/measure.ts';
import { resultTable } from '../../../bench/contract/table.ts';
import { cases, fc } from '../../support/property.ts';

const SIZES = [3, 21, 100];
const TRANSFER_US = 100;

function cost(cpuUs: number, ramBytes = 0, more: Partial<UsualCost> = {}): UsualCost {
  return { cpuUs, ramBytes, lowestCpuUs: cpuUs, medianCpuUs: cpuUs, samples: 39, block: 'called often', ...more };
}

/** A bench in which everything holds, with these actions besides. */
function growth(actions: (members: number) => Record<string, UsualCost>): Growth[] {
  return SIZES.map((members) => {
    const usual = { join: cost(110), vote: cost(100), claim: cost(130), report: cost(300), settle: cost(500) };
    return { members, transferCpuUs: TRANSFER_US, actions: { ...usual, ...actions(members) } };
  });
}

const broken = (actions: (members: number) => Record<string, UsualCost>) => brokenLimits(growth(actions)).join('; ');

test('limits: what is called often costs at most one and a half transfers at 21 members', () => {
  assert.equal(
    broken(() => ({ join: cost(150), vote: cost(150), claim: cost(150) })),
    '',
  );
  assert.match(
    broken((n) => ({ claim: cost(n === 21 ? 151 : 140) })),
    /^claim costs 1.51 transfers at 21 members/,
  );
  assert.match(
    broken(() => ({ join: cost(151) })),
    /^join costs 1.51/,
  );
  assert.match(
    broken(() => ({ vote: cost(151) })),
    /^vote costs 1.51/,
  );
});

test('limits: a window costs at most 5 ms at 100 members', () => {
  const window = (us: number) => (n: number) => ({ report: cost(20 * n), settle: cost((us / 100) * n - 20 * n) });
  assert.equal(broken(window(5000)), '');
  assert.match(broken(window(5001)), /^report and settle cost 5001 us together at 100 members/);
});

test('limits: a bench that has not measured what they are about holds none of them', () => {
  const [small, middle, large] = growth(() => ({}));
  assert.ok(small && middle && large);
  delete middle.actions.claim;
  delete large.actions.settle;
  const found = brokenLimits([small, middle, large]).join('; ');
  assert.match(found, /claim costs Infinity transfers/);
  assert.match(found, /report and settle cost Infinity us/);
});

test('growth: costs and memory on a straight line are allowed, whatever its slope, also below nothing', () => {
  const line = fc.record({ base: fc.integer({ min: 100, max: 2000 }), each: fc.integer({ min: 0, max: 100 }) });
  const bytes = fc.record({ base: fc.integer({ min: -300, max: 3000 }), each: fc.integer({ min: -200, max: 200 }) });
  fc.assert(
    fc.property(line, bytes, fc.constantFrom(5, 13, 39), (cpu, ram, samples) => {
      const some = (n: number) => ({ it: cost(cpu.base + cpu.each * n, ram.base + ram.each * n, { samples }) });
      assert.equal(
        broken((n) => (cpu.each * 100 > 4000 ? {} : some(n))),
        '',
      );
    }),
    cases(500),
  );
});

test('growth: what rises with the square of the members is found, however few the samples', () => {
  for (const samples of [5, 13, 39]) {
    const squared = (n: number) => ({ it: cost(100 + Math.round(n * n * 0.1), 0, { samples }) });
    assert.match(broken(squared), /^it costs 1100 us at 100 members, where 3 and 21 allow/, `${samples} samples`);
    const bytes = (n: number) => ({ it: cost(100, n * n, { samples }) });
    assert.match(broken(bytes), /^it takes 10000 bytes at 100 members/, `${samples} samples`);
  }
});

test('growth: with few samples the line is as steep as they leave possible, with many it goes through the quartiles', () => {
  const noisy = (samples: number) => (n: number) => {
    const quartile = { 3: 150, 21: 150, 100: 260 }[n] ?? 0;
    return { it: cost(quartile, 0, { samples, lowestCpuUs: quartile - 10, medianCpuUs: quartile + 10 }) };
  };
  assert.equal(broken(noisy(13)), '');
  assert.match(broken(noisy(39)), /^it costs 260 us at 100 members, where 3 and 21 allow 238/);
});

test('an action of the ABI that is in no block ends the bench before it begins', () => {
  const abi = { actions: [{ name: 'join' }] };
  const stage = (name: string) => ({ actions: [{ name, act: () => assert.fail() }] });
  const block = { title: 'a block', samples: 1, parts: 1, stages: [stage('join'), stage('execute appeal')] };
  requireAllMeasured(abi, [block]);
  const missing = { code: 'unmeasured', message: /^the benchmark does not measure leave: / };
  assert.throws(() => requireAllMeasured({ actions: [...abi.actions, { name: 'leave' }] }, [block]), missing);
});

test('the table has a heading a block, with how many samples, and a line an action', () => {
  const late = { dissolve: cost(1234, 56, { samples: 5, block: 'once in a life' }) };
  const lines = resultTable(growth(() => late)).split('\n');
  const at = lines.indexOf('once in a life, 5 samples of each');
  assert.ok(lines.includes('called often, 39 samples of each') && at > 0);
  assert.match(lines[at + 1] ?? '', /^dissolve( +1234 us +12.34 +56){3}$/);
});
