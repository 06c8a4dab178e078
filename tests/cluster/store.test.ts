import { NatsRecords } from '../../common/nats/records.ts';
import { NatsDecisions } from '../../emitter/log/nats-decisions.ts';
import { SMALL, startCluster } from '../support/nats.ts';
import { poolStoreCases } from '../support/pool-store-cases.ts';

const { connect } = await startCluster();
const nats = await connect();

poolStoreCases({
  decisions: (name) => NatsDecisions.open(nats, name, null, SMALL),
  records: (name) => NatsRecords.open(nats, name, 'emitter1', SMALL),
});
