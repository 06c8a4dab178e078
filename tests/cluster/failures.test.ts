import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectNodes } from '../../common/nats/connection.ts';
import { votePlace } from '../../common/nats/streams.ts';
import { firstSlot } from '../../common/slot.ts';
import { eventually } from '../../devnet/wait.ts';
import type { Answer } from '../../emitter/decide/decider.ts';
import { SharedDecider } from '../../emitter/decide/shared.ts';
import { openQuorum } from '../../emitter/log/quorum/open.ts';
import { FarProxy } from '../support/far-proxy.ts';
import { blockOf } from '../support/lease-world.ts';
import { SMALL, startCluster } from '../support/nats.ts';
import { votingOf } from '../support/voting.ts';

const WINDOW = 1000;
const { cluster } = await startCluster();

/** An emitter's way to decide; `url`: by which it reaches the nodes. */
async function emitter(pool: string, name: string, url = cluster.url) {
  const nodes = await connectNodes(url, name);
  after(() => Promise.all(nodes.map(({ connection }) => connection.close().catch(() => {}))));
  const stream = await openQuorum(nodes, votingOf(pool), null, SMALL);
  const told: string[] = [];
  const decider = new SharedDecider({
    ...{ stream, name },
    pause: (ms) => sleep(ms),
    onDecided: (decided) => told.push(...decided.flatMap(({ decisions }) => decisions.map(({ id }) => id))),
    onTrouble() {},
  });
  await decider.begin(WINDOW);
  for (const { connection } of nodes)
    for (const voter of [1, 2, 3])
      connection.subscribe(votePlace(pool, voter).subject, { callback: () => decider.hint() });
  after(() => decider.stop());
  const decide = (slot: number): Promise<Answer> => {
    return new Promise((resolve) => decider.decide([blockOf(name, firstSlot(WINDOW) + slot)], resolve));
  };
  return { told, decide };
}

/** Ways to the nodes that take so long each way, and can be cut. */
async function ways(ms: number): Promise<{ url: string; proxies: FarProxy[] }> {
  const proxies = cluster.names.map((name) => new FarProxy({ target: cluster.address(name), upMs: ms, downMs: ms }));
  after(() => {
    for (const proxy of proxies) proxy.stop();
  });
  const addresses = await Promise.all(proxies.map((proxy) => proxy.start()));
  return { url: `nats://${addresses.join(',')}`, proxies };
}

const id = (name: string, slot: number) => blockOf(name, firstSlot(WINDOW) + slot).id;

test('a store without a quorum: nothing stands, all that follows is unsure; with a node back it is told once, and goes on', async () => {
  const one = await emitter('no-quorum', 'one');
  assert.deepEqual(await one.decide(0), { as: 'stands' });
  const [, second = '', third = ''] = cluster.names;
  cluster.freeze(second);
  cluster.freeze(third);
  const unsure = await one.decide(1);
  assert.equal(unsure.as, 'unsure');
  assert.match(unsure.as === 'unsure' ? unsure.why : '', /was not made in 1000 ms|does not give/);
  // Whether it came to stand is not known, so nothing else is asked for.
  assert.deepEqual(await one.decide(2), { as: 'unsure', why: 'whether decision 2 stands is not known' });
  assert.deepEqual(one.told, []);
  cluster.thaw(second);
  cluster.thaw(third);
  await eventually('the unsure decision to be told', async () => one.told.length > 0 || undefined);
  assert.deepEqual(one.told, [id('one', 1)]);
  assert.deepEqual(await one.decide(3), { as: 'stands' });
  assert.deepEqual(one.told, [id('one', 1)]);
});

test('a slow store: a decision takes as long as its answers, and stands', async () => {
  const { url } = await ways(100);
  const one = await emitter('slow', 'one', url);
  assert.deepEqual(await one.decide(0), { as: 'stands' });
  const began = performance.now();
  assert.deepEqual(await one.decide(1), { as: 'stands' });
  assert.ok(performance.now() - began >= 200, 'a round trip');
});

test('an emitter that is cut off from two nodes decides nothing, the other goes on; back again it is told all of it, in order', async () => {
  const { url, proxies } = await ways(0);
  const one = await emitter('partition', 'one', url);
  const other = await emitter('partition', 'other');
  assert.deepEqual(await one.decide(0), { as: 'stands' });
  await eventually('the other to be told', async () => other.told.length === 1 || undefined);
  const [, second, third] = proxies;
  const ports = [second, third].map((proxy) => Number(proxy?.address?.split(':')[1]));
  second?.stop();
  third?.stop();
  assert.equal((await one.decide(1)).as, 'unsure');
  // What the one asked for may have got to one node: the other has to take that over, and decides the rest.
  const first = await other.decide(1);
  assert.notEqual(first.as, 'unsure');
  const taken = first.as === 'others' ? first.decided.flatMap(({ decisions }) => decisions.map((each) => each.id)) : [];
  assert.deepEqual(taken, first.as === 'others' ? [id('one', 1)] : []);
  for (const slot of [2, 3]) assert.deepEqual(await other.decide(slot), { as: 'stands' }, `slot ${slot}`);
  assert.equal((await one.decide(4)).as, 'unsure');
  assert.deepEqual(one.told, []);
  await second?.start(ports[0]);
  await third?.start(ports[1]);
  const theirs = [first.as === 'others' ? id('one', 1) : id('other', 1), id('other', 2), id('other', 3)];
  await eventually('the one to be told', async () => one.told.length >= 3 || undefined, 20_000);
  assert.deepEqual(one.told, theirs);
});
