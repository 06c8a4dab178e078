import assert from 'node:assert/strict';
import { createServer, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { PoolError } from '../../../common/errors.ts';
import { makeLogger } from '../../../common/logger.ts';
import { HintCheck } from '../../../oracle/source/hyperion/check.ts';
import { HyperionHint } from '../../../oracle/source/hyperion/hint.ts';
import { FakeHyperion } from '../../support/fake-hyperion.ts';
import { until } from '../../support/processes.ts';

const logger = makeLogger('hyperion', 'silent');
const trx = (n: number) => n.toString(16).padStart(64, '0');
const id = (num: number, fork = 0) => num.toString(16).padStart(8, '0') + fork.toString(16).padStart(56, '0');

/** The oracle's own node: block n is `id(n)` and holds transaction n. */
class FakeNode {
  away = false;
  first = 1;
  transactionsOf = async (num: number) => new Set([trx(this.check(num))]);
  block = async (num: number) => ({ id: id(this.check(num)) });

  private check(num: number): number {
    if (this.away) throw new PoolError('chain_unreachable', 'no answer');
    if (num < this.first) throw new PoolError('chain', `could not find block ${num}`);
    return num;
  }
}

function hintOf(t: TestContext, url: string, times = { subscribeMs: 8000, silentMs: 8000 }) {
  const node = new FakeNode();
  const check = new HintCheck(node, logger);
  const world = { node, check, looks: 0, libs: 0, hint: null as unknown as HyperionHint };
  const onAction = () => world.looks++;
  const onLib = () => world.libs++;
  world.hint = new HyperionHint({ url, dac: 'pooldac', check, onAction, onLib, logger, times });
  world.hint.start();
  t.after(() => world.hint.stop());
  return world;
}

async function world(t: TestContext, times?: { subscribeMs: number; silentMs: number }) {
  const fake = await FakeHyperion.listen();
  t.after(() => fake.close());
  const mine = hintOf(t, fake.url, times);
  await until('a subscription', () => mine.hint.status().subscribed, 10_000);
  return { fake, ...mine, looks: () => mine.looks, libs: () => mine.libs };
}

type World = Awaited<ReturnType<typeof world>>;

/** The proof that it goes on: a hint comes through, and is found on the chain. */
async function worksOn({ fake, hint, check, looks }: World, num = 77): Promise<void> {
  await until('a subscription', () => hint.status().subscribed, 15_000);
  const before = [looks(), check.counts.confirmed] as const;
  fake.action({ num, trx: trx(num) });
  await until('a look', () => looks() > before[0], 5000);
  await check.settle(num);
  assert.equal(check.counts.confirmed, before[1] + 1);
}

test('an action is a reason to look, and is found in the node’s irreversible block', async (t) => {
  const all = await world(t);
  const { fake, check, looks } = all;
  assert.equal(looks(), 1, 'what was said before is not said again: look once');
  fake.action({ num: 10, trx: trx(10) });
  await until('a second look', () => looks() === 2, 5000);
  await check.settle(9);
  assert.deepEqual([check.counts.confirmed, check.counts.pending], [0, 1], 'not before it is irreversible');
  await check.settle(10);
  assert.deepEqual([check.counts.confirmed, check.counts.refuted, check.counts.pending], [1, 0, 0]);
});

test('actions of a fork, which come as if they stayed: each is held against the node and told', async (t) => {
  const { fake, hint, check, libs } = await world(t);
  fake.action({ num: 10, trx: trx(999) });
  fake.fork(10, 10, id(10));
  fake.action({ num: 10, trx: trx(10) });
  fake.lib(10, id(10, 5));
  fake.lib(11, id(11));
  await until('all of it', () => libs() === 2 && check.counts.items === 4, 5000);
  await check.settle(11);
  const { confirmed, refuted, forks } = hint.status();
  assert.deepEqual([confirmed, refuted, forks], [2, 2, 1]);
});

test('what comes twice is one hint', async (t) => {
  const { fake, check, looks } = await world(t);
  for (let i = 0; i < 5; i++) fake.action({ num: 10, trx: trx(10) });
  await until('all of it', () => check.counts.repeated === 4, 5000);
  assert.deepEqual([looks(), check.counts.items], [2, 1]);
});

test('a message that is no JSON, or no action, ends the client’s thread, and another one goes on', async (t) => {
  const all = await world(t);
  for (const [i, message] of ['<html>', '{}'].entries()) {
    all.fake.message(message);
    await until(`restart ${i + 1}`, () => all.hint.status().restarts === i + 1, 15_000);
    await worksOn(all, 100 + i);
  }
});

test('an action that is not of this contract, or has no block, is left', async (t) => {
  const all = await world(t);
  all.fake.action({ num: 10, trx: trx(10), dac: 'other' });
  all.fake.action({ num: 10, trx: 'no transaction' });
  all.fake.action({ num: -1, trx: trx(10) });
  all.fake.lib(Number.NaN, 'no id');
  await until('they are counted', () => all.hint.status().left === 4, 5000);
  assert.equal(all.hint.status().restarts, 0);
  await worksOn(all);
});

test('a connection that is cut: subscribed again by a fresh client', async (t) => {
  const all = await world(t);
  all.fake.cut();
  await until('a second subscription', () => all.fake.subscriptions === 2, 15_000);
  await worksOn(all);
  assert.equal(all.hint.status().restarts, 1);
});

test('a subscription that is refused after a reconnect, which the client itself forgets, is tried until it is taken', async (t) => {
  const all = await world(t);
  all.fake.answer = 'refuse';
  all.fake.cut();
  await until(
    'it is told',
    () => /took no subscription.*invalid request/.test(all.hint.status().trouble ?? ''),
    15_000,
  );
  all.fake.answer = 'offline';
  await until('that is told too', () => /STREAMING_OFFLINE/.test(all.hint.status().trouble ?? ''), 15_000);
  all.fake.answer = 'OK';
  await worksOn(all);
});

test('an indexer that goes away and comes back', async (t) => {
  const all = await world(t);
  all.fake.relay('relay_down');
  await until('it is told', () => /went offline/.test(all.hint.status().trouble ?? ''), 5000);
  all.fake.relay('relay_restored');
  await worksOn(all);
});

test('a server that never answers the subscription, or says nothing afterwards, is left and tried again', async (t) => {
  const fake = await FakeHyperion.listen();
  t.after(() => fake.close());
  fake.answer = 'silent';
  const mine = hintOf(t, fake.url, { subscribeMs: 3000, silentMs: 1500 });
  await until('no subscription', () => /did not take the subscription/.test(mine.hint.status().trouble ?? ''), 10_000);
  fake.answer = 'OK';
  await until('a subscription', () => mine.hint.status().subscribed, 10_000);
  await until('silence', () => /it was silent for 1.5 s/.test(mine.hint.status().trouble ?? ''), 10_000);
});

test('an endpoint where nobody listens, or nobody answers: connect() never settles, and it is told and tried again', async (t) => {
  const sockets: Socket[] = [];
  const mute = createServer((socket) => sockets.push(socket));
  await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
  const { port } = mute.address() as { port: number };
  const times = { subscribeMs: 1500, silentMs: 8000 };
  const silent = hintOf(t, `http://127.0.0.1:${port}`, times);
  const told = () => /did not take the subscription for 1.5 s/.test(silent.hint.status().trouble ?? '');
  await until('the mute one is told', told, 10_000);
  for (const socket of sockets) socket.destroy();
  await new Promise<void>((resolve) => mute.close(() => resolve()));
  await until('tried again', () => silent.hint.status().restarts >= 1, 10_000);
  const fake = await FakeHyperion.listen(port);
  t.after(() => fake.close());
  await until('a subscription', () => silent.hint.status().subscribed, 15_000);
});

test('a flood is cut down to what a second can hold, and ends nothing', async (t) => {
  const all = await world(t);
  for (let num = 1; num <= 5000; num++) all.fake.action({ num, trx: trx(num) });
  await until('it is counted', () => all.hint.status().left + all.check.counts.items >= 5000, 20_000);
  assert.ok(all.check.counts.items <= 200, `${all.check.counts.items}`);
  await until('the flood is over', () => all.hint.status().left > 0, 5000);
  await new Promise((resolve) => setTimeout(resolve, 1100));
  await all.check.settle(5000);
  await worksOn(all, 9999);
});

test('checks: a node that is away is asked again; a block that it does not have stays unknown; no end of hints is kept', async () => {
  const node = new FakeNode();
  const check = new HintCheck(node, logger);
  check.note({ kind: 'action', num: 5, trx: trx(5), ordinal: 1 });
  node.away = true;
  await check.settle(10);
  assert.deepEqual([check.counts.confirmed, check.counts.pending], [0, 1]);
  node.away = false;
  node.first = 6;
  await check.settle(10);
  assert.deepEqual([check.counts.unknown, check.counts.pending], [1, 0]);
  for (let num = 100; num < 3100; num++) check.note({ kind: 'action', num, trx: trx(num), ordinal: 1 });
  assert.deepEqual([check.counts.pending, check.counts.dropped], [1000, 2000]);
});
