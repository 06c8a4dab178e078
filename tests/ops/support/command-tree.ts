import { type Command, CommanderError } from 'commander';
import { makeProgram } from '../../../cli/program.ts';

/** The command line as it is put together for real. */
export function commandTree(): Command {
  const program = makeProgram();
  quiet(program);
  return program;
}

function quiet(command: Command): void {
  command.exitOverride().configureOutput({ writeErr: () => {}, writeOut: () => {} });
  for (const each of command.commands) quiet(each);
}

/** Something that a reader puts a value of his own for. */
const isPlaceholder = (word: string) => /^[A-Z][A-Z0-9_,:@/-]*$|…|\$|<.*>/.test(word);

/**
 * What is wrong with a line "./pool …" or "bppool …" in its words, or null. Words in brackets are there as if without, of alternatives "a|b" the first
 * counts. `isLine`: it stands there to be typed. Nothing is run.
 */
export function commandProblem(program: Command, words: readonly string[], isLine = true): string | null {
  const given = words.slice(1).map((word) => word.replace(/^\[+/, '').replace(/\]+$/, ''));
  const plain = given.map((word) => (/^[\w-]+(\\?\|[\w-]+)+$/.test(word) ? (word.split(/\\?\|/)[0] as string) : word));
  let command = program;
  let rest = plain.filter((word) => word !== '…' && word !== '...' && word !== '');
  for (let next = find(command, rest[0]); next; next = find(command, rest[0])) {
    command = next;
    rest = rest.slice(1);
  }
  if (command.commands.length > 0) {
    if (rest.length === 0) return null;
    const [word = ''] = rest;
    return word.startsWith('-')
      ? optionsProblem(command, rest, isLine)
      : `there is no command "${word}" of "${nameOf(command)}"`;
  }
  return optionsProblem(command, rest, isLine);
}

function find(command: Command, word: string | undefined): Command | undefined {
  return command.commands.find((each) => each.name() === word || each.aliases().includes(word ?? ''));
}

function nameOf(command: Command): string {
  return command.parent ? `${nameOf(command.parent)} ${command.name()}` : command.name();
}

function optionsProblem(command: Command, words: string[], isLine: boolean): string | null {
  const name = nameOf(command);
  const { registeredArguments: places } = command;
  // Another program reads them.
  if (places[0]?.variadic && places[0].name() === 'options') return null;
  for (const word of words) {
    const [flag = ''] = word.split('=');
    const known = [...command.options.flatMap(({ short, long }) => [short, long]), '--help', '-h'];
    if (/^--?[a-z]/.test(flag) && !known.includes(flag)) return `"${name}" has no option ${flag}`;
  }
  try {
    const { operands } = command.parseOptions([...words]);
    const [most, least] = [
      places.at(-1)?.variadic ? Infinity : places.length,
      places.filter(({ required }) => required).length,
    ];
    if (operands.length > most) return `"${name}" takes ${most} arguments, not ${operands.join(' ')}`;
    // In a sentence a bare name is that of the command.
    if (operands.length < least && (isLine || operands.length > 0))
      return `"${name}" needs ${places.map((place) => place.name()).join(' ')}`;
    return null;
  } catch (thrown) {
    if (thrown instanceof CommanderError && words.some(isPlaceholder)) return null;
    return `"${name} ${words.join(' ')}": ${(thrown as Error).message}`;
  }
}
