import { ChainClient } from '../common/chain.ts';
import { type Clock, clockFrom } from '../common/clock.ts';
import { loadConfig } from '../common/config.ts';
import { PoolError, runMain, sentence } from '../common/errors.ts';
import { readSigningKey } from '../common/key-file.ts';
import { type Logger, makeLogger } from '../common/logger.ts';
import type { SigningKey } from '../common/signature.ts';
import { type EmitterConfig, emitterConfig } from './config.ts';
import { Cluster } from './decide/cluster.ts';
import { NamedEmitters } from './decide/named.ts';
import { Emitter } from './emitter.ts';
import type { Signing } from './log/notary.ts';
import { SqliteStore } from './log/store.ts';
import { SettledWindow } from './settled.ts';

/** The rest of the log has so long to get to the cluster; what does not is brought by the next run. */
const CLOSE_MS = 3000;

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

/** What the cluster has to tell before the emitter is there is only logged. */
async function clusterOf(
  config: EmitterConfig,
  { store, chain, clock, key }: { store: SqliteStore; chain: ChainClient; clock: Clock; key: SigningKey | null },
  emitter: () => Emitter | null,
  logger: Logger,
): Promise<Cluster | null> {
  const { EMITTER_NATS: url, EMITTER_NAME: name, EMITTER_POOL: pool, EMITTER_EVENT_LOG: file } = config;
  const lease = config.EMITTER_LEASE === 'on';
  if (url === undefined && lease)
    throw new PoolError('config', 'EMITTER_LEASE=on needs EMITTER_NATS: one emitter alone decides all slots anyway');
  if (url === undefined) return null;
  if (name === undefined)
    throw new PoolError('config', 'EMITTER_NATS needs EMITTER_NAME: the account by which other emitters know this one');
  if (key === null)
    throw new PoolError(
      'config',
      'EMITTER_NATS needs EMITTER_LOG_KEY_FILE: votes among emitters are signed by that key',
    );
  const tell = (code: string, text: string) => {
    const running = emitter();
    if (running) running.fault(code, text);
    else logger.error(text);
  };
  const named = await NamedEmitters.open({
    ...{ chain, pool, dac: config.EMITTER_DAC },
    onTrouble: (why) => why !== null && tell('emitters_unread', `the pool’s emitters are not known: ${why}`),
  });
  if (named.keyOf(name) !== key.id)
    logger.error(
      `the contract does not name the key of EMITTER_LOG_KEY_FILE for ${name}: its votes do not count until it does`,
    );
  const files = { creds: config.EMITTER_NATS_CREDS, ca: config.EMITTER_NATS_CA };
  const options = {
    url,
    files,
    name,
    key,
    named,
    lease,
    log: store,
    markFile: `${file}-store`,
    now: () => clock.now(),
  };
  return Cluster.open(options, {
    onDecided: (decided) => emitter()?.chooser.adopt(decided),
    onLease: (window, holder) => logger.info({ window, holder }, 'lease'),
    onFault: tell,
  });
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
  let running: Emitter | null = null;
  const key = signing?.key ?? null;
  const cluster = await clusterOf(config, { store, chain, clock, key }, () => running, logger);
  if (signing && cluster) signing.kept = () => cluster.kept;
  const shared = { ...(signing && { signing }), ...(cluster && { cluster }) };
  const emitter = new Emitter({ config, clock, chain, store, logger, ...shared });
  running = emitter;
  let draining = false;
  const close = async () => {
    await cluster?.close(CLOSE_MS);
    store.close();
    process.exit(0);
  };
  const end = () => {
    emitter.stop();
    void close();
  };
  const drain = async () => {
    if (draining) return end();
    draining = true;
    logger.info('stopping when the running window is over; a second signal stops at once');
    await emitter.drain();
    await close();
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
