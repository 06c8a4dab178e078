import { readFileSync, writeFileSync } from 'node:fs';
import type { Argument, Command } from 'commander';
import { makeProgram } from './program.ts';

const DOC = new URL('../docs/command-line.md', import.meta.url);
const MARK = '<!-- made by: node cli/reference.ts -->\n';

/** Every command as its `--help` says it, for docs/command-line.md. */
export function reference(program: Command): string {
  const sections = program.commands
    .filter((command) => command.name() !== 'help')
    .map((command) => section(command, ''));
  return `\n${sections.join('\n')}`;
}

function section(command: Command, parent: string): string {
  const name = `${parent}${command.name()}`;
  const usage = [name, ...command.registeredArguments.map(bracketed)].join(' ');
  const rows = [
    ...command.registeredArguments.map((argument) => `- \`${argument.name()}\`: ${argument.description}`),
    ...command.options
      .filter(({ long, hidden }) => !hidden && !COMMON.includes(long ?? ''))
      .map(({ flags, description, defaultValue }) => `- \`${flags}\`: ${description}${standard(defaultValue)}`),
  ];
  const list = rows.length > 0 ? `\n${rows.join('\n')}\n` : '';
  const below = command.commands.filter((one) => one.name() !== 'help').map((one) => section(one, `${name} `));
  return `**\`./pool ${usage}\`** – ${command.description()}\n${list}${below.length > 0 ? `\n${below.join('\n')}` : ''}`;
}

/** Said once for all commands that have them. */
const COMMON = ['--api', '--dac', '--json', '--as', '--permission', '--esr', '--push', '--key-file', '--wallet'];

function bracketed(argument: Argument): string {
  const text = argument.variadic ? `${argument.name()}...` : argument.name();
  return argument.required ? `<${text}>` : `[${text}]`;
}

function standard(value: unknown): string {
  return value === undefined || value === '' || (Array.isArray(value) && value.length === 0) ? '' : ` (${value})`;
}

if (import.meta.main) {
  const made = reference(makeProgram());
  if (process.argv.includes('--write')) {
    const [head = ''] = readFileSync(DOC, 'utf8').split(MARK);
    writeFileSync(DOC, `${head}${MARK}${made}`);
  } else process.stdout.write(made);
}
