import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import path from 'node:path';
import { Command } from 'commander';
import { brokenLimits } from '../../bench/contract/limits.ts';
import { benchContract } from '../../bench/contract/run.ts';
import { resultTable } from '../../bench/contract/table.ts';
import { PoolError } from '../../common/errors.ts';
import { KeyRing } from '../../devnet/keys.ts';
import { CHAIN_SEED, type ChainFile, withChain } from '../run/chain.ts';
import { progressLines } from '../run/progress.ts';
import { untilSignal } from '../run/signals.ts';

interface BenchOptions {
  json?: string | true;
}

const CONTRACT_HELP = `
On a chain of one nodeos with the real system contracts, pools of 3, 21 and 100 members are set up, and each action is sent 26 times, a
transfer of core tokens before each. The medians are compared with what the contract may cost: join, vote and claim at most 1.5 transfers
at 21 members, the first report of a window and the one that settles it 5 ms together at 100, and nothing grows faster than the
number of members. Exit code 1 when one of these does not hold.

Examples:
  ./pool bench contract
  ./pool bench contract --json bench.json`;

export function benchCommand(): Command {
  const bench = new Command('bench').description('measure parts of the system');
  bench
    .command('contract')
    .description("billed CPU and RAM of the contract's actions, beside a token transfer's")
    .option('--json [file]', 'write the medians as JSON to a file, or to standard output')
    .addHelpText('after', CONTRACT_HELP)
    .action(async (options: BenchOptions) => {
      process.exitCode = await contract(options);
    });
  return bench;
}

async function contract({ json }: BenchOptions): Promise<number> {
  const progress = progressLines();
  const { signal } = untilSignal();
  const [load = 0] = loadavg();
  if (load > availableParallelism()) {
    progress(
      `this machine is busy (load ${load.toFixed(1)}): nodeos bills elapsed time, so the figures will be too high`,
    );
  }
  try {
    const growth = await withChain((env) => benchContract(ground(env.POOL_CHAIN ?? ''), progress));
    const text = `${JSON.stringify({ growth })}\n`;
    if (json === true) process.stdout.write(text);
    else if (json) writeFileSync(json, text);
    (json === true ? process.stderr : process.stdout).write(resultTable(growth));
    const broken = brokenLimits(growth);
    if (broken.length > 0) throw new PoolError('limit', broken.join('; '), { broken });
    return 0;
  } catch (thrown) {
    if (signal.aborted) return 130;
    throw thrown;
  }
}

function ground(dir: string) {
  const { api, clock } = JSON.parse(readFileSync(path.join(dir, 'chain.json'), 'utf8')) as ChainFile;
  return { api, clock, systemKey: new KeyRing(CHAIN_SEED).pair('eosio').private };
}
