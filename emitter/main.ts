import { ChainClient } from '../common/chain.ts';
import { clockFrom } from '../common/clock.ts';
import { loadConfig } from '../common/config.ts';
import { PoolError, runMain } from '../common/errors.ts';
import { readSigningKey } from '../common/key-file.ts';
import { makeLogger } from '../common/logger.ts';
import { type EmitterConfig, emitterConfig } from './config.ts';
import { Emitter } from './emitter.ts';
import type { Signing } from './log/notary.ts';
import { SqliteStore } from './log/store.ts';

function signingOf(config: EmitterConfig, store: SqliteStore): Signing | null {
  const { EMITTER_LOG_KEY_FILE: file, EMITTER_LOG_KEEP_WINDOWS: keepWindows } = config;
  if (file) return { key: readSigningKey(file), store, keepWindows };
  if (keepWindows === 0) return null;
  throw new PoolError(
    'config',
    'EMITTER_LOG_KEEP_WINDOWS needs EMITTER_LOG_KEY_FILE: a pruned log begins with a signature',
  );
}

/** `node emitter/main.ts`: one emitter, configured by the environment, until SIGTERM or SIGINT. */
runMain('emitter', async () => {
  const config = loadConfig('the emitter', emitterConfig);
  const logger = makeLogger('emitter');
  const clock = clockFrom(config.CLOCK_SHIFT_FILE);
  const chain = new ChainClient(config.EMITTER_RELAY_API);
  const store = new SqliteStore(config.EMITTER_EVENT_LOG, config.EMITTER_DURABILITY);
  const signing = signingOf(config, store);
  if (!signing)
    logger.warn('EMITTER_LOG_KEY_FILE is not set: the log is not signed, and oracles do not report from it');
  const emitter = new Emitter({ config, clock, chain, store, logger, ...(signing && { signing }) });
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
