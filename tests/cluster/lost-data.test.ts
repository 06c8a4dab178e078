import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { eventually } from '../../devnet/wait.ts';
import { openQuorum } from '../../emitter/log/quorum/open.ts';
import { type Known, StoreMark } from '../../emitter/log/store-mark.ts';
import { LONG, SMALL, startCluster } from '../support/nats.ts';
import { SlotWriter } from '../support/slot-writer.ts';
import { votingOf } from '../support/voting.ts';

const dir = mkdtempSync(path.join(tmpdir(), 'bppool-mark-'));
after(() => rmSync(dir, { recursive: true, force: true }));
const { cluster, connectAll } = await startCluster();

async function filled(pool: string, slots: number) {
  const nats = await connectAll();
  const stream = await openQuorum(nats, votingOf(pool), null, SMALL);
  const writer = new SlotWriter(stream, 'emitter1');
  for (let slot = 1; slot <= slots; slot++) assert.ok(await writer.decide(slot));
  return { nats, stream, writer };
}

test('an emitter finds again what it knew, also when others went on meanwhile', async () => {
  const { stream, writer, nats } = await filled('known', 10);
  const mark = new StoreMark(path.join(dir, 'known'));
  assert.equal(mark.read(), null);
  await mark.write(stream.known);
  await writer.decide(11);
  const known = mark.read();
  assert.equal(known?.seq, 10);
  const again = await openQuorum(nats, votingOf('known'), known, SMALL);
  assert.deepEqual(again.known, stream.known);
  writeFileSync(path.join(dir, 'known'), '{"seq":-1}');
  assert.throws(() => mark.read(), {
    code: 'event_log',
    message: /known cannot be read \(it is not what an emitter writes there\)/,
  });
});

test('decisions that are not those that an emitter knows are refused in a sentence that says how', async () => {
  const { stream, nats } = await filled('changed', 5);
  const refused = async (other: Partial<Known>, message: RegExp) => {
    await assert.rejects(openQuorum(nats, votingOf('changed'), { ...stream.known, ...other }, SMALL), {
      code: 'store_lost',
      message,
    });
  };
  await refused({ seq: 6 }, /they end with 5, and this emitter knows of 6/);
  await refused({ hash: 'ab'.repeat(32) }, /decision 5 is another/);
});

test('each node in turn comes back without its data: what stood stands, and it votes again', LONG, async () => {
  const { writer, stream } = await filled('wiped', 10);
  for (const [i, name] of cluster.names.entries()) {
    await cluster.kill(name);
    cluster.wipe(name);
    await cluster.startNode(name);
    assert.ok(await writer.decide(10 * i + 11));
    // The next loss must not be a second one.
    await eventually(
      'a voter that votes again',
      async () => ((await stream.last()) && stream.voting === 3) || undefined,
    );
    for (let slot = 10 * i + 11; slot <= 10 * i + 20; slot++) assert.ok(await writer.decide(slot));
  }
  const again = await openQuorum(await connectAll(), votingOf('wiped'), stream.known, SMALL);
  assert.deepEqual(
    (await again.after(36, 100)).map(({ decisions }) => decisions[0]?.id),
    [...writer.emitted.values()].slice(36),
  );
  // A node that came back empty gives no new stream for a while, at times for more than the 20 s that an emitter asks: a new pool begins after it.
  const late = await connectAll();
  await eventually('a new pool’s voters', () => openQuorum(late, votingOf('anew'), null, SMALL), 90_000);
});

test('an emitter starts, and decides, while one node is away', async () => {
  const { stream } = await filled('away', 3);
  const [gone = ''] = cluster.names;
  await cluster.kill(gone);
  const started = performance.now();
  const other = await openQuorum(await connectAll(), votingOf('away'), stream.known, SMALL);
  const writer = new SlotWriter(other, 'emitter2', await other.last());
  assert.ok(await writer.decide(4));
  assert.ok(performance.now() - started < 3000);
  await cluster.startNode(gone);
});

test('all nodes come back without their data: an emitter that runs is unsure, one that starts refuses', async () => {
  const { stream, writer } = await filled('empty', 10);
  const { known } = stream;
  await Promise.all(cluster.names.map((name) => cluster.kill(name)));
  for (const name of cluster.names) cluster.wipe(name);
  await cluster.start();
  assert.equal(await writer.decide(11, 1000), false);
  await assert.rejects(openQuorum(await connectAll(), votingOf('empty'), known, SMALL), {
    code: 'store_lost',
    message: /3 of 3 voters have lost what they said/,
  });
  // An emitter that knows nothing begins anew, and the first must not take that for the old.
  const other = await openQuorum(await connectAll(), votingOf('empty'), null, SMALL);
  const second = new SlotWriter(other, 'emitter2');
  for (let slot = 1; slot <= 20; slot++) assert.ok(await second.decide(slot));
  assert.equal(await writer.decide(11, 1000), false);
  await assert.rejects(openQuorum(await connectAll(), votingOf('empty'), known, SMALL), {
    code: 'store_lost',
    message: /decision 10 is another/,
  });
});
