import { ChainClient } from '../common/chain.ts';
import { clockFrom } from '../common/clock.ts';
import { loadConfig } from '../common/config.ts';
import { PoolError, runMain, sentence } from '../common/errors.ts';
import { makeLogger } from '../common/logger.ts';
import { emitterConfig } from './config.ts';
import { Emitter } from './emitter.ts';
import { SqliteStore } from './log/store.ts';
import { STRATEGIES } from './select/strategy.ts';

/**
 * `node emitter/main.ts`: one emitter, configured by the environment, until SIGINT, or SIGTERM, which lets
 * the pool's running window end first. SIGHUP reads the configuration again.
 */
runMain('emitter', async () => {
  const config = loadConfig('the emitter', emitterConfig);
  const logger = makeLogger('emitter', config.LOG_LEVEL);
  const strategy = STRATEGIES[config.EMITTER_STRATEGY];
  if (!strategy) {
    const known = Object.keys(STRATEGIES).join(', ');
    throw new PoolError('config', `EMITTER_STRATEGY is "${config.EMITTER_STRATEGY}"; it can be one of: ${known}`);
  }
  const clock = clockFrom(config.CLOCK_SHIFT_FILE);
  const chain = new ChainClient(config.EMITTER_RELAY_API);
  const store = new SqliteStore(config.EMITTER_EVENT_LOG, config.EMITTER_DURABILITY);
  const emitter = new Emitter({ config, clock, chain, store, strategy, logger });
  let draining = false;
  const end = () => {
    emitter.stop();
    store.close();
    process.exit(0);
  };
  const drain = async () => {
    if (draining) return end();
    draining = true;
    logger.info('stopping when the running window is over; a second signal stops at once');
    await emitter.drain();
    store.close();
    process.exit(0);
  };
  process.on('SIGTERM', () => void drain());
  process.on('SIGINT', end);
  process.on('SIGHUP', () => {
    try {
      emitter.reload(loadConfig('the emitter', emitterConfig));
    } catch (thrown) {
      logger.error(`${sentence(thrown)}; the configuration stays as it was`);
    }
  });
  await emitter.start();
});
