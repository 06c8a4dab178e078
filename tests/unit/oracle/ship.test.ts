import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PoolError } from '../../../common/errors.ts';
import { makeLogger } from '../../../common/logger.ts';
import { stringToName } from '../../../common/name.ts';
import type { NodeBlocks } from '../../../oracle/source/node-blocks.ts';
import { ReportFinder } from '../../../oracle/source/ship/decode.ts';
import { typesOf } from '../../../oracle/source/ship/protocol.ts';
import { ShipBlocks } from '../../../oracle/source/ship/ship-blocks.ts';
import type { Block } from '../../../oracle/source/source.ts';
import {
  blockMessage,
  CHAIN_ID,
  FakeShip,
  fakeBlock,
  fakeBlocks,
  SHIP_ABI,
  tracesMessage,
} from '../../support/fake-ship.ts';
import { until } from '../../support/processes.ts';

const logger = makeLogger('ship', 'silent');
const ZEROS = '0'.repeat(64);

/** The node's API beside the state history: a chain that the test writes. */
class FakeNode {
  readonly blocks = new Map<number, Block>();
  lib = 0;
  chain = CHAIN_ID;
  asked = 0;
  chainId = async () => this.chain;
  irreversible = async () => this.block(this.lib);

  async block(num: number): Promise<Block> {
    this.asked++;
    const block = this.blocks.get(num);
    if (!block) throw new PoolError('chain', `could not find block ${num}`);
    return block;
  }
}

/** A node with blocks 2 to 20, of which those up to 10 are irreversible, and an oracle's source that streams from it. */
async function world(t: { after(fn: () => Promise<void>): void }) {
  const node = new FakeNode();
  const blocks = fakeBlocks(2, 20, ZEROS);
  for (const block of blocks) node.blocks.set(block.num, block);
  node.lib = 10;
  const fake = await FakeShip.listen();
  fake.irreversible = blocks[8] as Block;
  const ship = new ShipBlocks({
    url: fake.url,
    node: node as unknown as NodeBlocks,
    dac: 'pooldac',
    traces: false,
    logger,
  });
  const settled: Block[] = [];
  ship.onIrreversible = (block) => settled.push(block);
  ship.start();
  t.after(async () => {
    await ship.stop();
    await fake.close();
  });
  await until('the stream', () => fake.connected, 5000);
  const stream = (list: Block[], irreversible: Block) => {
    for (const block of list) fake.send(blockMessage(block, irreversible));
  };
  return { node, fake, ship, settled, blocks, stream };
}

test('blocks are streamed, acknowledged and given once they are irreversible', async (t) => {
  const { node, fake, ship, settled, blocks, stream } = await world(t);
  assert.deepEqual(fake.starts, [2]);
  assert.equal(ship.isFresh(), false, 'nothing streamed yet: the node is asked');
  assert.equal((await ship.irreversible()).num, 10);
  stream(blocks, blocks[8] as Block);
  await until('irreversible blocks', () => ship.isFresh(), 5000);
  assert.deepEqual(settled, blocks.slice(0, 9));
  await until('acknowledgements', () => fake.acks === 19, 5000);
  assert.ok(fake.mostInFlight <= 16, `${fake.mostInFlight}`);
  node.asked = 0;
  assert.deepEqual(await ship.irreversible(), blocks[8]);
  assert.deepEqual(await ship.block(7), blocks[5]);
  assert.equal(node.asked, 0, 'the node was not asked');
  await ship.block(11);
  assert.equal(node.asked, 1, 'a reversible block is not given from the stream');
});

test('a block that comes again with another id replaces it and all above, before anything of it is irreversible', async (t) => {
  const { node, ship, settled, blocks, stream } = await world(t);
  stream(blocks, blocks[8] as Block);
  const other = fakeBlocks(15, 21, (blocks[12] as Block).id, { fork: 1 });
  stream(other, blocks[8] as Block);
  const end = fakeBlock(22, (other.at(-1) as Block).id, { fork: 1 });
  stream([end], other[4] as Block);
  await until('the fork is irreversible', () => settled.at(-1)?.num === 19, 5000);
  assert.deepEqual(
    settled.filter(({ num }) => num > 10),
    [...blocks.slice(9, 13), ...other.slice(0, 5)],
  );
  assert.equal(ship.forks, 1);
  node.lib = 19;
  assert.deepEqual(await ship.block(15), other[0]);
});

test('after a cut it connects again and goes on after the last irreversible block, without a gap and nothing twice', async (t) => {
  const { node, fake, ship, settled, blocks, stream } = await world(t);
  stream(blocks.slice(0, 15), blocks[8] as Block);
  await until('irreversible blocks', () => ship.isFresh(), 5000);
  fake.cut();
  await until('the cut is seen', () => !ship.isFresh(), 5000);
  assert.equal((await ship.irreversible()).num, 10, 'the node is asked meanwhile');
  await until('a second stream', () => fake.starts.length === 2 && fake.connected, 10_000);
  assert.deepEqual(fake.starts, [2, 11]);
  node.lib = 12;
  const other = fakeBlocks(12, 20, (blocks[9] as Block).id, { fork: 2 });
  stream([blocks[9] as Block, ...other], other[2] as Block);
  await until('fresh again', () => ship.isFresh(), 5000);
  assert.deepEqual(settled, [...blocks.slice(0, 10), ...other.slice(0, 3)]);
});

test('after hours away it does not go all the way, but begins near the last irreversible block again', async (t) => {
  const { node, fake, ship, blocks, stream } = await world(t);
  stream(blocks, blocks[8] as Block);
  await until('irreversible blocks', () => ship.isFresh(), 5000);
  const far = fakeBlock(9000, ZEROS);
  node.blocks.set(9000, far);
  fake.irreversible = far;
  fake.cut();
  await until('a second stream', () => fake.starts.length === 2, 10_000);
  assert.deepEqual(fake.starts, [2, 8400]);
});

for (const [what, spoil, says] of [
  [
    'another chain',
    (fake: FakeShip) => (fake.chainId = 'd'.repeat(64)),
    /it is of chain d+, the API of c+: ORACLE_SHIP/,
  ],
  [
    'another fork',
    (fake: FakeShip) => (fake.irreversible = fakeBlock(10, ZEROS, { fork: 9 })),
    /block 10 is .*9 there and/,
  ],
  ['no ABI', (fake: FakeShip) => (fake.abi = '{"version": "none"}'), /is not the ABI of a state history/],
  ['bytes for an ABI', (fake: FakeShip) => (fake.abi = Buffer.from([1, 2])), /is not the ABI of a state history/],
] as const) {
  test(`a state history with ${what} is refused in a sentence, and the node goes on being asked`, async (t) => {
    const { fake, ship, node } = await world(t);
    spoil(fake);
    fake.cut();
    await until('a sentence', () => says.test(ship.trouble ?? ''), 10_000);
    assert.equal(ship.isFresh(), false);
    assert.equal((await ship.irreversible()).num, node.lib);
  });
}

for (const [what, message, says] of [
  ['garbage', () => Buffer.from('\x01garbage'), /bytes are no result/],
  ['text', () => 'hello', /bytes are no result/],
  [
    'a block after a gap',
    (blocks: Block[]) => blockMessage(fakeBlock(30, ZEROS), blocks[8] as Block),
    /block 30 came after/,
  ],
  [
    'a block that does not link',
    (blocks: Block[]) => blockMessage(fakeBlock(21, ZEROS), blocks[8] as Block),
    /does not follow/,
  ],
  [
    'another irreversible block',
    (blocks: Block[]) => blockMessage(fakeBlock(9, ZEROS, { fork: 5 }), blocks[8] as Block),
    /was irreversible as/,
  ],
  [
    'an irreversible block that it did not stream',
    (blocks: Block[]) => blockMessage(fakeBlock(21, (blocks[18] as Block).id), fakeBlock(12, ZEROS, { fork: 3 })),
    /block 12 is irreversible as .*3, and was streamed/,
  ],
] as const) {
  test(`a stream with ${what} is begun anew`, async (t) => {
    const { fake, ship, node, blocks, stream } = await world(t);
    stream(blocks, blocks[8] as Block);
    await until('irreversible blocks', () => ship.isFresh(), 5000);
    fake.send(message(blocks));
    await until('a sentence', () => says.test(ship.trouble ?? ''), 10_000);
    assert.equal((await ship.irreversible()).num, node.lib);
    await until('a second stream', () => fake.starts.length === 2 && fake.connected, 10_000);
    stream(blocks, blocks[8] as Block);
    await until('fresh again', () => ship.isFresh(), 5000);
    assert.deepEqual(await ship.irreversible(), blocks[8]);
  });
}

test('reports are found among the traces: those that the contract executed, each once', () => {
  const data = Buffer.alloc(40);
  data.writeBigUInt64LE(stringToName('oracle1'), 0);
  data.writeBigUInt64LE(149_000_123n, 8);
  const report = { receiver: 'pooldac', account: 'pooldac', name: 'report', data };
  const noise = { receiver: 'eosio', account: 'eosio', name: 'onblock', data: new Uint8Array(3) };
  const trx = (n: number) => String(n).repeat(64);
  const traces = tracesMessage([
    { trx: trx(1), acts: [noise] },
    { trx: trx(2), acts: [noise, report, { ...report, receiver: 'oracle1' }] },
    { trx: trx(3), failed: true, acts: [report] },
    { trx: trx(4), acts: [{ ...report, account: 'otherdac', receiver: 'otherdac' }] },
  ]);
  const types = typesOf(SHIP_ABI);
  const finder = new ReportFinder('pooldac');
  assert.deepEqual(finder.find(types, traces), [{ trx: trx(2), oracle: 'oracle1', window: 149_000_123 }]);
  assert.deepEqual(finder.find(types, tracesMessage([{ trx: trx(1), acts: [noise] }])), []);
  const short = tracesMessage([{ trx: trx(2), acts: [{ ...report, data: data.subarray(0, 15) }] }]);
  assert.throws(() => finder.find(types, short), { code: 'ship', message: /the report in 2+ is cut short/ });
  assert.throws(() => finder.find(types, traces.subarray(0, traces.length - 1)), { code: 'ship' });
});

test('a stream behind what the node said is not the source until it has caught up', async (t) => {
  const { node, ship, blocks, stream } = await world(t);
  node.lib = 14;
  await ship.irreversible();
  stream(blocks.slice(0, 15), blocks[8] as Block);
  await new Promise((resolve) => setImmediate(resolve));
  stream(blocks.slice(15), blocks[12] as Block);
  await until('caught up', () => ship.isFresh(), 5000);
  assert.equal((await ship.irreversible()).num, 14);
});
