import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { eventually } from '../../devnet/wait.ts';
import { BOUNDS } from '../../emitter/exchange/bounds.ts';
import { type TestBlock, TestEmitter, testBlock } from '../support/exchange-world.ts';
import { startCluster } from '../support/nats.ts';

const { cluster, connect } = await startCluster();

/** Accounts may have dots, which are no part of a subject's word. */
const NAMES = ['emitter1', 'two.emit', 'emitter3'];

/** Three emitters, each connected to another node; from there to any. */
async function world(t: TestContext, blocks: TestBlock[]): Promise<[TestEmitter, TestEmitter, TestEmitter]> {
  const wires = await Promise.all(cluster.names.map((name) => connect(name)));
  const emitters = wires.map(({ connection }, i) => new TestEmitter(connection, NAMES[i] ?? '', blocks));
  t.after(() => emitters.map(({ exchange }) => exchange.stop()));
  await until('they know each other', () => emitters.every(({ exchange }) => exchange.others.length === 2));
  return emitters as [TestEmitter, TestEmitter, TestEmitter];
}

const until = (what: string, is: () => boolean) => eventually(what, async () => is() || undefined, 20_000, 2);

test('blocks of every length come over from node to node, the longest too', async (t) => {
  const lengths = [300, BOUNDS.pieceBytes, BOUNDS.pieceBytes + 1, 1_000_000, BOUNDS.frameBytes];
  const blocks = lengths.map((length, i) => testBlock(i, length));
  const [a, b, c] = await world(t, blocks);
  for (const block of blocks) a.keep(block);
  await until('all came', () => [b, c].every(({ received }) => received.length === blocks.length));
  for (const { faults } of [a, b, c]) assert.deepEqual(faults, []);
});

test('an emitter whose node dies goes to another, and gets what it missed; what is wanted comes at once', async (t) => {
  const blocks = [1, 2, 3].map((nonce) => testBlock(nonce, 100_000));
  const [first, second, third] = blocks as [TestBlock, TestBlock, TestBlock];
  const [a, b, c] = await world(t, blocks);
  const [dead] = cluster.names as [string];
  await cluster.kill(dead);
  await until('it is noticed', () => a.faults.includes('exchange_lost'));
  b.keep(first);
  a.keep(second);
  await until('all have both', () => [a, b, c].every(({ frames }) => frames.size === 2));
  c.keep(third);
  b.exchange.want(third.key, 'emitter3');
  await until('it is there', () => b.frames.size === 3);
  await cluster.startNode(dead);
});

test('a holder that is gone is passed over: another has the block', async (t) => {
  const block = testBlock(1, 3_000_000);
  const [a, b, c] = await world(t, [block]);
  a.keep(block);
  await until('b and c have it', () => b.frames.size + c.frames.size === 2);
  a.exchange.stop();
  c.frames.clear();
  c.received.length = 0;
  c.exchange.want(block.key, 'emitter1');
  await until('it came again', () => c.received.length === 1);
  assert.equal(c.received[0]?.from, 'two.emit');
});
