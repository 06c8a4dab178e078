import { ChainClient } from '../common/chain.ts';
import { clockFrom } from '../common/clock.ts';
import { loadConfig } from '../common/config.ts';
import { PoolError, runMain, sentence } from '../common/errors.ts';
import { readSigningKey } from '../common/key-file.ts';
import { makeLogger } from '../common/logger.ts';
import { type EmitterConfig, emitterConfig } from './config.ts';
import { Emitter } from './emitter.ts';
import type { Signing } from './log/notary.ts';
import { SqliteStore } from './log/store.ts';
import { SettledWindow } from './settled.ts';

function signingOf(config: EmitterConfig, store: SqliteStore, chain: ChainClient): Signing | null {
  const { EMITTER_LOG_KEY_FILE: file, EMITTER_LOG_KEEP_WINDOWS: keepWindows, EMITTER_LOG_KEEP_BYTES: bytes } = config;
  const settled = new SettledWindow(chain, config.EMITTER_DAC);
  const keepBytes = { bytes, settled: () => settled.newest };
  if (file) return { key: readSigningKey(file), store, keepWindows, ...(bytes > 0 && { keepBytes }) };
  if (keepWindows === 0 && bytes === 0) return null;
  throw new PoolError(
    'config',
    'EMITTER_LOG_KEEP_WINDOWS (and _BYTES) needs EMITTER_LOG_KEY_FILE: a pruned log begins with a signature',
  );
}

/**
 * `node emitter/main.ts`: one emitter, configured by the environment, until SIGINT, or SIGTERM, which lets
 * the pool's running window end first. SIGHUP reads the configuration again.
 */
runMain('emitter', async () => {
  const config = loadConfig('the emitter', emitterConfig);
  const logger = makeLogger('emitter', config.LOG_LEVEL);
  const clock = clockFrom(config.CLOCK_SHIFT_FILE);
  const chain = new ChainClient(config.EMITTER_RELAY_API);
  const store = new SqliteStore(config.EMITTER_EVENT_LOG, config.EMITTER_DURABILITY);
  const signing = signingOf(config, store, chain);
  if (!signing)
    logger.warn('EMITTER_LOG_KEY_FILE is not set: the log is not signed, and oracles do not report from it');
  const emitter = new Emitter({ config, clock, chain, store, logger, ...(signing && { signing }) });
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
