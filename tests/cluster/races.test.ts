import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Nats } from '../../common/nats/connection.ts';
import { votePlace } from '../../common/nats/streams.ts';
import { NATS_NODES } from '../../devnet/nats-cluster.ts';
import { openQuorum } from '../../emitter/log/quorum/open.ts';
import { LONG, leaderOf, SMALL, startCluster } from '../support/nats.ts';
import { SlotWriter } from '../support/slot-writer.ts';
import { votingOf } from '../support/voting.ts';

const { cluster, connect, connectAll } = await startCluster();

interface Race {
  nats: Nats[];
  writers: SlotWriter[];
  /** What the stream has in the end, read by another connection: the id of each slot's block, in order. */
  outcome(): Promise<[number, string][]>;
}

/** Three emitters, each connected to another node. */
async function race(pool: string): Promise<Race> {
  const nats = await Promise.all(cluster.names.map((name) => connect(name)));
  const streams = await Promise.all(nats.map(async () => openQuorum(await connectAll(), votingOf(pool), null, SMALL)));
  const writers = streams.map((stream, i) => new SlotWriter(stream, `emitter${i + 1}`));
  const outcome = async () => {
    const stream = await openQuorum(await connectAll(), votingOf(pool), null, SMALL);
    const decided = await stream.after(0, 10_000);
    assert.deepEqual(
      decided.map(({ seq }) => seq),
      decided.map((_, i) => i + 1),
    );
    return decided.flatMap(({ decisions }) => decisions.map(({ slot, id }): [number, string] => [slot, id]));
  };
  return { nats, writers, outcome };
}

/** Each slot has one decision, and every writer let out exactly that. */
function requireAgreement(writers: SlotWriter[], outcome: [number, string][], slots: number): void {
  assert.deepEqual(
    outcome.map(([slot]) => slot),
    Array.from({ length: slots }, (_, i) => i + 1),
  );
  for (const { emitted, emitter } of writers) assert.deepEqual([...emitted], outcome, emitter);
}

const total = (writers: SlotWriter[], what: 'won' | 'lost' | 'unsure') =>
  writers.reduce((sum, { counts }) => sum + counts[what], 0);

test('three emitters race for each of 400 slots: each slot has one decision, and all let out the same block', async () => {
  const { writers, outcome } = await race('race');
  // At the same moment for each slot, then each at its own pace.
  for (let slot = 1; slot <= 200; slot++) await Promise.all(writers.map((writer) => writer.decide(slot)));
  const alone = async (writer: SlotWriter) => {
    for (let slot = 201; slot <= 400; slot++) await writer.decide(slot);
  };
  await Promise.all(writers.map(alone));
  requireAgreement(writers, await outcome(), 400);
  assert.equal(total(writers, 'won'), 400);
  assert.ok(total(writers, 'lost') > 300, 'they did race');
  const winners = writers.filter(({ counts }) => counts.won > 0);
  assert.ok(winners.length > 1, 'more than one of them won');
});

test('a voter’s node is killed in the middle, twice: nothing is lost, nothing doubled, and it catches up', async () => {
  const { writers, outcome, nats } = await race('kill');
  let done = 0;
  const alone = async (writer: SlotWriter) => {
    for (let slot = 1; slot <= 600; slot++) {
      assert.ok(await writer.decide(slot), `slot ${slot} stayed undecided`);
      done = Math.max(done, slot);
    }
  };
  const all = Promise.all(writers.map(alone));
  const { stream } = votePlace('kill', 1);
  for (const from of [100, 300]) {
    while (done < from) await Promise.race([sleep(1), all]);
    const leader = await leaderOf(nats, stream);
    await cluster.kill(leader);
    const at = done;
    while (done < Math.min(at + 50, 600)) await Promise.race([sleep(1), all]);
    await cluster.startNode(leader);
  }
  await all;
  requireAgreement(writers, await outcome(), 600);
});

test(
  'without a quorum an append is unsure and nothing leaves; when it is back, the same append tells',
  LONG,
  async () => {
    const { writers, outcome } = await race('quorum');
    for (let slot = 1; slot <= 5; slot++) await Promise.all(writers.map((writer) => writer.decide(slot)));
    const gone = cluster.names.slice(0, NATS_NODES - 1);
    await Promise.all(gone.map((name) => cluster.kill(name)));
    const started = performance.now();
    const decided = await Promise.all(writers.map((writer) => writer.decide(6, 1500)));
    assert.deepEqual(decided, [false, false, false]);
    assert.ok(performance.now() - started < 10_000, 'the callers learn it soon');
    for (const { emitted } of writers) assert.equal(emitted.has(6), false);
    assert.ok(total(writers, 'unsure') >= 3);
    await Promise.all(gone.map((name) => cluster.startNode(name)));
    for (let slot = 6; slot <= 20; slot++) await Promise.all(writers.map((writer) => writer.decide(slot)));
    requireAgreement(writers, await outcome(), 20);
  },
);

test('a voter’s node is frozen and woken: what it still answers is no second decision', async () => {
  const { writers, outcome, nats } = await race('frozen');
  for (let slot = 1; slot <= 5; slot++) await Promise.all(writers.map((writer) => writer.decide(slot)));
  const leader = await leaderOf(nats, votePlace('frozen', 1).stream);
  cluster.freeze(leader);
  await Promise.all(writers.map((writer) => writer.decide(6)));
  cluster.thaw(leader);
  for (let slot = 6; slot <= 30; slot++) await Promise.all(writers.map((writer) => writer.decide(slot)));
  requireAgreement(writers, await outcome(), 30);
});

test('all nodes are killed at once and started with their data: every decision that stood stands', LONG, async () => {
  const { writers, outcome } = await race('restart');
  for (let slot = 1; slot <= 50; slot++) await Promise.all(writers.map((writer) => writer.decide(slot)));
  await Promise.all(cluster.names.map((name) => cluster.kill(name)));
  await cluster.start();
  for (let slot = 51; slot <= 60; slot++) await Promise.all(writers.map((writer) => writer.decide(slot)));
  requireAgreement(writers, await outcome(), 60);
});
