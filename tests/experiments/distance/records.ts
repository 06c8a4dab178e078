import { chainRecord, type EventRecord, GENESIS_HASH } from '../../../common/events.ts';
import { connectNats } from '../../../common/nats/connection.ts';
import { NatsRecords } from '../../../common/nats/records.ts';
import { recordPlace } from '../../../common/nats/streams.ts';
import { decision } from '../../support/events.ts';
import { leaderOf, SMALL } from '../../support/nats.ts';
import { startFarCluster, type Way } from './far-cluster.ts';
import { quantiles, timed } from './times.ts';

/** An emitter beside the first node of a cluster whose nodes are as far from one another: ms until a record is kept by two of three. Gives a row of a table. */
export async function measureRecords(between: Way, samples: number): Promise<string> {
  const { cluster, stop } = await startFarCluster(between);
  try {
    const [home = ''] = cluster.names;
    const nats = await connectNats(cluster.urlOf(home), 'records');
    const records = await NatsRecords.open(nats, 'distance', 'emitter1', SMALL);
    const leader = await leaderOf([nats], recordPlace('distance', 'emitter1').stream);
    let last: EventRecord | null = null;
    const times = await timed(samples, 250, async () => {
      last = chainRecord((last?.seq ?? 0) + 1, 1, decision(1), last?.hash ?? GENESIS_HASH);
      await records.append([last]);
    });
    await nats.connection.close();
    const where = leader === home ? 'beside the emitter' : 'far';
    return `| ${between.roundTripMs} | ${between.loss * 100} % | ${where} | ${quantiles(times)} |`;
  } finally {
    await stop();
  }
}
