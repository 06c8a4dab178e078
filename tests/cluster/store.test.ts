import { NatsRecords } from '../../common/nats/records.ts';
import { openQuorum } from '../../emitter/log/quorum/open.ts';
import { SMALL, startCluster } from '../support/nats.ts';
import { poolStoreCases } from '../support/pool-store-cases.ts';

const { connect } = await startCluster();
const nats = await connect();

poolStoreCases({
  decisions: (name) => openQuorum(nats, name, null, SMALL),
  records: (name) => NatsRecords.open(nats, name, 'emitter1', SMALL),
});
