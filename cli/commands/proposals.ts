import { Command } from 'commander';
import { readProposals } from '../../common/governance/proposals.ts';
import { integer } from '../run/options.ts';
import { act, actorOf } from '../verbs/act.ts';
import { refuse, requireStage } from '../verbs/checks.ts';
import { type ActOptions, type ChainOptions, withAct, withChain } from '../verbs/options.ts';
import { askPool } from '../verbs/pool-client.ts';
import {
  needProposal,
  type ProposalView,
  proposalJson,
  proposalLines,
  stageText,
  tallyText,
  viewProposal,
} from '../verbs/proposal-view.ts';
import { table, write } from '../verbs/show.ts';

const id = integer(1, Number.MAX_SAFE_INTEGER);

export function proposalsCommand(): Command {
  return withChain(
    new Command('proposals')
      .description('list the proposals, or show one: what would change, votes, time left, what can be done now')
      .argument('[id]', 'of one proposal', id)
      .option('--open', 'only those that are voted on, wait for the count or for their execution'),
  )
    .addHelpText(
      'after',
      `
Examples:
  ./pool proposals
  ./pool proposals 12
  ./pool proposals --open --json | jq '.proposals[].id'`,
    )
    .action(list);
}

async function list(one: number | undefined, options: ChainOptions & { open?: true }): Promise<void> {
  const { client, facts } = await askPool(options);
  if (one !== undefined) {
    const view = await viewProposal(client, facts, await needProposal(client, options.dac, one));
    await write(options, proposalJson(view), () => proposalLines(view, facts.now));
    return;
  }
  const all = await readProposals(client, options.dac);
  const wanted = all.filter(({ status }) => !options.open || status === 'voting' || status === 'passed');
  const views: ProposalView[] = [];
  for (const proposal of wanted) views.push(await viewProposal(client, facts, proposal));
  await write(options, { now: facts.now, proposals: views.map(proposalJson) }, () => {
    if (views.length === 0) return [`no ${options.open ? 'open ' : ''}proposals in ${options.dac}`];
    const row = (view: ProposalView) => [
      String(view.proposal.id),
      view.title,
      stageText(view, facts.now),
      tallyText(view),
    ];
    return table(['id', 'what', 'stage', 'votes'], views.map(row));
  });
}

const STEPS = {
  tally: 'count a vote whose time is over; anyone can',
  execute: 'do what was voted for, once its lock time is over; anyone can',
  expire: 'end what passed and was not executed in a week, or erase what ended a week ago; anyone can',
  cancel: 'withdraw your own proposal before the count',
} as const;

/** `tally`, `execute`, `expire` and `cancel`. */
export function proposalStepCommands(): Command[] {
  return (Object.keys(STEPS) as (keyof typeof STEPS)[]).map((step) =>
    withAct(new Command(step).description(STEPS[step]).argument('<id>', 'of the proposal', id))
      .addHelpText(
        'after',
        `\nExamples:\n  ./pool ${step} 12 --as alice\n  ./pool ${step} 12 --as alice --push --key-file alice.key`,
      )
      .action((one: number, options: ActOptions) => push(step, one, options)),
  );
}

async function push(step: keyof typeof STEPS, one: number, options: ActOptions): Promise<void> {
  const actor = actorOf(options);
  const { client, facts } = await askPool(options);
  const proposal = await needProposal(client, options.dac, one);
  if (step === 'cancel' && proposal.proposer !== actor) {
    throw refuse(`proposal ${one} is ${proposal.proposer}'s: nobody else can cancel it`);
  }
  requireStage(proposal, facts, step);
  const view = await viewProposal(client, facts, proposal);
  const says = options.json ? [] : proposalLines(view, facts.now);
  const data = step === 'cancel' ? { proposer: actor, id: one } : { id: one };
  await act(client, options, { name: step, data, says });
}
