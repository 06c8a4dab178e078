import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { NatsRecords } from '../../common/nats/records.ts';
import { recordPlace } from '../../common/nats/streams.ts';
import { NATS_NODES } from '../../devnet/nats-cluster.ts';
import { eventually } from '../../devnet/wait.ts';
import { Publisher } from '../../emitter/log/publisher.ts';
import { SqliteStore } from '../../emitter/log/store.ts';
import { windowEvents } from '../support/events.ts';
import { LONG, leaderOf, SMALL, startCluster } from '../support/nats.ts';

const dir = mkdtempSync(path.join(tmpdir(), 'bppool-records-'));
after(() => rmSync(dir, { recursive: true, force: true }));
const { cluster, connect } = await startCluster();

function newLog(name: string, from = name): SqliteStore {
  const file = path.join(dir, name);
  if (from !== name) copyFileSync(path.join(dir, from), file);
  return new SqliteStore(file, 'process');
}

function recording() {
  const faults: string[] = [];
  return { faults, onFault: (text: string) => faults.push(text) };
}

test(
  'two emitters log while nodes die, one after the other: each stream ends as its emitter’s log, record by record',
  LONG,
  async () => {
    const emitters = await Promise.all(
      cluster.names.slice(0, 2).map(async (node, i) => {
        const nats = await connect(node);
        const store = newLog(`kills${i}`);
        const stream = await NatsRecords.open(nats, 'kills', `emitter${i}`, SMALL);
        const publisher = await Publisher.begin(store, stream, () => {});
        return { nats, store, stream, publisher };
      }),
    );
    let window = 0;
    const log = () => {
      for (const { store, publisher } of emitters) {
        store.append(windowEvents(++window));
        publisher.saw();
      }
    };
    const kept = () => Math.min(...emitters.map(({ publisher }) => publisher.kept));
    for (let i = 0; i < 3; i++) {
      const goal = kept() + 300;
      while (kept() < goal) {
        log();
        await Promise.all(emitters.map(({ publisher }) => publisher.settled()));
      }
      const victim = await leaderOf(
        emitters.map(({ nats }) => nats),
        recordPlace('kills', `emitter${i % 2}`).stream,
      );
      log();
      await cluster.kill(victim);
      for (let k = 0; k < 5; k++) log();
      await cluster.startNode(victim);
    }
    await Promise.all(emitters.map(({ publisher }) => publisher.settled()));
    for (const { store, stream } of emitters) assert.deepEqual(await stream.after(0, 100_000), store.after(0, 100_000));
  },
);

test('what a run did not come to bring, the next one brings, once', async () => {
  const nats = await connect();
  const store = newLog('crash');
  store.append(windowEvents(1));
  const stream = await NatsRecords.open(nats, 'crash', 'emitter1', SMALL);
  const first = await Publisher.begin(store, stream, () => {});
  await first.settled();
  // Some that were on their way arrived, and their answers did not.
  store.append(windowEvents(2));
  first.stop();
  await (await NatsRecords.open(nats, 'crash', 'emitter1', SMALL)).append(store.after(0, 50));
  store.append(windowEvents(3));
  const second = await Publisher.begin(store, await NatsRecords.open(nats, 'crash', 'emitter1', SMALL), () => {});
  await second.settled();
  assert.equal(second.kept, store.lastSeq);
  assert.deepEqual(await stream.after(0, 1000), store.after(0, 1000));
});

test(
  'without a quorum nothing counts as kept; when it is back, all is brought, and the fault was told once',
  LONG,
  async () => {
    const store = newLog('quorum');
    store.append(windowEvents(1));
    const { faults, onFault } = recording();
    const publisher = await Publisher.begin(
      store,
      await NatsRecords.open(await connect(), 'quorum', 'emitter1', SMALL),
      onFault,
    );
    await publisher.settled();
    const before = publisher.kept;
    const gone = cluster.names.slice(0, NATS_NODES - 1);
    await Promise.all(gone.map((name) => cluster.kill(name)));
    store.append(windowEvents(2));
    publisher.saw();
    await eventually('a fault', async () => faults[0], 20_000);
    assert.equal(publisher.kept, before);
    assert.match(faults[0] ?? '', /records from 38 on are in this emitter's log alone/);
    await Promise.all(gone.map((name) => cluster.startNode(name)));
    await publisher.settled();
    assert.equal(publisher.kept, store.lastSeq);
    assert.equal(faults.length, 1);
  },
);

test('an emitter that starts with an old copy of its log, or with one that went its own way, is refused in a sentence', async () => {
  const nats = await connect();
  const store = newLog('whole');
  store.append(windowEvents(1));
  store.close();
  const old = newLog('old', 'whole');
  const whole = newLog('whole');
  whole.append(windowEvents(2));
  const open = () => NatsRecords.open(nats, 'stale', 'emitter1', SMALL);
  await (await Publisher.begin(whole, await open(), () => {})).settled();
  await assert.rejects(
    Publisher.begin(old, await open(), () => {}),
    {
      code: 'stale_log',
      message: /this emitter's log ends with record 37 and the cluster has 74 of it: bring the newer one back/,
    },
  );
  old.append(windowEvents(3));
  await assert.rejects(
    Publisher.begin(old, await open(), () => {}),
    { code: 'other_log', message: /record 74 is another/ },
  );
  old.append(windowEvents(4));
  await assert.rejects(
    Publisher.begin(old, await open(), () => {}),
    { code: 'other_log' },
  );
  await Publisher.begin(whole, await open(), () => {});
  for (const log of [old, whole]) log.close();
});
