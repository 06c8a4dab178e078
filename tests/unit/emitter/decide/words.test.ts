import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Words } from '../../../../emitter/decide/words.ts';
import { signingKey } from '../../../support/signed-chain.ts';
import { votingOf } from '../../../support/voting.ts';

const SEEN = 'bppool.pool.seen.';
const NAMES = ['a', 'b'];

function wordsOf(name: string, clock = { now: 1_000_000 }, pool = 'pool') {
  const keyOf = (one: string) => (NAMES.includes(one) ? signingKey(one).id : null);
  const words = new Words({ voting: votingOf(pool, name), keyOf, now: () => clock.now });
  return { words, clock };
}

test('a word comes as it was said, once, and none after a newer one', () => {
  const { words: a } = wordsOf('a');
  const { words: b } = wordsOf('b');
  const said = ['one', '', '{"x":"ü"}'].map((text) => a.seal(`${SEEN}a`, text));
  const [first = '', second = '', third = ''] = said;
  assert.equal(b.open(`${SEEN}a`, first), 'one');
  assert.equal(b.open(`${SEEN}a`, first), null);
  assert.equal(b.open(`${SEEN}a`, third), '{"x":"ü"}');
  assert.equal(b.open(`${SEEN}a`, second), null);
});

test('nobody speaks for another, on another subject, in another pool, or who is no emitter', () => {
  const { words: b } = wordsOf('b');
  const own = wordsOf('a').words.seal(`${SEEN}a`, 'said');
  const [at, signature, text] = JSON.parse(own) as [number, string, string];
  const bad = [
    wordsOf('b').words.seal(`${SEEN}a`, 'said'),
    wordsOf('z').words.seal(`${SEEN}a`, 'said'),
    wordsOf('a').words.seal('bppool.pool.decided.a', 'said'),
    wordsOf('a').words.seal(`${SEEN}b`, 'said'),
    wordsOf('a', undefined, 'other').words.seal(`${SEEN}a`, 'said'),
    JSON.stringify([at + 1, signature, text]),
    JSON.stringify([at, signature, `${text}!`]),
    JSON.stringify([at, signature, text, 1]),
    JSON.stringify([at, 'ff'.repeat(64), text]),
    JSON.stringify([at + 0.5, signature, text]),
    ...['', 'null', '{}', '[]', '[1,2,3]', text],
  ];
  for (const sealed of bad) assert.equal(b.open(`${SEEN}a`, sealed), null, sealed);
  assert.equal(b.open(`${SEEN}z`, wordsOf('z').words.seal(`${SEEN}z`, 'said')), null);
  assert.equal(b.open(`${SEEN}a`, own), 'said', 'none of them is in its way');
});

test('a word of another time is not taken, and one that was said after the clock was put back is', () => {
  const { words: a, clock } = wordsOf('a', { now: 1_000_000 });
  const { words: b } = wordsOf('b', { now: 1_040_000 });
  assert.equal(b.open(`${SEEN}a`, a.seal(`${SEEN}a`, 'old')), null);
  clock.now = 1_080_000;
  assert.equal(b.open(`${SEEN}a`, a.seal(`${SEEN}a`, 'ahead')), null);
  const { words: c, clock: its } = wordsOf('a', { now: 1_041_000 });
  assert.equal(b.open(`${SEEN}a`, c.seal(`${SEEN}a`, 'now')), 'now');
  its.now = 1_039_000;
  assert.equal(b.open(`${SEEN}a`, c.seal(`${SEEN}a`, 'still')), 'still');
});
