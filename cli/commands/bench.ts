import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import path from 'node:path';
import { Command } from 'commander';
import { brokenLimits } from '../../bench/contract/limits.ts';
import { benchContract, requireComplete } from '../../bench/contract/run.ts';
import { resultTable } from '../../bench/contract/table.ts';
import { emitterTable, missedLimits } from '../../bench/emitter/result.ts';
import { benchEmitter } from '../../bench/emitter/run.ts';
import { missedOracleGoals, oracleTable } from '../../bench/oracle/result.ts';
import { benchOracle } from '../../bench/oracle/run.ts';
import { missedGoals, relayTable } from '../../bench/relay/result.ts';
import { benchRelay, SAMPLES } from '../../bench/relay/run.ts';
import { missedStoreGoals, storeTable } from '../../bench/store/result.ts';
import { benchStore } from '../../bench/store/run.ts';
import { PoolError } from '../../common/errors.ts';
import { KeyRing } from '../../devnet/keys.ts';
import type { Supervisor } from '../../devnet/supervisor.ts';
import { SIGNER_SAMPLE } from '../../oracle/logs/signers.ts';
import { CHAIN_SEED, type ChainFile, withChain } from '../run/chain.ts';
import { inFolder } from '../run/in-folder.ts';
import { integer } from '../run/options.ts';
import { progressLines } from '../run/progress.ts';
import { untilSignal } from '../run/signals.ts';

interface BenchOptions {
  json?: string | true;
}

const CONTRACT_HELP = `
On a chain of one nodeos with the real system contracts, pools of 3, 21 and 100 members are set up, and every action of the contract's ABI is
sent to each in turn, a transfer of core tokens before each: what is called often 39 times, the others 13 times, what happens once in a
pool's life 5 times, on pools of their own. The lower quartiles are compared with what the contract may cost: join, vote and claim at most 1.5
transfers at 21 members, the first report of a window and the one that settles it 5 ms together at 100, and nothing grows faster than
the number of members. Exit code 1 when one of these does not hold, or an action of the ABI is not measured.

Examples:
  ./pool bench contract
  ./pool bench contract --json bench.json`;

const RELAY_HELP = `
Real blocks of about 20,000, 300,000 and 1,000,000 bytes, 320 of each, go one after the other to a reader that is connected directly and,
at the same time, to one behind a raw TCP relay, one that passes whole frames on ("whole"), a nodeos, and the emitter with verification and
durable decision ("emitter"), and one that decides through three nats-servers ("cluster"; "decision" is what that takes more, block by block), in turns. The figures are what is added between the last bytes at the two readers. Goals: p50 and p99 no worse than nodeos', and p50 at most 1.5 times the raw relay's
(plus 0.3 ms at 20 kB), and p99 of a decision through the cluster at most 5 ms. Exit code 1 when one is missed, with a sentence for each.
A fixed piece of work around each measurement tells whether the processor was throttled; "steady p99" is without such measurements, the goals are judged by all.

Examples:
  ./pool bench relay
  ./pool bench relay --blocks 60        a first look: p99 needs 300
  ./pool bench relay --json relay.json`;

const EMITTER_HELP = `
The real emitter (emitter/main.ts, with verification and durable decision) between members that are bare sockets and a relay node
that is none: it tells the state of one block and takes what is sent to it. 3, 10, 30 and 100 members send candidates of 20 and 300 kB, two a
second each, for 15 s; then 100 members send candidates of 20 kB all at once, 60 times. Goals: 2,000 candidates a second; per candidate no more
CPU at 100 members than at 3, memory below its limit. Exit code 1 when one is missed, with a sentence for each.

Examples:
  ./pool bench emitter
  ./pool bench emitter --json emitter.json`;

const STORE_HELP = `
A real cluster of three nats-servers on loopback. Decisions and records, one every 50 ms: by the emitter that made the last decision, by two emitters in turns, and a
record until two of three nodes keep it. Goal: p99 of a decision at most 5 ms. Exit code 1 when it is missed, with a sentence.

Examples:
  ./pool bench store
  ./pool bench store --json store.json`;

const ORACLE_HELP = `
Logs of a pool of 100 members are written, every candidate in them really signed: of 172, 343 and 686 windows, the last of which is a day's: 8,229 slots, 0.82 million
candidates, 0.9 million events. Then an oracle that has never seen them verifies each (hash chain, Merkle roots, signatures of the roots, signers of all emitted blocks and of ${SIGNER_SAMPLE} other
candidates a window) and makes every window's report, by its own code, in a process of its own, on one core where taskset is there. To write them takes some
minutes and does not count. Goals: a day in 20 s and 300 MB, and an event of a day's log costs no more than 1.3 times one of a quarter's. Exit code 1 when one is missed, with a sentence.

Examples:
  ./pool bench oracle
  ./pool bench oracle --full                 also with the signers of all candidates
  ./pool bench oracle --keep /tmp/logs       the logs stay, and are used the next time
  ./pool bench oracle --json oracle.json`;

export function benchCommand(): Command {
  const bench = new Command('bench').description('measure parts of the system');
  bench
    .command('contract')
    .description("billed CPU and RAM of the contract's actions, beside a token transfer's")
    .option('--json [file]', 'write the costs as JSON to a file, or to standard output')
    .addHelpText('after', CONTRACT_HELP)
    .action(async (options: BenchOptions) => {
      process.exitCode = await contract(options);
    });
  bench
    .command('relay')
    .description('added latency of the emitter, beside a raw TCP relay and a real nodeos')
    .option('--blocks <n>', 'measured blocks of each size', integer(1, 100_000), SAMPLES)
    .option('--json [file]', 'write the result as JSON to a file, or to standard output')
    .addHelpText('after', RELAY_HELP)
    .action(async ({ json, blocks }: BenchOptions & { blocks: number }) => {
      process.exitCode = await measured(async (dir, supervisor, progress) => {
        const sizes = await benchRelay(dir, supervisor, progress, blocks);
        write(json, { sizes }, relayTable(sizes));
        return missedGoals(sizes);
      });
    });
  bench
    .command('emitter')
    .description('candidates a second, and growth with the number of members, over sockets without nodes')
    .option('--json [file]', 'write the result as JSON to a file, or to standard output')
    .addHelpText('after', EMITTER_HELP)
    .action(async ({ json }: BenchOptions) => {
      process.exitCode = await measured(async (dir, supervisor, progress) => {
        const result = await benchEmitter(dir, supervisor, progress);
        write(json, result, emitterTable(result));
        return missedLimits(result);
      });
    });
  bench
    .command('store')
    .description('decisions and records of many emitters in a NATS cluster')
    .option('--samples <n>', 'measured of each', integer(1, 100_000), 600)
    .option('--json [file]', 'write the result as JSON to a file, or to standard output')
    .addHelpText('after', STORE_HELP)
    .action(async ({ json, samples }: BenchOptions & { samples: number }) => {
      process.exitCode = await measured(async (dir, supervisor, progress) => {
        const result = await benchStore(dir, supervisor, progress, samples);
        write(json, result, storeTable(result));
        return missedStoreGoals(result);
      });
    });
  bench
    .command('oracle')
    .description("a day of a busy pool's log verified and turned into metrics")
    .option('--full', 'once more, recovering the signers of all candidates')
    .option('--keep <dir>', 'folder in which the logs stay for the next time')
    .option('--json [file]', 'write the result as JSON to a file, or to standard output')
    .addHelpText('after', ORACLE_HELP)
    .action(async ({ json, full, keep }: BenchOptions & { full?: true; keep?: string }) => {
      process.exitCode = await measured(async (dir, _, progress) => {
        const result = await benchOracle(dir, { full: full === true, keep: keep ?? null }, progress);
        write(json, result, oracleTable(result));
        return missedOracleGoals(result);
      });
    });
  return bench;
}

/** Gives the goals that were missed, a sentence each. */
type Measuring = (dir: string, supervisor: Supervisor, progress: (text: string) => void) => Promise<string[]>;

async function measured(work: Measuring): Promise<number> {
  const progress = progressLines();
  const { signal } = untilSignal();
  const [load = 0] = loadavg();
  if (load > 1) progress(`this machine is busy (load ${load.toFixed(1)}): the figures will be too high`);
  try {
    const missed = await inFolder('bench', (dir, supervisor) => work(dir, supervisor, progress));
    for (const goal of missed) progress(`goal missed: ${goal}`);
    return missed.length > 0 ? 1 : 0;
  } catch (thrown) {
    if (signal.aborted) return 130;
    throw thrown;
  }
}

function write(json: string | true | undefined, result: object, table: string): void {
  const text = `${JSON.stringify(result)}\n`;
  if (json === true) process.stdout.write(text);
  else if (json) writeFileSync(json, text);
  (json === true ? process.stderr : process.stdout).write(table);
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
    requireComplete();
    const growth = await withChain((env) => benchContract(ground(env.POOL_CHAIN ?? ''), progress));
    write(json, { growth }, resultTable(growth));
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
