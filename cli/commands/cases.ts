import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { Command } from 'commander';
import { ROOT, shimLibrary } from '../../devnet/tools.ts';
import { untilSignal } from '../run/signals.ts';

/** The cases are tests, which no program imports: they run as a process of their own, with the options that were given. */
export function casesCommand(): Command {
  return new Command('cases')
    .description('play what can go wrong on real nodes, one case a window, and print what each cost the pool')
    .helpOption(false)
    .allowUnknownOption()
    .argument('[options...]', 'see ./pool cases --help')
    .action(async (args: string[]) => {
      const bound = { LD_PRELOAD: shimLibrary(), DIE_WITH_PARENT: String(process.pid), DIE_WITH_SIGNAL: '15' };
      const child = spawn(process.execPath, [path.join(ROOT, 'tests/e2e/cases/main.ts'), ...args], {
        env: { ...process.env, ...bound },
        stdio: 'inherit',
      });
      const { received, signal } = untilSignal();
      void received.then(() => child.kill('SIGTERM'));
      const [code] = (await once(child, 'exit')) as [number | null];
      process.exitCode = signal.aborted ? 130 : (code ?? 1);
    });
}
