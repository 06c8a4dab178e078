import type { Clock } from '../common/clock.ts';
import type { Logger } from '../common/logger.ts';
import { Alerts } from './alerts/alerts.ts';
import { Courier } from './alerts/courier.ts';
import { parseTarget } from './alerts/target.ts';
import type { OracleConfig } from './config.ts';
import type { Journal } from './window/journal.ts';

/** Who tells what to whom. */
export interface Telling {
  alerts: Alerts;
  courier: Courier;
}

/** Puts the alerts together: from the journal to the receivers of ORACLE_WEBHOOK. Throws PoolError `config` for an address that is none. */
export function makeTelling(config: OracleConfig, journal: Journal, clock: Clock, logger: Logger): Telling {
  const {
    ORACLE_ACCOUNT: oracle,
    ORACLE_POOL: pool,
    ORACLE_WEBHOOK: addresses,
    ORACLE_WEBHOOK_FORMAT: format,
  } = config;
  const targets = addresses.map((address, i) => parseTarget(address, format, i + 1));
  const { outbox } = journal;
  const courier = new Courier({ outbox, targets, sender: { pool, oracle }, clock, logger });
  const ids = targets.map(({ id }) => id);
  const atomically = (work: () => void) => journal.atomically(work);
  return { courier, alerts: new Alerts({ outbox, courier, targets: ids, oracle, clock, logger, atomically }) };
}
