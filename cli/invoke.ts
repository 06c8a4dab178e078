import { CommanderError } from 'commander';
import { PoolError } from '../common/errors.ts';
import { withoutKeys } from '../common/secrets.ts';
import { everyCommand, makeProgram } from './program.ts';

/** These write a result to the file that `--json` names, beside what they tell people on standard error; to standard output without a name. */
const WITH_RESULT_FILE = ['up', 'chaos', 'bench', 'cases'];

/** Exit codes; docs/command-line.md has the table. */
const FAILED = 1;
const WRONG_OPTIONS = 2;
const INTERRUPTED = 130;

/**
 * Runs a command line (without node and script) to its end and leaves its exit code in process.exitCode. What fails is one sentence on standard
 * error; with `--json` it is JSON, for standard output is JSON then, and a program can read why it got nothing.
 */
export async function invoke(args: string[]): Promise<void> {
  const asJson = wantsJson(args);
  try {
    const program = makeProgram();
    for (const command of everyCommand(program)) {
      command.exitOverride();
      if (asJson) command.showHelpAfterError(false).configureOutput({ outputError: () => undefined });
    }
    await program.parseAsync(args, { from: 'user' });
  } catch (thrown) {
    end(thrown, asJson);
  }
}

function wantsJson(args: string[]): boolean {
  const at = args.indexOf('--json');
  const named = args[at + 1];
  const hasFile = named !== undefined && !named.startsWith('-') && WITH_RESULT_FILE.includes(args[0] ?? '');
  return at >= 0 && !hasFile;
}

function end(thrown: unknown, asJson: boolean): void {
  const tell = (code: string, message: string) => {
    const text = withoutKeys(message);
    process.stderr.write(asJson ? `${JSON.stringify({ error: { code, message: text } })}\n` : `pool: ${text}\n`);
  };
  if (thrown instanceof CommanderError) {
    process.exitCode = thrown.exitCode === 0 ? 0 : WRONG_OPTIONS;
    if (thrown.exitCode !== 0 && asJson) tell('options', thrown.message.replace(/^error: /, ''));
    return;
  }
  if (!(thrown instanceof PoolError)) {
    process.exitCode = FAILED;
    tell('fault', asJson ? String(thrown) : ((thrown as Error)?.stack ?? String(thrown)));
    return;
  }
  process.exitCode = { options: WRONG_OPTIONS, interrupted: INTERRUPTED }[thrown.code] ?? FAILED;
  tell(thrown.code, thrown.message);
}
