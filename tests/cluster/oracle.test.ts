import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NatsRecords } from '../../common/nats/records.ts';
import { recordPlace } from '../../common/nats/streams.ts';
import { eventually } from '../../devnet/wait.ts';
import { ClusterLogs } from '../../oracle/logs/cluster.ts';
import { metricsOf } from '../../oracle/report/build.ts';
import { LONG, SMALL, startCluster } from '../support/nats.ts';
import { candidate, goodWindow, otherLogKey, POOL, WINDOW } from '../unit/oracle/support/events.ts';
import { TestPool } from '../unit/oracle/support/pool.ts';

const { cluster, connect } = await startCluster();

/** A pool of two emitters whose logs are in the cluster alone, as far as `publish` brought them. */
async function clusterPool(pool: string) {
  const made = new TestPool();
  const other = made.addEmitter(otherLogKey);
  const nats = await connect();
  const streams = await Promise.all(['emitter1', 'emitter2'].map((name) => NatsRecords.open(nats, pool, name, SMALL)));
  const publish = async () => {
    for (const [i, { store }] of [made.log, other].entries()) {
      for (;;) {
        const page = store.after((await streams[i]?.last())?.seq ?? 0, 100);
        if (page.length === 0) break;
        await streams[i]?.append(page);
      }
    }
  };
  return { made, other, nats, publish, oracle: () => withCluster(made, pool) };
}

/** One process of the oracle, with a connection of its own. */
async function withCluster(made: TestPool, pool: string): Promise<void> {
  made.cluster = new ClusterLogs(cluster.url, pool);
  await made.oracle(1, []);
}

test('an oracle makes a window from the streams of all emitters, also when a node is dead', LONG, async () => {
  const { made, other, publish, oracle } = await clusterPool(POOL);
  try {
    made.append(WINDOW, goodWindow(WINDOW));
    other.append(WINDOW, [candidate(WINDOW, 0, 'zoe'), ...goodWindow(WINDOW)].slice(0, 30));
    await publish();
    await oracle();
    other.append(WINDOW, goodWindow(WINDOW).slice(30));
    await cluster.kill(cluster.names[0] as string);
    made.chain.pass(3);
    // A stream whose leading node died has none for some seconds.
    const tried = (work: () => Promise<void>) =>
      work().then(
        () => true,
        () => undefined,
      );
    await eventually('the records in the cluster', () => tried(publish));
    // Streams that are read again and whose records do not come yet make the oracle wait, by the chain's time.
    await eventually('the report', async () => {
      made.chain.pass(1);
      return ((await tried(oracle)) && made.chain.taken.length > 0) || undefined;
    });
    assert.equal(made.chain.taken.length, 1);
    assert.equal(metricsOf(made.chain.taken[0]?.data ?? { metrics: '' }).logs, 2);
  } finally {
    made[Symbol.dispose]();
    await cluster.startNode(cluster.names[0] as string);
  }
});

test('what is no record in a stream breaks that log alone', LONG, async () => {
  const { made, other, nats, publish, oracle } = await clusterPool('spoiled');
  try {
    made.append(WINDOW, goodWindow(WINDOW));
    other.append(WINDOW, [candidate(WINDOW, 0, 'zoe'), ...goodWindow(WINDOW)]);
    await publish();
    await nats.streams.publish(recordPlace('spoiled', 'emitter2').subject, '{"seq":"no record"}');
    made.chain.pass(3);
    // The cluster's clock is today's, the chain's of the test is not: long after both.
    made.chain.now = () => 2 * Date.now();
    await oracle();
    assert.equal('logs' in metricsOf(made.chain.taken[0]?.data ?? { metrics: '' }), false);
    assert.equal(made.chain.taken.length, 1);
  } finally {
    made[Symbol.dispose]();
  }
});
