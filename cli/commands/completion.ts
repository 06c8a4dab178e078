import { Argument, Command, InvalidArgumentError } from 'commander';
import { completionScript, SHELLS, type Shell } from '../completion/scripts.ts';
import { nodesOf } from '../completion/words.ts';
import { write } from '../verbs/show.ts';

/** `program`: gives the whole command line, which has this command in it. */
export function completionCommand(program: () => Command): Command {
  return new Command('completion')
    .description('print a script with which a shell completes commands and options')
    .addArgument(new Argument('<shell>', 'whose').choices(SHELLS))
    .option('--name <name>', 'the command that it is for', commandName, 'bppool')
    .option('--json', 'print JSON, with the script in it')
    .addHelpText(
      'after',
      `
Examples:
  eval "$(bppool completion bash)"             # in ~/.bashrc
  source <(bppool completion zsh)              # in ~/.zshrc, after compinit
  bppool completion fish | source              # in ~/.config/fish/config.fish
  eval "$(./pool completion bash --name pool)" # for ./pool of a checkout`,
    )
    .action(async (shell: Shell, { name, json }: { name: string; json?: true }) => {
      const script = completionScript(shell, name, nodesOf(program())).trimEnd();
      await write({ json }, { shell, name, script }, () => [script]);
    });
}

/** It stands in the script as it is. */
function commandName(text: string): string {
  if (/^[a-zA-Z][\w-]*$/.test(text)) return text;
  throw new InvalidArgumentError('It takes the name of a command: letters, digits, - and _.');
}
