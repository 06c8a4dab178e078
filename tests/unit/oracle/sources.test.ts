import assert from 'node:assert/strict';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { PoolError } from '../../../common/errors.ts';
import { makeLogger } from '../../../common/logger.ts';
import { firstSlot } from '../../../common/slot.ts';
import { EarlyLook } from '../../../oracle/source/early.ts';
import { LibPoll } from '../../../oracle/source/poll.ts';
import type { Block } from '../../../oracle/source/source.ts';
import { SteadyBlocks } from '../../../oracle/source/steady.ts';
import { Timetable } from '../../../oracle/timetable.ts';
import { Journal } from '../../../oracle/window/journal.ts';
import { CHAIN_ID, fakeBlock, fakeBlocks } from '../../support/fake-ship.ts';
import { scratch, until } from '../../support/processes.ts';

const logger = makeLogger('sources', 'silent');
const ZEROS = '0'.repeat(64);

/** A node whose chain and last irreversible block the test sets. */
class FakeNode {
  blocks = new Map(fakeBlocks(1, 30, ZEROS).map((block) => [block.num, block]));
  lib = 20;
  chain = CHAIN_ID;
  irreversible = async () => this.block(this.lib);
  async block(num: number): Promise<Block> {
    const block = this.blocks.get(num);
    if (!block) throw new PoolError('chain', `could not find block ${num}`);
    return block;
  }
}

/** The same oracle in a new process each time. */
async function look(node: FakeNode, dir: string): Promise<number> {
  const journal = new Journal(path.join(dir, 'journal.sqlite'));
  try {
    return (await new SteadyBlocks(node, async () => node.chain, journal).irreversible()).num;
  } finally {
    journal.close();
  }
}

test('a node that went back to an older state is refused until it has caught up, also by a new process', async (t) => {
  const dir = scratch(t);
  const node = new FakeNode();
  assert.equal(await look(node, dir), 20);
  node.lib = 15;
  await assert.rejects(look(node, dir), {
    code: 'chain_behind',
    message:
      "the node's last irreversible block is 15, and it was 20 before: it goes through an older state; nothing is reported until it has caught up",
  });
  node.lib = 20;
  assert.equal(await look(node, dir), 20);
  node.lib = 25;
  assert.equal(await look(node, dir), 25);
});

test('a node on another chain, or on another branch below what was irreversible, is refused', async (t) => {
  const dir = scratch(t);
  const node = new FakeNode();
  await look(node, dir);
  node.chain = 'd'.repeat(64);
  await assert.rejects(look(node, dir), {
    code: 'other_chain',
    message: /is on chain d+, and this oracle works on c+; nothing/,
  });
  node.chain = CHAIN_ID;
  node.blocks.set(20, fakeBlock(20, ZEROS, { fork: 7 }));
  await assert.rejects(look(node, dir), {
    code: 'other_chain',
    message: /block 20 was irreversible as .*, and the node now has/,
  });
  node.lib = 25;
  await assert.rejects(look(node, dir), { code: 'other_chain' });
});

test('a node that was begun from a newer snapshot has no older blocks, and is taken', async (t) => {
  const dir = scratch(t);
  const node = new FakeNode();
  await look(node, dir);
  node.lib = 25;
  node.blocks.delete(20);
  assert.equal(await look(node, dir), 25);
});

test('an early look: for a new window, for a report, for a hint; never two within the gap', async () => {
  let looks = 0;
  const early = new EarlyLook(() => looks++, 300);
  const slot = firstSlot(100);
  early.irreversible(slot + 3);
  early.irreversible(slot + 11);
  await until('nothing', () => true);
  assert.equal(looks, 0, 'the first block is no new window, and the others are of the same');
  const begun = performance.now();
  early.irreversible(slot + 12);
  await until('a look', () => looks === 1, 2000);
  early.irreversible(slot + 13, 1);
  early.hint();
  early.hint();
  await until('a second look', () => looks === 2, 2000);
  assert.ok(performance.now() - begun >= 290, 'after the gap');
  early.irreversible(slot - 100);
  early.hint();
  early.stop();
  await new Promise((resolve) => setTimeout(resolve, 350));
  assert.equal(looks, 2, 'none after the stop');
});

test('the poll asks on through failures, and at once when it is told to', async (t) => {
  const node = new FakeNode();
  const seen: number[] = [];
  const poll = new LibPoll(node, ({ num }) => seen.push(num), 60_000);
  t.after(() => poll.stop());
  node.blocks.delete(20);
  poll.start();
  await until('a failure', () => poll.trouble !== null, 2000);
  node.lib = 21;
  poll.now();
  await until('a block', () => seen.length === 1, 2000);
  assert.deepEqual([seen, poll.trouble], [[21], null]);
});

function jobThatCounts(t: TestContext) {
  const job = { running: 0, most: 0, runs: 0, end: () => {} };
  const timetable = new Timetable(
    'test',
    '0 0 1 1 *',
    async () => {
      job.most = Math.max(job.most, ++job.running);
      job.runs++;
      await new Promise<void>((resolve) => {
        job.end = resolve;
      });
      job.running--;
    },
    logger,
  );
  t.after(() => timetable.stop(100));
  return { job, timetable };
}

test('a poke runs a job between its turns; pokes during a run make one more, and never two at a time', async (t) => {
  const { job, timetable } = jobThatCounts(t);
  timetable.poke();
  await until('a run', () => job.running === 1, 2000);
  for (let i = 0; i < 5; i++) timetable.poke();
  job.end();
  await until('one more', () => job.runs === 2 && job.running === 1, 2000);
  job.end();
  await until('the end', () => job.running === 0, 2000);
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual([job.runs, job.most], [2, 1]);
});

test('no poke begins a run after the stop', async (t) => {
  const { job, timetable } = jobThatCounts(t);
  timetable.poke();
  await until('a run', () => job.running === 1, 2000);
  timetable.poke();
  const stopped = timetable.stop(5000);
  job.end();
  await stopped;
  timetable.poke();
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual([job.runs, job.running], [1, 0]);
});
