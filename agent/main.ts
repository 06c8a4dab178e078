import { clockFrom } from '../common/clock.ts';
import { loadConfig } from '../common/config.ts';
import { runMain } from '../common/errors.ts';
import { makeLogger } from '../common/logger.ts';
import { Agent } from './agent.ts';
import { agentConfig } from './config.ts';
import { AgentKey } from './proof.ts';
import { ReceiptStore } from './receipts.ts';

/** `node agent/main.ts`: a member's agent, configured by the environment, until SIGTERM or SIGINT. */
runMain('agent', async () => {
  const config = loadConfig('the agent', agentConfig);
  const key = new AgentKey(config.AGENT_KEY_FILE);
  const logger = makeLogger('agent');
  const receipts = new ReceiptStore(config.AGENT_RECEIPTS);
  const agent = new Agent({ config, key, clock: clockFrom(config.CLOCK_SHIFT_FILE), logger, receipts });
  const stop = (signal: string) => {
    logger.info({ signal }, 'stopping');
    agent.stop();
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  await agent.run();
  receipts.close();
  process.exit(0);
});
