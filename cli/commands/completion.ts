import { Argument, Command } from 'commander';
import { completionScript, SHELLS, type Shell } from '../completion/scripts.ts';
import { nodesOf } from '../completion/words.ts';
import { writeLines } from '../log/output.ts';

/** `program`: gives the whole command line, which has this command in it. */
export function completionCommand(program: () => Command): Command {
  return new Command('completion')
    .description('print a script with which a shell completes commands and options')
    .addArgument(new Argument('<shell>', 'whose').choices(SHELLS))
    .option('--name <name>', 'the command that it is for', 'bppool')
    .addHelpText(
      'after',
      `
Examples:
  eval "$(bppool completion bash)"             # in ~/.bashrc
  source <(bppool completion zsh)              # in ~/.zshrc, after compinit
  bppool completion fish | source              # in ~/.config/fish/config.fish
  eval "$(./pool completion bash --name pool)" # for ./pool of a checkout`,
    )
    .action(async (shell: Shell, { name }: { name: string }) => {
      await writeLines([completionScript(shell, name, nodesOf(program())).trimEnd()]);
    });
}
