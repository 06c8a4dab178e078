import type { Command } from 'commander';

/** What can follow a command: sub-commands, options, and words that its arguments take. */
export interface Node {
  /** From the program's name on, with blanks between: "vote", "propose spend"; empty for the program. */
  path: string;
  words: string[];
  /** Options that take a value. */
  valued: string[];
}

/** Every command of a program with what can follow it, for a shell's completion. */
export function nodesOf(program: Command, path: string[] = []): Node[] {
  const options = program.options.filter((option) => !option.hidden);
  const flags = [...options.flatMap(({ long, short }) => [long, short]), '--help'].filter((flag) => flag != null);
  const words = [
    ...program.commands.map((command) => command.name()),
    ...program.registeredArguments.flatMap(({ description, argChoices }) => argChoices ?? wordsIn(description)),
    ...flags,
  ];
  const valued = options
    .filter(({ required, optional }) => required || optional)
    .flatMap(({ long, short }) => [long, short]);
  const node = { path: path.join(' '), words: [...new Set(words)], valued: valued.filter((flag) => flag != null) };
  return [node, ...program.commands.flatMap((command) => nodesOf(command, [...path, command.name()]))];
}

/** Words of an argument that is described by nothing but a list of them, as "emitter, oracle, arbitrator". */
function wordsIn(description: string): string[] {
  return /^[a-z0-9-]+(, [a-z0-9-]+)+$/.test(description) ? description.split(', ') : [];
}
