import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { Command, Option } from 'commander';
import { PoolError } from '../../common/errors.ts';
import { seededRandom } from '../../common/random.ts';
import { chaosResult } from '../run/chaos-result.ts';
import { claimFolder, releaseFolder } from '../run/folder.ts';
import { type Kill, killLeaderAt, SIGNALS, type Signal } from '../run/kills.ts';
import { narrate } from '../run/narrate.ts';
import { integer, MODES, type Mode } from '../run/options.ts';
import { PoolRun } from '../run/pool-run.ts';
import { progressLines } from '../run/progress.ts';
import { untilSignal } from '../run/signals.ts';

interface ChaosOptions {
  kill: string;
  mode: Mode;
  signal: Signal;
  times: number;
  seed: number;
  members: number;
  producers: number;
  json?: string | true;
  dir: string;
}

/** Slots at which every run begins its kills: 12 cover all; after these they are drawn at random. */
const FIRST_SLOTS = [0, 1, 3, 5, 8, 11, 2, 4, 6, 7, 9, 10];

const EXAMPLES = `
Examples:
  ./pool chaos --kill leader --times 10 --producers 1 --seed 4
  ./pool chaos --kill leader --mode standby --times 20 --json chaos.json
  ./pool chaos --kill leader --mode standby --signal STOP --times 6`;

export function chaosCommand(): Command {
  return new Command('chaos')
    .description('kill parts of a running pool again and again, and count what it cost')
    .requiredOption('--kill <kind>', 'what to kill: leader')
    .addOption(new Option('--mode <mode>', 'mode of the pool').choices(MODES).default('propose'))
    .addOption(
      new Option('--signal <name>', 'KILL ends the node, STOP freezes it until its window is over')
        .choices(SIGNALS)
        .default('KILL'),
    )
    .option('--times <n>', 'how many kills', integer(1, 1000), 10)
    .option('--seed <n>', 'for the slots of the kills', integer(0, 2 ** 32 - 1), 1)
    .option('--members <n>', 'members of the pool', integer(2, 100), 3)
    .option('--producers <n>', 'other producers', integer(1, 20), 3)
    .option('--json [file]', 'write the result as JSON to a file, or to standard output')
    .option('--dir <dir>', 'folder of the run', '.pool-chaos')
    .addHelpText('after', EXAMPLES)
    .action(chaos);
}

async function chaos(options: ChaosOptions): Promise<void> {
  if (options.kill !== 'leader')
    throw new PoolError('options', `--kill ${options.kill} is not known; it can be: leader`);
  const dir = path.resolve(options.dir);
  const { members, producers, mode, signal: how, seed } = options;
  const progress = progressLines();
  const { received, signal } = untilSignal();
  claimFolder(dir);
  const run = new PoolRun(
    { dir, members, producers, oracles: 1, strategy: 'first-delivered', mode, seed, restart: 'members' },
    progress,
  );
  const stopped = received.then(() => Promise.reject(new PoolError('stopped', 'stopped by a signal')));
  stopped.catch(() => {});
  const random = seededRandom(seed);
  const kills: Kill[] = [];
  try {
    narrate(run, progress);
    const work = async () => {
      await run.start();
      for (let i = 0; i < options.times; i++) {
        const slot = FIRST_SLOTS[i] ?? random.below(12);
        const kill = await killLeaderAt(run, slot, how, progress);
        kills.push(kill);
        progress(`kill ${i + 1} of ${options.times}: ${kill.member} after slot ${slot}, it takes part again`);
      }
      const result = await chaosResult(run, kills, seed);
      const text = `${JSON.stringify(result, null, 2)}\n`;
      if (typeof options.json === 'string') writeFileSync(options.json, text);
      else process.stdout.write(text);
    };
    await Promise.race([work(), run.failed, stopped]);
  } finally {
    if (signal.aborted) progress('stopping');
    await run.stop();
    releaseFolder(dir);
  }
}
