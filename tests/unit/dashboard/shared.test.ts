import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Shared } from '../../../dashboard/server/chain/shared.ts';

/** A clock that a test moves, and a source that it answers by hand. */
function scene() {
  let now = 0;
  const asked: PromiseWithResolvers<string>[] = [];
  const read = () => {
    const one = Promise.withResolvers<string>();
    asked.push(one);
    return one.promise;
  };
  return { asked, shared: new Shared(read, 1000, () => now), pass: (ms: number) => (now += ms) };
}

test('many who ask at once are one request, and its answer serves for a while', async () => {
  const { asked, shared, pass } = scene();
  const all = Array.from({ length: 50 }, () => shared.get());
  asked[0]?.resolve('one');
  for (const { value, ageMs, stale } of await Promise.all(all))
    assert.deepEqual([value, ageMs, stale], ['one', 0, null]);
  pass(999);
  assert.equal((await shared.get()).ageMs, 999);
  assert.equal(asked.length, 1);
  pass(1);
  const next = shared.get();
  asked[1]?.resolve('two');
  assert.equal((await next).value, 'two');
});

test('the last answer serves on while there is no newer one, with its age and the reason', async () => {
  const { asked, shared, pass } = scene();
  const first = shared.get();
  asked[0]?.resolve('one');
  await first;
  pass(5000);
  const second = shared.get();
  asked[1]?.reject(new Error('no answer'));
  assert.deepEqual(await second, { value: 'one', ageMs: 5000, stale: 'no answer' });
  pass(5000);
  // The node is asked again, and nobody waits for it any more.
  assert.deepEqual(await shared.get(), { value: 'one', ageMs: 10_000, stale: 'no answer' });
  assert.equal(asked.length, 3);
});

test('without any answer so far the failure is told, and the node is not asked more often for it', async () => {
  const { asked, shared } = scene();
  const first = shared.get();
  asked[0]?.reject(new Error('no answer'));
  await assert.rejects(first, /no answer/);
  await assert.rejects(shared.get(), /no answer/);
  assert.equal(asked.length, 1);
});
