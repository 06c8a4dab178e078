import { Command } from 'commander';
import { Agent } from '../../agent/agent.ts';
import { agentConfig } from '../../agent/config.ts';
import { AgentKey } from '../../agent/proof.ts';
import { ReceiptStore } from '../../agent/receipts.ts';
import { clockFrom } from '../../common/clock.ts';
import { loadConfig } from '../../common/config.ts';
import { makeLogger } from '../../common/logger.ts';
import { untilSignal } from '../run/signals.ts';
import { jsonText } from '../verbs/show.ts';

interface AgentOptions {
  pool?: string;
  dac?: string;
  keyFile?: string;
  node?: string;
  emitters?: string;
  check?: true;
  json?: true;
}

const EXAMPLES = `
It dials out and listens on no port. In standby mode the emitters have it pause and resume the node over the node's producer
API, which should be reachable from this machine alone; the node starts with "pause-on-startup = true". Without an emitter it
changes nothing. What is not given here comes from the environment or .env: AGENT_POOL, AGENT_DAC, AGENT_KEY_FILE,
AGENT_NODE, AGENT_EMITTERS (see .env.example).

Examples:
  ./pool agent --pool poolbp --dac pooldac --key-file signing.key --emitters http://emitter1.example:9701,http://emitter2.example:9701
  ./pool agent --check
  AGENT_NODE=http://127.0.0.1:8889 ./pool agent`;

export function agentCommand(): Command {
  return new Command('agent')
    .description("run beside a member's nodeos: report how it is, pause and resume it as the pool's emitters say")
    .option('--pool <account>', "the pool's producer account")
    .option('--dac <account>', "the pool's contract account, which names the emitters whose receipts count")
    .option('--key-file <file>', "file with the member's private signing key, mode 600")
    .option('--node <url>', "the member's own nodeos, chain and producer API (default: http://127.0.0.1:8888)")
    .option('--emitters <urls>', 'HTTP addresses of the emitters, with commas between')
    .option('--check', 'ask node and emitters once, say what they answer, and end: 0 when all is well, else 1')
    .option('--json', 'with --check: write JSON to standard output')
    .addHelpText('after', EXAMPLES)
    .action(runAgent);
}

async function runAgent(options: AgentOptions): Promise<void> {
  const { pool, dac, keyFile, node, emitters } = options;
  const given = {
    AGENT_POOL: pool,
    AGENT_DAC: dac,
    AGENT_KEY_FILE: keyFile,
    AGENT_NODE: node,
    AGENT_EMITTERS: emitters,
  };
  const set = Object.entries(given).filter(([, value]) => value !== undefined);
  const config = loadConfig('the agent', agentConfig, { ...process.env, ...Object.fromEntries(set) });
  const key = new AgentKey(config.AGENT_KEY_FILE);
  const receipts = new ReceiptStore(options.check ? ':memory:' : config.AGENT_RECEIPTS);
  const clock = clockFrom(config.CLOCK_SHIFT_FILE);
  const agent = new Agent({ config, key, clock, logger: makeLogger('agent'), receipts });
  if (options.check) {
    const lines: string[] = [];
    for await (const line of agent.check()) {
      lines.push(line);
      if (!options.json) process.stdout.write(`${line}\n`);
    }
    if (options.json) process.stdout.write(`${jsonText({ ok: true, says: lines })}\n`);
    return;
  }
  const { received } = untilSignal();
  void received.then(() => agent.stop());
  await agent.run();
  receipts.close();
}
