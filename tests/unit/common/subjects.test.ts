import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decidedSubject, emitterOf, exchangeSubject, recordPlace } from '../../../common/nats/streams.ts';
import { cases, fc } from '../../support/property.ts';

const account = fc.stringMatching(/^[a-z1-5.]{1,12}$/);

test('an account with dots is one word of a subject, by which it is known again', () => {
  const rule = fc.property(account, account, (pool, emitter) => {
    const { stream, subject } = recordPlace(pool, emitter);
    assert.doesNotMatch(stream, /[.*>\s]/);
    for (const each of [subject, decidedSubject(pool, emitter), exchangeSubject(pool, 'seen', emitter)]) {
      assert.equal(each.split('.').length, 4, each);
      assert.equal(emitterOf(each), emitter);
    }
  });
  fc.assert(rule, cases(300));
});

test('two emitters never share a subject or a stream', () => {
  const rule = fc.property(account, account, (one, other) => {
    fc.pre(one !== other);
    assert.notEqual(recordPlace('pool', one).subject, recordPlace('pool', other).subject);
    assert.notEqual(recordPlace('pool', one).stream, recordPlace('pool', other).stream);
  });
  fc.assert(rule, cases(300));
});

test('what is no name is refused, and no subject of anybody', () => {
  for (const name of ['', 'a_b', 'a*', 'a b', '>', 'x'.repeat(33)]) {
    assert.throws(() => recordPlace('pool', name), { code: 'config', message: /is no name of an emitter/ });
  }
  assert.equal(emitterOf('bppool.pool.seen.*'), null);
  assert.equal(emitterOf('bppool.pool.seen.'), null);
});
