import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Executor } from '../../../agent/executor.ts';
import type { Command } from '../../../common/agent.ts';
import { PoolError } from '../../../common/errors.ts';

const HEAD = { num: 10, id: '0a'.repeat(32) };

/** A node whose head and answers the test moves on. */
function bench() {
  const time = { now: 0 };
  const did: string[] = [];
  const node = { head: 10, fails: false, waiting: Promise.resolve() };
  const act = async (what: string) => {
    await node.waiting;
    if (node.fails) throw new PoolError('node', 'no answer from the node');
    did.push(what);
  };
  const executor = new Executor(
    {
      pause: () => act('pause'),
      resume: () => act('resume'),
      async untilHead({ num }, goOn) {
        while (node.head < num) {
          if (!goOn()) return false;
          await new Promise((resolve) => setImmediate(resolve));
        }
        return true;
      },
    },
    { now: () => time.now },
  );
  const command = (seq: number, order: Command['order'], head: Command['head'] = null): Command => {
    return { window: 1, seq, order, expires: 1000, head };
  };
  return { time, did, node, executor, command };
}

test('pause and resume are done and answered', async () => {
  const { executor, did, command } = bench();
  assert.deepEqual(await executor.run(command(1, 'pause')), { window: 1, seq: 1, done: true, error: null, tookMs: 0 });
  assert.equal((await executor.run(command(2, 'resume', HEAD))).done, true);
  assert.deepEqual(did, ['pause', 'resume']);
});

test('a node that lacks public blocks is resumed only once it has them', async () => {
  const { executor, did, node, command } = bench();
  node.head = 9;
  const running = executor.run(command(1, 'resume', HEAD));
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.deepEqual(did, []);
  node.head = 10;
  assert.equal((await running).done, true);
  assert.deepEqual(did, ['resume']);
});

test('a node that does not catch up before the command expires stays as it is', async () => {
  const { executor, did, node, time, command } = bench();
  node.head = 9;
  const running = executor.run(command(1, 'resume', HEAD));
  await new Promise((resolve) => setTimeout(resolve, 5));
  time.now = 1000;
  const { done, error } = await running;
  assert.equal(done, false);
  assert.match(error ?? '', /has no block 10/);
  assert.deepEqual(did, []);
});

test('a pause that comes while a resume waits for blocks takes its place', async () => {
  const { executor, did, node, command } = bench();
  node.head = 9;
  const resumed = executor.run(command(1, 'resume', HEAD));
  await new Promise((resolve) => setTimeout(resolve, 5));
  const paused = await executor.run(command(2, 'pause'));
  node.head = 10;
  assert.deepEqual([paused.done, (await resumed).done], [true, false]);
  assert.deepEqual(did, ['pause']);
});

test('commands are done in their order, the next one when the node has answered', async () => {
  const { executor, did, node, command } = bench();
  const gate = Promise.withResolvers<void>();
  node.waiting = gate.promise;
  const first = executor.run(command(1, 'resume'));
  await new Promise((resolve) => setImmediate(resolve));
  const second = executor.run(command(2, 'pause'));
  await new Promise((resolve) => setTimeout(resolve, 5));
  assert.deepEqual(did, []);
  gate.resolve();
  assert.deepEqual([(await first).done, (await second).done], [true, true]);
  assert.deepEqual(did, ['resume', 'pause']);
});

test('a node that does not answer is said so, and the next command is done all the same', async () => {
  const { executor, did, node, command } = bench();
  node.fails = true;
  assert.deepEqual((await executor.run(command(1, 'resume'))).error, 'no answer from the node');
  node.fails = false;
  assert.equal((await executor.run(command(2, 'pause'))).done, true);
  assert.deepEqual(did, ['pause']);
});

test('a command that expired while another was done is left out', async () => {
  const { executor, did, node, time, command } = bench();
  const gate = Promise.withResolvers<void>();
  node.waiting = gate.promise;
  const first = executor.run(command(1, 'resume'));
  await new Promise((resolve) => setImmediate(resolve));
  const second = executor.run(command(2, 'pause'));
  await new Promise((resolve) => setTimeout(resolve, 5));
  time.now = 1000;
  gate.resolve();
  assert.deepEqual([(await first).done, (await second).done], [true, false]);
  assert.deepEqual(did, ['resume']);
});
