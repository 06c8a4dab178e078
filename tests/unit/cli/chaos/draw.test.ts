import assert from 'node:assert/strict';
import { test } from 'node:test';
import { drawKills, KINDS, SIGNALS, VICTIMS } from '../../../../cli/chaos/draw.ts';
import { cases, fc } from '../../../support/property.ts';

const anySeed = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const anyKind = fc.constantFrom(...KINDS);
const anySignal = fc.constantFrom(...SIGNALS);

test('the seed alone decides: the same again, and fewer kills are the first of more', () => {
  fc.assert(
    fc.property(anyKind, anySignal, anySeed, fc.nat(40), fc.nat(40), (kind, how, seed, few, more) => {
      const all = drawKills(kind, how, few + more, seed);
      assert.deepEqual(drawKills(kind, how, few + more, seed), all);
      assert.deepEqual(drawKills(kind, how, few, seed), all.slice(0, few));
    }),
    cases(300),
  );
});

test('each moment is one that the kind has, inside its window', () => {
  fc.assert(
    fc.property(anyKind, anySignal, anySeed, (kind, how, seed) => {
      for (const { victim, moment, pick } of drawKills(kind, how, 30, seed)) {
        if (kind !== 'mix') assert.equal(victim, kind);
        assert.ok(pick >= 0 && pick < 1);
        const places = { leader: ['emission'], emitter: ['window', 'decision'], oracle: ['report'] };
        const fitting = places[victim as keyof typeof places] ?? ['window'];
        assert.ok(fitting.includes(moment.at), `${victim} at ${moment.at}`);
        if ('slot' in moment) assert.ok(Number.isInteger(moment.slot) && moment.slot >= 0 && moment.slot < 12);
        if ('ms' in moment) assert.ok(Number.isInteger(moment.ms) && moment.ms >= 0 && moment.ms < 6000);
      }
    }),
    cases(300),
  );
});

test('an emitter that is frozen for 5 s wakes up within its window', () => {
  fc.assert(
    fc.property(anySeed, (seed) => {
      for (const { moment } of drawKills('emitter', 'STOP', 30, seed))
        assert.ok(moment.at === 'window' && moment.ms + 5000 < 6000, JSON.stringify(moment));
    }),
    cases(100),
  );
});

test('a mix of 50 has every victim, another order for another seed', () => {
  for (const seed of [1, 2, 3]) {
    const victims = drawKills('mix', 'KILL', 50, seed).map(({ victim }) => victim);
    assert.deepEqual([...new Set(victims)].sort(), [...VICTIMS].sort());
    assert.notDeepEqual(
      victims,
      drawKills('mix', 'KILL', 50, seed + 10).map(({ victim }) => victim),
    );
  }
});

test('twelve kills of leaders are after each of the twelve slots', () => {
  const slots = drawKills('leader', 'KILL', 12, 9).map(({ moment }) => 'slot' in moment && moment.slot);
  assert.deepEqual(
    slots.sort((a, b) => Number(a) - Number(b)),
    Array.from({ length: 12 }, (_, i) => i),
  );
});

test('some kills of an emitter are between decision and send', () => {
  const aimed = drawKills('emitter', 'KILL', 50, 4).filter(({ moment }) => moment.at === 'decision');
  assert.ok(aimed.length >= 15 && aimed.length <= 35, `${aimed.length} of 50`);
});
