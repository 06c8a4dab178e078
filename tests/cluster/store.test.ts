import { NatsRecords } from '../../common/nats/records.ts';
import { openQuorum } from '../../emitter/log/quorum/open.ts';
import { SMALL, startCluster } from '../support/nats.ts';
import { poolStoreCases } from '../support/pool-store-cases.ts';
import { votingOf } from '../support/voting.ts';

const { connect, connectAll } = await startCluster();
const nats = await connect();
const nodes = await connectAll();

poolStoreCases({
  decisions: (name) => openQuorum(nodes, votingOf(name), null, SMALL),
  records: (name) => NatsRecords.open(nats, name, 'emitter1', SMALL),
});
