import assert from 'node:assert/strict';
import { test } from 'node:test';
import { layout } from '../../../devnet/layout.ts';
import { Reviver } from '../../../devnet/revive.ts';

/** A network whose nodes come back after `failures` tries, and a reviver for it that does not wait for long. */
function reviver(t: { after(fn: () => void): void }, restart: string, failures = 0) {
  const started: string[] = [];
  const plans = layout({ producers: 1, relays: 2, members: 1 }, 20_001);
  const ended = new AbortController();
  t.after(() => ended.abort());
  let revived = 0;
  const network = {
    plans,
    start: async ({ name }: { name: string }, from: string) => {
      started.push(`${name} from ${from}`);
      if (started.length <= failures) throw new Error('the blocks are damaged');
    },
  };
  const told: string[] = [];
  const one = new Reviver(network, {
    restart,
    signal: ended.signal,
    progress: (text) => told.push(text),
    onRevived: () => revived++,
    firstDelayMs: 1,
  });
  return { one, started, told, revived: () => revived, ended };
}

test('members and relay nodes come back with their blocks, as was asked for; producers never', async (t) => {
  for (const [restart, back] of [
    ['none', []],
    ['members', ['member1 from blocks']],
    ['all', ['relay from blocks', 'relay2 from blocks', 'member1 from blocks']],
  ] as const) {
    const { one, started, revived } = reviver(t, restart);
    for (const name of ['bp1', 'relay', 'relay2', 'member1', 'unknown']) await one.revive(name);
    assert.deepEqual(started, back);
    assert.equal(revived(), back.length);
  }
});

test('one that its blocks do not bring back begins from nothing, until it comes back', async (t) => {
  const { one, started, told, revived } = reviver(t, 'all', 2);
  await one.revive('relay2');
  assert.deepEqual(started, ['relay2 from blocks', 'relay2 from nothing', 'relay2 from nothing']);
  assert.deepEqual(told, [
    'relay2 did not restart: the blocks are damaged',
    'relay2 did not restart: the blocks are damaged',
    'relay2 restarted',
  ]);
  assert.equal(revived(), 1);
});

test('a node that ends again while it is coming back is started once, and later again', async (t) => {
  const { one, started } = reviver(t, 'all');
  await Promise.all([one.revive('relay'), one.revive('relay')]);
  assert.deepEqual(started, ['relay from blocks']);
  await one.revive('relay');
  assert.equal(started.length, 2);
});

test('nothing is started when all is being stopped', async (t) => {
  const { one, started, told, ended } = reviver(t, 'all');
  ended.abort();
  await one.revive('relay');
  assert.deepEqual([started, told], [[], []]);
});
