import { ChainClient } from '../common/chain.ts';
import { clockFrom } from '../common/clock.ts';
import { loadConfig } from '../common/config.ts';
import { runMain } from '../common/errors.ts';
import { makeLogger } from '../common/logger.ts';
import { emitterConfig } from './config.ts';
import { Emitter } from './emitter.ts';
import { SqliteStore } from './log/store.ts';

/** `node emitter/main.ts`: one emitter, configured by the environment, until SIGTERM or SIGINT. */
runMain('emitter', async () => {
  const config = loadConfig('the emitter', emitterConfig);
  const logger = makeLogger('emitter');
  const clock = clockFrom(config.CLOCK_SHIFT_FILE);
  const chain = new ChainClient(config.EMITTER_RELAY_API);
  const store = new SqliteStore(config.EMITTER_EVENT_LOG, config.EMITTER_DURABILITY);
  const emitter = new Emitter({ config, clock, chain, store, logger });
  const stop = (signal: string) => {
    logger.info({ signal }, 'stopping');
    emitter.stop();
    store.close();
    process.exit(0);
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  await emitter.start();
});
