import { ChainClient } from '../common/chain.ts';
import { clockFrom } from '../common/clock.ts';
import { loadConfig } from '../common/config.ts';
import { runMain } from '../common/errors.ts';
import { readKeyFile } from '../common/key-file.ts';
import { makeLogger } from '../common/logger.ts';
import { oracleConfig } from './config.ts';
import { Oracle } from './oracle.ts';

/** `node oracle/main.ts`: one oracle, configured by the environment, until SIGTERM or SIGINT. */
runMain('oracle', async () => {
  const config = loadConfig('the oracle', oracleConfig);
  const logger = makeLogger('oracle');
  const client = new ChainClient(config.ORACLE_CHAIN_API, readKeyFile(config.ORACLE_KEY_FILE));
  const oracle = new Oracle(config, client, clockFrom(config.CLOCK_SHIFT_FILE), logger);
  const stop = async (signal: string) => {
    logger.info({ signal }, 'stopping');
    await oracle.stop();
    process.exit(0);
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  await oracle.start();
  logger.info({ account: config.ORACLE_ACCOUNT, dac: config.ORACLE_DAC, cron: config.ORACLE_CRON }, 'started');
});
