import { loadConfig } from '../../common/config.ts';
import { runMain } from '../../common/errors.ts';
import { makeLogger } from '../../common/logger.ts';
import { dashboardConfig } from './config.ts';
import { DashboardServer } from './server.ts';

/** `node dashboard/server/main.ts`: the page's server, configured by the environment, until SIGTERM or SIGINT. */
runMain('the page', async () => {
  const config = loadConfig('the page', dashboardConfig);
  const logger = makeLogger('page');
  const server = new DashboardServer(config, logger);
  const stop = async (signal: string) => {
    logger.info({ signal }, 'stopping');
    await server.stop();
    process.exit(0);
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  const url = await server.start();
  logger.info({ url, pool: config.DASHBOARD_POOL, emitters: config.DASHBOARD_EMITTERS.length }, 'listening');
});
