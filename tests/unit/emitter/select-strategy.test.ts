import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ChoiceContext, parseStrategy, STRATEGIES, type Strategy } from '../../../emitter/select/strategy.ts';
import type { Candidate } from '../../../emitter/select/types.ts';
import { cases, fc } from '../../support/property.ts';
import { block } from '../../support/select-world.ts';

function strategy(text: string): Strategy {
  const parsed = parseStrategy(text);
  assert.ok(parsed.ok, text);
  return parsed.strategy;
}

function problem(text: string): string {
  const parsed = parseStrategy(text);
  assert.ok(!parsed.ok, text);
  return parsed.problem;
}

const parent = block({ id: 'aa'.repeat(32), num: 50, slot: 1, previous: '' }, 11, 'other');

function candidate(signer: string, arrivedMs: number, transactions = 0, id?: string): Candidate {
  const made = block(parent, 12, signer);
  const rest = { confirmed: 12, cpuUs: 0, bytes: 200, late: false };
  return { ...made, ...rest, id: id ?? made.id, signer, arrivedMs, transactions };
}

function context(now: number, known: Partial<ChoiceContext> = {}): ChoiceContext {
  return { now, window: 1, turn: null, lastLeader: null, missing: [], ...known };
}

const [a, b, c] = [candidate('a', 0, 3), candidate('b', 20, 9), candidate('c', 40, 9)];

test('a strategy is read with its parameters, and written with all of them', () => {
  assert.equal(strategy('rotate').text, 'rotate:wait=100');
  assert.equal(strategy('rotate:wait=0').text, 'rotate:wait=0');
  assert.equal(strategy('first-delivered').text, 'first-delivered');
  assert.deepEqual(strategy('fullest:wait=250').parameters, { wait: 250 });
});

test('what cannot be read is said in one sentence that names what is known', () => {
  assert.match(problem('luck'), /"luck" is unknown; known are: first-delivered, rotate, sticky, fullest, highest-id/);
  assert.match(problem('toString'), /unknown/);
  assert.match(problem('rotate:patience=3'), /no parameter "patience"; it has: wait/);
  assert.match(problem('first-delivered:wait=3'), /no parameter "wait"; it has: none/);
  for (const text of [
    'rotate:wait',
    'rotate:wait=',
    'rotate:wait=-1',
    'rotate:wait=1.5',
    'rotate:wait=1=2',
    'rotate:wait=1e2',
  ])
    assert.match(problem(text), /whole number from 0 to 400/, text);
  assert.match(problem('rotate:wait=401'), /from 0 to 400/);
  assert.match(problem('rotate:wait=1:2'), /more than one colon/);
  assert.match(problem('rotate:'), /no parameter ""/);
});

test('no text makes the reading throw, and what it gives reads the same again', () => {
  const texts = fc.oneof(fc.string(), fc.stringMatching(/^(rotate|fullest|sticky)(:wait=\d{0,4})?$/));
  fc.assert(
    fc.property(texts, (text) => {
      const parsed = parseStrategy(text);
      if (parsed.ok) assert.equal(strategy(parsed.strategy.text).text, parsed.strategy.text);
      else assert.ok(parsed.problem.length > 0);
    }),
    cases(2000),
  );
});

test('a voted text fits into the contract’s 32 bytes with the longest of parameters', () => {
  for (const rule of Object.values(STRATEGIES)) {
    const parameters = Object.entries(rule.parameters).map(([key, { max }]) => `${key}=${max}`);
    assert.ok([rule.name, ...parameters].join(':').length <= 32, rule.name);
  }
});

test('first-delivered takes the first at once', () => {
  assert.deepEqual(strategy('first-delivered').choose([b, a], context(0, { missing: ['c'] })), { take: b });
});

for (const [name, whom] of [
  ['rotate', 'turn'],
  ['sticky', 'lastLeader'],
] as const) {
  test(`${name} waits for its member, no longer than it may, and for nobody who is gone`, () => {
    const { choose } = strategy(`${name}:wait=60`);
    assert.deepEqual(choose([a, b], context(30, { [whom]: 'b' })), { take: b });
    assert.deepEqual(choose([a, b], context(59, { [whom]: 'c', missing: ['c'] })), { waitUntil: 60 });
    assert.deepEqual(choose([a, b], context(60, { [whom]: 'c', missing: ['c'] })), { take: a });
    assert.deepEqual(choose([a, b], context(30, { [whom]: 'c', missing: [] })), { take: a });
    assert.deepEqual(choose([a, b], context(30, { [whom]: null, missing: ['c'] })), { take: a });
  });
}

test('fullest takes the most transactions within its time, the first among equals', () => {
  const { choose } = strategy('fullest:wait=60');
  assert.deepEqual(choose([a], context(10, { missing: ['b', 'c'] })), { waitUntil: 60 });
  assert.deepEqual(choose([a, b], context(60, { missing: ['c'] })), { take: b });
  assert.deepEqual(choose([a, b, c], context(45)), { take: b });
});

test('highest-id takes the greatest id', () => {
  const low = candidate('d', 5, 0, '0000000bff');
  const high = candidate('e', 9, 0, '0000000c00');
  assert.deepEqual(strategy('highest-id').choose([high, low], context(10)), { take: high });
  assert.deepEqual(strategy('highest-id').choose([low, high], context(10)), { take: high });
  assert.deepEqual(strategy('highest-id').choose([low], context(10, { missing: ['e'] })), { waitUntil: 55 });
});

test('every strategy takes one of the candidates once its time is over, and never waits beyond it', () => {
  const names = fc.constantFrom(...Object.keys(STRATEGIES));
  const signers = fc.uniqueArray(fc.constantFrom<string>('a', 'b', 'c', 'd'), { minLength: 1 });
  fc.assert(
    fc.property(names, signers, fc.nat(600), fc.constantFrom('a', 'd', null), (name, list, now, turn) => {
      const candidates = list.map((signer, i) => candidate(signer, i * 10, i % 2));
      const missing = ['a', 'b', 'c', 'd'].filter((signer) => !list.includes(signer));
      const choice = strategy(name).choose(candidates, context(now, { turn, lastLeader: turn, missing }));
      if ('take' in choice) assert.ok(candidates.includes(choice.take));
      else assert.ok(choice.waitUntil > now && choice.waitUntil <= 400);
    }),
    cases(1000),
  );
});
