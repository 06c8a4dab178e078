import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KINDS, type Kind } from '../../../../cli/chaos/draw.ts';
import { chaosSize } from '../../../../cli/chaos/size.ts';

const asked = (kill: Kind, more: object = {}) =>
  chaosSize({ kill, mode: 'propose', members: 3, producers: 1, ...more });

test('each kind has by itself as many emitters and oracles as it needs', () => {
  const sizes = KINDS.map((kind) => {
    const { emitters, oracles } = asked(kind);
    return [kind, emitters, oracles];
  });
  assert.deepEqual(sizes, [
    ['leader', 1, 1],
    ['member', 1, 1],
    ['relay', 2, 1],
    ['emitter', 2, 1],
    ['oracle', 1, 3],
    ['nats', 2, 1],
    ['mix', 2, 3],
  ]);
});

test('what was asked for holds', () => {
  assert.deepEqual(asked('relay', { emitters: 1, oracles: 2, members: 5, producers: 4 }), {
    ...{ members: 5, producers: 4 },
    ...{ emitters: 1, oracles: 2 },
  });
  assert.equal(asked('leader', { mode: 'standby' }).emitters, 1);
  assert.equal(asked('emitter', { mode: 'standby' }).emitters, 1);
});

test('what does not go together is refused in a sentence', () => {
  for (const kill of ['nats', 'mix'] as const) {
    const message = new RegExp(`^--kill ${kill} needs a cluster, .*--emitters 2 or more`);
    assert.throws(() => asked(kill, { emitters: 1 }), { code: 'options', message });
    assert.throws(() => asked(kill, { mode: 'standby' }), { code: 'options', message });
  }
  const message = '--mode standby runs with one emitter, and --emitters says 2';
  assert.throws(() => asked('leader', { mode: 'standby', emitters: 2 }), { code: 'options', message });
});
