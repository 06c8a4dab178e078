import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { PoolError } from '../../../common/errors.ts';
import { makeLogger } from '../../../common/logger.ts';
import { firstSlot, lastSlot } from '../../../common/slot.ts';
import { metricsOf } from '../../../oracle/report/build.ts';
import type { BlockRef, ReportData } from '../../../oracle/source/chain.ts';
import type { NodeBlocks } from '../../../oracle/source/node-blocks.ts';
import { ShipBlocks } from '../../../oracle/source/ship/ship-blocks.ts';
import type { Block } from '../../../oracle/source/source.ts';
import { blockMessage, CHAIN_ID, FakeShip, fakeBlock } from '../../support/fake-ship.ts';
import { until } from '../../support/processes.ts';
import { blockId, goodWindow, WINDOW } from './support/events.ts';
import { TestPool } from './support/pool.ts';

const logger = makeLogger('micro-fork', 'silent');
const SOURCES = ['node API', 'state history'] as const;
type SourceName = (typeof SOURCES)[number];

/** Blocks as a node streams them: all that a BlockRef lacks. */
function linked(blocks: BlockRef[]): Block[] {
  return blocks.map((block, i) => {
    const previous = blocks[i - 1]?.id ?? '0'.repeat(64);
    return { ...fakeBlock(block.num, previous), ...block, previous };
  });
}

/** A pool whose oracle sees blocks by one of the sources; `stream` tells the state history, if that is it, what there is now. */
async function worldOf(t: TestContext, name: SourceName) {
  const pool = new TestPool();
  t.after(() => pool[Symbol.dispose]());
  const { chain } = pool;
  if (name === 'node API') return { pool, stream: async () => {} };
  const fake = await FakeShip.listen();
  const { irreversible, block } = { irreversible: chain.irreversible, block: chain.block.bind(chain) };
  const node = { chainId: async () => CHAIN_ID, irreversible, block } as unknown as NodeBlocks;
  fake.irreversible = await irreversible();
  const ship = new ShipBlocks({ url: fake.url, node, dac: 'pooldac', traces: false, logger });
  ship.start();
  t.after(async () => {
    await ship.stop();
    await fake.close();
  });
  chain.irreversible = () => ship.irreversible() as never;
  chain.block = (num) => ship.block(num);
  await until('the stream', () => fake.connected, 5000);
  const sent: string[] = [fakeBlock(1, '').id];
  const stream = async () => {
    const lib = await irreversible();
    for (const each of linked(chain.blocks)) {
      if (each.num < 2 || sent[each.num - 1] === each.id) continue;
      sent.length = each.num - 1;
      sent[each.num - 1] = each.id;
      fake.send(blockMessage(each, lib));
    }
    const fresh = async () => ship.isFresh() && (await ship.irreversible()).num === lib.num;
    await until('the streamed blocks', fresh, 5000);
  };
  return { pool, stream };
}

/** The chain as it looks while the window's last three blocks and all after them are others: a fork that will not stay. */
function forked(blocks: BlockRef[]): BlockRef[] {
  return blocks.map((block) => {
    const isOther = block.slot > lastSlot(WINDOW) - 3;
    return isOther ? { ...block, id: blockId(block.slot, 'nobody') } : block;
  });
}

/** What an oracle reports after a micro-fork across the end of its window. */
async function afterMicroFork(t: TestContext, name: SourceName): Promise<ReportData | undefined> {
  const { pool, stream } = await worldOf(t, name);
  const { chain } = pool;
  pool.append(WINDOW, goodWindow(WINDOW));
  const stays = [...chain.blocks];
  chain.blocks.splice(0, stays.length, ...forked(stays));
  await stream();
  await pool.oracle(2);
  assert.deepEqual([pool.row()?.state, chain.taken.length], ['seen', 0], 'nothing is concluded from reversible blocks');
  chain.blocks.splice(0, stays.length, ...stays);
  chain.pass(3);
  await stream();
  await pool.oracle(2);
  assert.equal(chain.taken.length, 1);
  return chain.taken[0]?.data;
}

for (const name of SOURCES) {
  test(`a micro-fork across a window’s end, by the ${name}: reported as the blocks that stayed`, async (t) => {
    const metrics = metricsOf((await afterMicroFork(t, name)) ?? { metrics: '' });
    assert.deepEqual([metrics.emitted, metrics.missed, metrics.leaks, metrics.replaced], [12, 0, [], 0]);
  });
}

test('after a micro-fork both sources give the same report', async (t) => {
  const reports = [];
  for (const name of SOURCES) reports.push(await afterMicroFork(t, name));
  assert.deepEqual(reports[0], reports[1]);
});

test('without its last blocks, which the fork took for good, the window is reported as that: the sources agree', async (t) => {
  const reports = [];
  for (const name of SOURCES) {
    const { pool, stream } = await worldOf(t, name);
    pool.append(WINDOW, goodWindow(WINDOW));
    const { blocks } = pool.chain;
    blocks.splice(0, blocks.length, ...forked(blocks));
    pool.chain.pass(3);
    await stream();
    await pool.oracle(2);
    reports.push(pool.chain.taken[0]?.data);
  }
  assert.deepEqual(reports[0], reports[1]);
  const metrics = metricsOf(reports[0] ?? { metrics: '' });
  assert.deepEqual([metrics.emitted, metrics.replaced, metrics.leaks.length], [12, 3, 3]);
});

for (const name of SOURCES) {
  test(`the chain is down for ten windows and back, by the ${name}: caught up in order, each window reported once`, async (t) => {
    const { pool, stream } = await worldOf(t, name);
    const { chain } = pool;
    const windows = [WINDOW, WINDOW + 4, WINDOW + 8];
    pool.append(WINDOW, goodWindow(WINDOW));
    chain.pass(3);
    await stream();
    await pool.oracle();
    const works = chain.config;
    chain.config = async () => {
      throw new PoolError('chain_unreachable', 'no answer');
    };
    for (const window of windows.slice(1)) pool.append(window, goodWindow(window));
    for (let i = 0; i < 3; i++) await assert.rejects(pool.oracle(), { code: 'chain_unreachable' });
    chain.config = works;
    chain.pass(10);
    await stream();
    await pool.oracle(3);
    chain.pass(3);
    await stream();
    await pool.oracle(2);
    assert.deepEqual(
      chain.taken.map(({ data }) => data.window),
      windows,
    );
    assert.deepEqual(
      windows.map((window) => pool.row(window)?.state),
      ['irreversible', 'irreversible', 'irreversible'],
    );
    assert.equal(firstSlot(WINDOW) % 12, 0);
  });
}
