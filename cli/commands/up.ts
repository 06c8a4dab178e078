import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { Command, Option } from 'commander';
import { PoolError } from '../../common/errors.ts';
import { slotInWindow, windowOf } from '../../common/slot.ts';
import { parseStrategy } from '../../emitter/select/strategy.ts';
import { claimFolder, releaseFolder } from '../run/folder.ts';
import { narrate } from '../run/narrate.ts';
import { integer, type KillSpec, killSpec, MODES, MOST_EMITTERS, type Mode, type Restart } from '../run/options.ts';
import { payday, untilSettled } from '../run/payday.ts';
import { PoolRun } from '../run/pool-run.ts';
import { progressLines } from '../run/progress.ts';
import { untilSignal } from '../run/signals.ts';
import { summarize } from '../run/summary.ts';
import { turnOf, windowOfTurn } from '../run/turns.ts';

interface UpOptions {
  members: number;
  producers: number;
  emitters: number;
  oracles: number;
  windows?: number;
  strategy: string;
  mode: Mode;
  kill?: KillSpec;
  restart: Restart;
  seed?: number;
  json?: string | true;
  dir: string;
}

const EXAMPLES = `
Examples:
  ./pool up                                              until Ctrl-C
  ./pool up --windows 3 --kill leader@2:5 --json out.json
  ./pool up --mode standby --windows 3 --kill leader@2:5
  ./pool up --emitters 2 --oracles 3                     with a cluster of three nats-servers
  ./pool up --members 5 --producers 1 --windows 10 --dir .pool-5`;

export function upCommand(): Command {
  return new Command('up')
    .description('run a whole pool on a real local chain')
    .option('--members <n>', 'members of the pool, a nodeos each', integer(1, 100), 3)
    .option('--producers <n>', 'other producers of the network, a nodeos each', integer(1, 20), 3)
    .option(
      '--emitters <n>',
      'emitters, a process and a relay node each; more than one share a cluster of three nats-servers',
      integer(1, MOST_EMITTERS),
      1,
    )
    .option('--oracles <n>', 'oracles, a process each', integer(1, 21), 1)
    .option('--windows <n>', 'end when this many windows are settled, paid and irreversible', integer(1, 100_000))
    .option('--strategy <name>', 'how the emitter picks a block', 'first-delivered')
    .addOption(
      new Option('--mode <mode>', 'whether all members propose blocks, or one leads').choices(MODES).default('propose'),
    )
    .option('--kill <spec>', 'SIGKILL for the leading member, as leader@2:5 (window 2, slot 5)', killSpec)
    .addOption(
      new Option(
        '--restart <which>',
        'nodes that come back, with their blocks, when they end: all is members and relay nodes',
      )
        .choices(['none', 'members', 'all'])
        .default('none'),
    )
    .option('--seed <n>', 'repeatable keys and transactions', integer(0, 2 ** 32 - 1))
    .option('--json [file]', 'write the summary as JSON to a file, or to standard output')
    .option('--dir <dir>', 'folder of the run: logs, event logs, run.json', '.pool')
    .addHelpText('after', EXAMPLES)
    .action(async (options: UpOptions) => {
      process.exitCode = await up(options);
    });
}

/** Runs a pool as asked; gives the exit code: 0 done or stopped by the user, 1 failed. */
async function up(options: UpOptions): Promise<number> {
  if (options.kill && options.windows && options.kill.turn > options.windows) {
    const text = `--kill names window ${options.kill.turn}, and --windows ends the run after ${options.windows}`;
    throw new PoolError('options', `${text}; kill in an earlier window or run longer`);
  }
  if (options.mode === 'standby' && options.emitters > 1) {
    const text = `--mode standby runs with one emitter, and --emitters says ${options.emitters}`;
    throw new PoolError('options', `${text}; leave one of the two out`);
  }
  const parsed = parseStrategy(options.strategy);
  if (!parsed.ok) throw new PoolError('options', `--strategy: ${parsed.problem}`);
  const dir = path.resolve(options.dir);
  const progress = progressLines();
  const { signal, received } = untilSignal();
  claimFolder(dir);
  const { members, producers, emitters, oracles, strategy, mode, seed, restart } = options;
  const size = { members, producers, emitters, oracles };
  const run = new PoolRun({ dir, ...size, strategy, mode, seed, restart }, progress);
  try {
    narrate(run, progress);
    if (options.kill) killLeader(run, options.kill, progress);
    const work = async () => {
      await run.start();
      if (options.windows === undefined) {
        progress('press Ctrl-C to stop');
        return;
      }
      await finish(run, options.windows, options.json, progress);
    };
    const done = options.windows === undefined ? work().then(() => received) : work();
    await Promise.race([done, run.failed, received]);
  } finally {
    if (signal.aborted) progress('stopping');
    await run.stop();
    releaseFolder(dir);
  }
  return signal.aborted && options.windows !== undefined ? 130 : 0;
}

async function finish(
  run: PoolRun,
  windows: number,
  json: string | true | undefined,
  progress: (text: string) => void,
) {
  const ids = Array.from({ length: windows }, (_, i) => windowOfTurn(run.turns, i + 1));
  await untilSettled(run, ids, (id) => progress(`window ${turnOf(run.turns, id)} settled by the contract`));
  await payday(run, progress);
  const summary = await summarize(run, ids);
  for (const { member, credited, paid } of summary.payouts) progress(`${member}: credited ${credited}, paid ${paid}`);
  const text = `${JSON.stringify(summary, null, 2)}\n`;
  if (json === true) process.stdout.write(text);
  else if (json) writeFileSync(json, text);
}

/** Watches for the pool's block of the given slot and kills the nodeos of the member who signed it. */
function killLeader(run: PoolRun, { turn, slot }: KillSpec, progress: (text: string) => void): void {
  let done = false;
  run.onRecord(({ event }) => {
    if (done || event.type !== 'emission' || slotInWindow(event.slot) !== slot) return;
    if (windowOf(event.slot) !== windowOfTurn(run.turns, turn)) return;
    done = true;
    const node = run.nodeOf(event.signer);
    if (!node?.pid) return progress(`no node to kill: ${event.signer} signed slot ${slot}`);
    process.kill(node.pid, 'SIGKILL');
    progress(`killed ${node.name} (pid ${node.pid}) after slot ${slot} of window ${turn}`);
  });
}
