import { Command } from 'commander';
import { ROLES } from '../../common/governance/roles.ts';
import { accountName } from '../oracle/chain-view.ts';
import { integer } from '../run/options.ts';
import { act, actorOf } from '../verbs/act.ts';
import { type ActOptions, oneOfWords, withAct } from '../verbs/options.ts';
import { askPool } from '../verbs/pool-client.ts';
import { requireStep } from '../verbs/step-checks.ts';
import { STEPS, type Step } from '../verbs/steps.ts';

const PARSERS = {
  account: accountName,
  id: (text: string) => integer(1, Number.MAX_SAFE_INTEGER)(text),
  count: (text: string) => integer(0, 2 ** 32 - 1)(text),
  role: oneOfWords(...ROLES),
} as const;

export function stepCommands(): Command[] {
  return STEPS.map(stepCommand);
}

/** One action as a sub-command. */
export function stepCommand(step: Step): Command {
  const command = new Command(step.command).description(step.about);
  for (const { name, type, about, default: standard } of step.fields) {
    const isOptional = standard !== undefined || (step.command === 'claim' && name === 'account');
    const parse = PARSERS[type] as (text: string) => string | number;
    if (isOptional) command.argument(`[${name}]`, about, parse, standard === undefined ? undefined : Number(standard));
    else command.argument(`<${name}>`, about, parse);
  }
  return withAct(command)
    .addHelpText(
      'after',
      `\nExamples:\n  ./pool ${step.example} --as alice\n  ./pool ${step.example} --as alice --push --key-file alice.key`,
    )
    .action((...given: unknown[]) => push(step, given.slice(0, -2), given.at(-2) as ActOptions));
}

async function push(step: Step, args: unknown[], options: ActOptions): Promise<void> {
  const actor = actorOf(options);
  const values = step.fields.map(({ name }, i) => [name, args[i] ?? actor]);
  const data = { ...(step.by === null ? {} : { [step.by]: actor }), ...Object.fromEntries(values) };
  const { client, facts } = await askPool(options);
  const name = step.action ?? step.command;
  const says = await requireStep(name, data, { client, facts }, actor);
  await act(client, options, { name, data, says: options.json ? [] : says });
}
