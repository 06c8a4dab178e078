import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectNodes } from '../../common/nats/connection.ts';
import { decidedSubject } from '../../common/nats/streams.ts';
import type { DecisionEvent } from '../../common/pool-store.ts';
import { firstSlot, windowOf } from '../../common/slot.ts';
import { eventually } from '../../devnet/wait.ts';
import type { Decider } from '../../emitter/decide/decider.ts';
import { LeaseDecider } from '../../emitter/decide/lease.ts';
import { SharedDecider } from '../../emitter/decide/shared.ts';
import { openQuorum } from '../../emitter/log/quorum/open.ts';
import { FarProxy } from '../support/far-proxy.ts';
import { blockOf } from '../support/lease-world.ts';
import { SMALL, startCluster } from '../support/nats.ts';
import { votingOf } from '../support/voting.ts';

const ROUND_TRIP_MS = 250;
const WINDOW = 1000;
const { cluster, connectAll } = await startCluster();

/** The cluster's nodes as they are far away from here. */
async function farUrl(): Promise<string> {
  const way = { upMs: ROUND_TRIP_MS / 2, downMs: ROUND_TRIP_MS / 2 };
  const proxies = cluster.names.map((name) => new FarProxy({ target: cluster.address(name), ...way }));
  after(() => {
    for (const proxy of proxies) proxy.stop();
  });
  return `nats://${(await Promise.all(proxies.map((proxy) => proxy.start()))).join(',')}`;
}

/** One emitter's ends of the pool's decisions, at that distance. */
async function farEnd(url: string, pool: string, name: string) {
  const nodes = await connectNodes(url, name);
  after(() => Promise.all(nodes.map(({ connection }) => connection.close())));
  return { nodes, stream: await openQuorum(nodes, votingOf(pool), null, SMALL) };
}

/** Ms that a decision took; it has to stand. */
function decide(decider: Decider, block: DecisionEvent): Promise<number> {
  const began = performance.now();
  return new Promise((resolve, reject) => {
    decider.decide([block], (answer) => {
      if (answer.as === 'stands') resolve(performance.now() - began);
      else reject(new Error(JSON.stringify(answer)));
    });
  });
}

function tell(what: string, took: number[]): { p50: number; p99: number } {
  const sorted = took.toSorted((one, other) => one - other);
  const at = (part: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;
  console.log(`${what}: ${took.length} of each, p50 ${at(0.5).toFixed(2)} ms, p99 ${at(0.99).toFixed(2)} ms`);
  return { p50: at(0.5), p99: at(0.99) };
}

const slotsOf = (window: number) => Array.from({ length: 12 }, (_, i) => firstSlot(window) + i);

test('with nodes a round trip of 250 ms away a lease decides at once, and slot by slot it takes a round trip', async () => {
  await openQuorum(await connectAll(), votingOf('far-quorum'), null, SMALL);
  await openQuorum(await connectAll(), votingOf('far-lease'), null, SMALL);
  const url = await farUrl();
  const pause = (ms: number) => sleep(ms);

  const { stream } = await farEnd(url, 'far-quorum', 'a');
  const shared = new SharedDecider({ stream, name: 'a', pause, onDecided() {}, onTrouble() {} });
  await shared.begin(WINDOW);
  const asked: number[] = [];
  await decide(shared, blockOf('a', firstSlot(WINDOW)));
  for (const slot of slotsOf(WINDOW + 1)) asked.push(await decide(shared, blockOf('a', slot)));

  const told: Record<string, string[]> = { a: [], b: [] };
  const held: string[] = [];
  const deciders = await Promise.all(
    ['a', 'b'].map(async (name) => {
      const { nodes, stream: leases } = await farEnd(url, 'far-lease', name);
      const decider = new LeaseDecider({
        ...{ stream: leases, name, run: leases.run, pause, random: Math.random, onTrouble() {} },
        announce: (text) => nodes[0]?.connection.publish(decidedSubject('far-lease', name), text),
        onDecided: (decided) => told[name]?.push(...decided.flatMap(({ decisions }) => decisions.map(({ id }) => id))),
        onLease: ({ from, emitter }) => name === 'a' && held.push(`${windowOf(from)} ${emitter}`),
      });
      for (const { connection } of nodes)
        connection.subscribe(decidedSubject('far-lease', '*'), { callback: (_, got) => decider.hear(got.string()) });
      await decider.begin(WINDOW);
      return decider;
    }),
  );
  const [a, b] = deciders as [LeaseDecider, LeaseDecider];
  const first = await decide(a, blockOf('a', firstSlot(WINDOW)));
  const alone: number[] = [];
  const blocks = [blockOf('a', firstSlot(WINDOW))];
  for (const window of [WINDOW + 1, WINDOW + 2, WINDOW + 3]) {
    const began = performance.now();
    for (const decider of [a, b]) decider.prepare(window);
    await eventually(`a lease of ${window}`, async () => held.includes(`${window} a`) || undefined);
    console.log(`the lease of window ${window} was there after ${(performance.now() - began).toFixed(0)} ms`);
    for (const slot of slotsOf(window)) {
      const block = blockOf('a', slot);
      blocks.push(block);
      alone.push(await decide(a, block));
      await sleep(20);
    }
  }
  await eventually('the other’s word', async () => told.b?.length === blocks.length || undefined);
  assert.deepEqual(
    told.b,
    blocks.map(({ id }) => id),
  );
  for (const decider of [shared, ...deciders]) decider.stop();

  const quorum = tell('slot by slot', asked);
  const lease = tell('by a lease', alone);
  console.log(`a slot whose window nobody prepared: ${first.toFixed(0)} ms`);
  assert.ok(quorum.p50 >= ROUND_TRIP_MS, 'a decision asks the cluster');
  assert.ok(lease.p99 < ROUND_TRIP_MS / 10, 'a lease asks nobody');
});
