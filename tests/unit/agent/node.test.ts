import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isLoopback, LocalNode, type NodeView } from '../../../agent/node.ts';
import { FakeNode } from './support/fake-node.ts';

const NOTHING: NodeView = { state: 'unreachable', headNum: 0, headProducer: '', headId: null, headTime: 0 };

async function bench(t: { after(fn: () => void): void }) {
  const fake = new FakeNode();
  const url = await fake.listen();
  t.after(() => fake.close());
  return { fake, node: new LocalNode(`${url}/`) };
}

test('a node is paused, producing or unreachable', async (t) => {
  const { fake, node } = await bench(t);
  const seen = await node.look(NOTHING);
  assert.deepEqual(seen, {
    state: 'paused',
    headNum: 100,
    headProducer: 'poolbp',
    headId: fake.idOf(100),
    headTime: Date.parse('2026-11-23T18:00:00.500Z'),
  });
  await node.resume();
  assert.equal((await node.look(seen)).state, 'producing');
  await node.pause();
  assert.equal((await node.look(seen)).state, 'paused');
  fake.close();
  assert.deepEqual(await node.look(seen), { ...seen, state: 'unreachable' });
});

test('a frozen node is unreachable after a second', { timeout: 5000 }, async (t) => {
  const { fake, node } = await bench(t);
  fake.frozen = true;
  const began = performance.now();
  assert.equal((await node.look(NOTHING)).state, 'unreachable');
  assert.ok(performance.now() - began >= 900);
});

test('a node without the producer API is told with the name of the plugin', async (t) => {
  const { fake, node } = await bench(t);
  fake.hasProducerApi = false;
  await assert.rejects(
    node.paused(),
    /producer\/paused was answered with 404: the node needs the plugin producer_api_plugin/,
  );
  assert.equal((await node.look(NOTHING)).state, 'unreachable');
});

test('an answer that never ends is cut off: it fills no memory', async (t) => {
  const { fake, node } = await bench(t);
  for (let i = 0; i < 20_000; i++) fake.emitterKeys.push(`PUB_K1_${'1'.repeat(50)}`);
  await assert.rejects(node.emitterKeys('pooldac'), /no answer from .*: more than 1048576 bytes/);
});

test('a head counts when it is the block or a higher one, not another block of the same height', async (t) => {
  const { fake, node } = await bench(t);
  const never = () => false;
  assert.equal(await node.untilHead({ num: 100, id: fake.idOf(100) }, never), true);
  assert.equal(await node.untilHead({ num: 99, id: fake.idOf(99) }, never), true);
  assert.equal(await node.untilHead({ num: 100, id: 'ff'.repeat(32) }, never), false);
  assert.equal(await node.untilHead({ num: 101, id: fake.idOf(101) }, never), false);
});

test('what only this machine can reach is loopback', () => {
  for (const url of ['http://127.0.0.1:8888', 'http://127.1.2.3:1', 'http://localhost:8888', 'http://[::1]:8888'])
    assert.equal(isLoopback(url), true, url);
  for (const url of ['http://10.0.0.1:8888', 'http://node.example:8888', 'http://127.0.0.1.example:8888'])
    assert.equal(isLoopback(url), false, url);
});
