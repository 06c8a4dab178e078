import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { Command, Option } from 'commander';
import { drawKills, KINDS, type Kind, SIGNALS, type Signal } from '../chaos/draw.ts';
import { missedGoals } from '../chaos/goals.ts';
import { type Kill, killOnce } from '../chaos/kill.ts';
import { type ChaosResult, chaosResult } from '../chaos/result.ts';
import { Scene } from '../chaos/scene.ts';
import { type ChaosSize, chaosSize } from '../chaos/size.ts';
import { chaosTable } from '../chaos/table.ts';
import { claimFolder, releaseFolder } from '../run/folder.ts';
import { narrate } from '../run/narrate.ts';
import { integer, MODES, MOST_EMITTERS, type Mode } from '../run/options.ts';
import { PoolRun } from '../run/pool-run.ts';
import { progressLines } from '../run/progress.ts';
import { untilSignal } from '../run/signals.ts';

interface ChaosOptions {
  kill: Kind;
  mode: Mode;
  signal: Signal;
  times: number;
  seed: number;
  members: number;
  producers: number;
  emitters?: number;
  oracles?: number;
  json?: string | true;
  dir: string;
}

const HELP = `
Each victim comes back and takes part again before the next is hit. Missed slots are counted on the final chain, and what was emitted twice by listeners at every
public producer; lost events by comparing each emitter's journal with its stream in the cluster. Goals: no slot emitted twice, no event lost, no window paid twice; no slot
missed but with a killed leader. Exit code 1 when one is missed, with a sentence for each.

Examples:
  ./pool chaos --kill emitter --times 50 --producers 1 --seed 4
  ./pool chaos --kill emitter --signal STOP --times 10      each frozen for 5 s in its own window
  ./pool chaos --kill mix --times 50 --producers 1 --json chaos.json
  ./pool chaos --kill leader --mode standby --times 20`;

export function chaosCommand(): Command {
  return new Command('chaos')
    .description('kill parts of a running pool again and again, and count what it cost')
    .addOption(new Option('--kill <kind>', 'what to kill; mix: each time another').choices(KINDS).makeOptionMandatory())
    .addOption(new Option('--mode <mode>', 'mode of the pool').choices(MODES).default('propose'))
    .addOption(
      new Option('--signal <name>', 'KILL ends the process, STOP freezes it for some seconds')
        .choices(SIGNALS)
        .default('KILL'),
    )
    .option('--times <n>', 'how many kills', integer(1, 1000), 10)
    .option('--seed <n>', 'for who is killed and when', integer(0, 2 ** 32 - 1), 1)
    .option('--members <n>', 'members of the pool', integer(2, 100), 3)
    .option('--producers <n>', 'other producers', integer(1, 20), 3)
    .option(
      '--emitters <n>',
      'emitters (default: 2 for emitter, relay, nats and mix, else 1)',
      integer(1, MOST_EMITTERS),
    )
    .option('--oracles <n>', 'oracles (default: 3 for oracle and mix, else 1)', integer(1, 21))
    .option('--json [file]', 'write the result as JSON to a file, or to standard output')
    .option('--dir <dir>', 'folder of the run', '.pool-chaos')
    .addHelpText('after', HELP)
    .action(async (options: ChaosOptions) => {
      process.exitCode = await chaos(options, chaosSize(options));
    });
}

/** Gives the exit code: 0 all goals reached, 1 some missed, 130 stopped by a signal. */
async function chaos(options: ChaosOptions, size: ChaosSize): Promise<number> {
  const dir = path.resolve(options.dir);
  const { mode, seed } = options;
  const progress = progressLines();
  const { received, signal } = untilSignal();
  claimFolder(dir);
  const run = new PoolRun({ dir, ...size, strategy: 'first-delivered', mode, seed, restart: 'all' }, progress);
  let scene: Scene | null = null;
  const work = async () => {
    await run.start();
    scene = await Scene.open(run);
    const kills = await killAll(scene, options, progress);
    return chaosResult(scene, options.kill, kills, seed);
  };
  try {
    narrate(run, progress);
    const result = await Promise.race([work(), run.failed, received]);
    return result === undefined ? 130 : tell(result, options.json, progress);
  } finally {
    if (signal.aborted) progress('stopping');
    await (scene as Scene | null)?.close();
    await run.stop();
    releaseFolder(dir);
  }
}

async function killAll(scene: Scene, options: ChaosOptions, progress: (text: string) => void): Promise<Kill[]> {
  const { kill: kind, signal: how, times, seed } = options;
  const kills: Kill[] = [];
  progress(`${times} times ${kind}, seed ${seed}`);
  for (const drawn of drawKills(kind, how, times, seed)) {
    const kill = await killOnce(scene, drawn, how, progress);
    kills.push(kill);
    progress(`${kills.length} of ${times}: ${kill.name} takes part again after ${(kill.backMs / 1000).toFixed(1)} s`);
  }
  return kills;
}

function tell(result: ChaosResult, json: string | true | undefined, progress: (text: string) => void): number {
  const text = `${JSON.stringify(result, null, 2)}\n`;
  if (typeof json === 'string') writeFileSync(json, text);
  const table = chaosTable(result);
  if (json === true) process.stderr.write(table);
  process.stdout.write(json === true ? text : table);
  const missed = missedGoals(result);
  for (const sentence of missed) progress(`goal missed: ${sentence}`);
  if (result.unsettled > 0) progress(`${result.unsettled} windows were not settled by the contract`);
  return missed.length > 0 ? 1 : 0;
}
