import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decisionPlace, readMany } from '../../common/nats/streams.ts';
import { NatsDecisions } from '../../emitter/log/nats-decisions.ts';
import type { Known } from '../../emitter/log/store-mark.ts';
import { leaderOf, SMALL, startCluster } from '../support/nats.ts';
import { SlotWriter } from '../support/slot-writer.ts';

const { cluster, connect } = await startCluster();

async function filled(pool: string, slots: number) {
  const nats = await connect();
  const stream = await NatsDecisions.open(nats, pool, null, SMALL);
  const writer = new SlotWriter(stream, 'emitter1');
  for (let slot = 1; slot <= slots; slot++) assert.ok(await writer.decide(slot));
  return { nats, stream, writer };
}

test('an emitter finds again what it knew, also when others went on meanwhile', async () => {
  const { stream, writer, nats } = await filled('known', 10);
  const { known } = stream;
  assert.equal(known.seq, 10);
  await writer.decide(11);
  const again = await NatsDecisions.open(nats, 'known', known, SMALL);
  assert.equal(await again.last(), 11);
  assert.deepEqual(again.known, known);
  await again.after(0, 100);
  assert.deepEqual(again.known, stream.known);
});

test('a stream that is not the one an emitter knows is refused in a sentence that says how', async () => {
  const { stream, nats } = await filled('changed', 5);
  const { known } = stream;
  const refused = async (other: Partial<Known>, message: RegExp, pool = 'changed') => {
    const opened = NatsDecisions.open(nats, pool, { ...known, ...other }, SMALL);
    await assert.rejects(opened, { code: 'store_lost', message });
  };
  await refused({}, /the cluster has none of that name/, 'another');
  await refused({ created: '2020-01-01T00:00:00Z' }, /it was made at .*, not at 2020-01-01T00:00:00Z/);
  await refused({ seq: 6 }, /it ends with decision 5, and this emitter knows of 6/);
  await refused({ hash: 'ab'.repeat(32) }, /its decision 5 is another/);
});

test('a node that comes back without its data gets it from the others', async () => {
  const { nats, writer } = await filled('wiped', 30);
  const { stream } = decisionPlace('wiped');
  const before = await readMany(nats, stream, 1, 30);
  for (const name of cluster.names) {
    await cluster.kill(name);
    cluster.wipe(name);
    await cluster.startNode(name);
    assert.ok(await writer.decide(31 + cluster.names.indexOf(name)));
  }
  await leaderOf([nats], stream);
  assert.deepEqual(await readMany(nats, stream, 1, 30), before);
});

test('all nodes come back without their data: an emitter that runs is unsure, one that starts refuses', async () => {
  const { stream, writer } = await filled('empty', 10);
  await Promise.all(cluster.names.map((name) => cluster.kill(name)));
  for (const name of cluster.names) cluster.wipe(name);
  await cluster.start();
  assert.equal(await writer.decide(11, 1000), false);
  await assert.rejects(NatsDecisions.open(await connect(), 'empty', stream.known, SMALL), {
    code: 'store_lost',
    message: /none of that name/,
  });
  // An emitter that knows nothing makes a new one, and the first must not take it for the old.
  const other = await NatsDecisions.open(await connect(), 'empty', null, SMALL);
  for (let slot = 1; slot <= 20; slot++) await new SlotWriter(other, 'emitter2', await other.last()).decide(slot);
  assert.equal(await writer.decide(11, 1000), false);
  await assert.rejects(stream.last(), { code: 'store_lost', message: /made anew while this emitter ran/ });
  await assert.rejects(NatsDecisions.open(await connect(), 'empty', stream.known, SMALL), { code: 'store_lost' });
});
