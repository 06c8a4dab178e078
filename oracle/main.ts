import { parseArgs } from 'node:util';
import { ChainClient } from '../common/chain.ts';
import { clockFrom } from '../common/clock.ts';
import { loadConfig } from '../common/config.ts';
import { runMain } from '../common/errors.ts';
import { makeLogger } from '../common/logger.ts';
import { signerOf } from '../common/wallet/signer.ts';
import { oracleConfig } from './config.ts';
import { Oracle } from './oracle.ts';

/**
 * `node oracle/main.ts [--from WINDOW]`: one oracle, configured by the environment, until SIGTERM or SIGINT. `--from` is ORACLE_FIRST_WINDOW for
 * this start: windows from there on are reported while they can be, and settled ones compared.
 */
runMain('oracle', async () => {
  const { from } = parseArgs({ options: { from: { type: 'string' } } }).values;
  const env = from === undefined ? process.env : { ...process.env, ORACLE_FIRST_WINDOW: from };
  const config = loadConfig('the oracle', oracleConfig, env);
  const logger = makeLogger('oracle');
  const signer = signerOf({ file: config.ORACLE_KEY_FILE, wallet: config.ORACLE_WALLET });
  const client = new ChainClient(config.ORACLE_CHAIN_API, signer);
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
