import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { ChainClient } from '../../../common/chain.ts';
import { makeLogger } from '../../../common/logger.ts';
import { windowOf } from '../../../common/slot.ts';
import { HintCheck } from '../../../oracle/source/hyperion/check.ts';
import { HyperionHint } from '../../../oracle/source/hyperion/hint.ts';
import { NodeBlocks } from '../../../oracle/source/node-blocks.ts';
import { ShipBlocks } from '../../../oracle/source/ship/ship-blocks.ts';
import type { Block } from '../../../oracle/source/source.ts';
import { FakeHyperion } from '../../support/fake-hyperion.ts';
import { LONG } from '../../support/nats.ts';
import { PoolCommand, scratch, until } from '../../support/processes.ts';
import { hasRunFile, type RunFile, readRunFile } from '../../support/run-file.ts';
import { type Tapped, tapShip } from '../../support/ship-tap.ts';

const logger = makeLogger('ship', 'silent');
/** A report that Hyperion tells of and that is nowhere. */
const INVENTED = 'f'.repeat(64);

describe('a real state history: ./pool up --windows 2 --kill leader@1:5', { timeout: 300_000, ...LONG }, () => {
  const cleanups: (() => unknown)[] = [];
  let run: RunFile;
  let ship: ShipBlocks;
  let node: NodeBlocks;
  let hint: HyperionHint;
  const tapped: Tapped[] = [];
  /** Of each block that became irreversible: by the stream, and by the node's API right then. */
  const pairs: [Block, Block][] = [];
  /** Window → monotonic ms of its irreversibility, and of the first block with a report of it. */
  const irreversibleAt = new Map<number, number>();
  const reportedAt = new Map<number, number>();
  let looks = 0;

  before(async () => {
    const dir = path.join(scratch({ after: (fn) => cleanups.push(fn) }), 'run');
    const command = new PoolCommand(['up', '--windows', '2', '--kill', 'leader@1:5', '--dir', dir]);
    cleanups.unshift(() => command.stop());
    await until('run.json', () => hasRunFile(dir) || command.process.exitCode !== null);
    run = readRunFile(dir);
    const { api, ship: url = '' } = run.nodes.find((each) => each.api === run.publicApi) ?? { api: '' };
    assert.match(url, /^ws:/, 'run.json names the state history');
    node = new NodeBlocks(new ChainClient(api));
    const fake = await FakeHyperion.listen();
    const check = new HintCheck(node, logger);
    const call = () => looks++;
    hint = new HyperionHint({ url: fake.url, dac: run.dac, check, onAction: call, onLib: () => {}, logger });
    hint.start();
    await until('a subscription', () => hint.status().subscribed, 20_000);
    ship = new ShipBlocks({ url, node, dac: run.dac, traces: true, logger });
    const asked: Promise<unknown>[] = [];
    ship.onIrreversible = (block) => {
      asked.push(node.block(block.num).then((same) => pairs.push([block, same])));
      asked.push(check.settle(block.num));
      const before = windowOf(block.slot) - 1;
      if (!irreversibleAt.has(before)) irreversibleAt.set(before, performance.now());
    };
    ship.start();
    const tap = tapShip(url, run.dac, (each) => {
      const known = tapped.findLast(({ block }) => block.num === each.block.num);
      if (known && known.block.id !== each.block.id) fake.fork(each.block.num, each.block.num, each.block.id);
      tapped.push(each);
      for (const { window, trx } of each.reports) {
        if (!reportedAt.has(window)) reportedAt.set(window, each.at);
        if (reportedAt.size === 1) fake.action({ num: each.block.num, trx: INVENTED });
        fake.action({ num: each.block.num, trx });
      }
      fake.lib(each.irreversible.num, each.irreversible.id);
    });
    const { code, stderr } = await command.ended;
    assert.equal(code, 0, stderr);
    await Promise.allSettled(asked);
    await ship.stop();
    tap.end('over');
    await hint.stop();
    await fake.close();
  });
  after(async () => {
    for (const cleanup of cleanups) await cleanup();
  });

  test('state history and node API give the same blocks', (t) => {
    const busy = pairs.filter(([{ transactions }]) => transactions > 0).length;
    t.diagnostic(`${pairs.length} irreversible blocks, ${busy} with transactions; forks ${ship.forks}`);
    assert.ok(pairs.length > 100 && busy > 20, `${pairs.length}, ${busy}`);
    for (const [streamed, asked] of pairs) assert.deepEqual(streamed, asked);
    const nums = pairs.map(([{ num }]) => num).sort((a, b) => a - b);
    assert.deepEqual(
      nums,
      nums.map((_, i) => (nums[0] as number) + i),
      'without a gap, each once',
    );
  });

  test('a block that was replaced is not taken for irreversible', (t) => {
    const forked = tapped.filter(({ block }) => {
      return pairs.some(([{ num, id }]) => num === block.num && id !== block.id);
    });
    t.diagnostic(`${forked.length} streamed blocks were replaced, in ${ship.forks} forks`);
    assert.equal(forked.length > 0, ship.forks > 0);
  });

  test('a window is reported within 5 s of its irreversibility', (t) => {
    const windows = [...reportedAt].filter(([window]) => irreversibleAt.has(window));
    assert.ok(windows.length >= 2, `${windows.length}`);
    const times = windows.map(([window, at]) => Math.round(at - (irreversibleAt.get(window) as number)));
    t.diagnostic(`ms from the irreversibility of a window to the block with its report: ${times.join(', ')}`);
    for (const ms of times) assert.ok(ms < 5000, `${ms} ms`);
  });

  test('Hyperion’s hints: those that are on the chain are found there, the invented one is told', (t) => {
    const { trouble, ...counts } = hint.status();
    t.diagnostic(JSON.stringify(counts));
    assert.ok(counts.confirmed >= 2 && looks >= 3, `${counts.confirmed}, ${looks}`);
    assert.equal(counts.refuted, 1, String(trouble));
  });
});
