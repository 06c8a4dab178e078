import { Command } from 'commander';
import { changeLine } from '../../common/governance/changes.ts';
import { payloadHash } from '../../common/governance/payload-hash.ts';
import type { Proposal } from '../../common/governance/proposals.ts';
import { spanText } from '../../common/governance/words.ts';
import { act, actorOf } from '../verbs/act.ts';
import { requireProposer, requireText } from '../verbs/checks.ts';
import type { KindCommand, Motion } from '../verbs/kind-command.ts';
import { KIND_COMMANDS } from '../verbs/kinds.ts';
import { type ActOptions, withAct } from '../verbs/options.ts';
import { askPool, type PoolNow } from '../verbs/pool-client.ts';
import { viewProposal } from '../verbs/proposal-view.ts';
import { BYTES } from '../verbs/room.ts';

type ProposeOptions = ActOptions & { text: string } & Record<string, string | boolean | undefined>;

const NO_KEY = 'EOS1111111111111111111111111111111114T1Anm';

export function proposeCommand(): Command {
  const command = new Command('propose').description('propose something to the members; each kind is a sub-command');
  for (const kind of KIND_COMMANDS) command.addCommand(kindCommand(kind));
  return command.addHelpText(
    'after',
    `
What would change, beside what stands on the chain now, and the hash that members vote for are said on standard error; the line is on standard output.

Examples:
  ./pool propose admit dave --as alice --text "two machines in Berlin"
  ./pool propose config votetime 2d --as alice --push --key-file alice.key
  ./pool propose spend emitterco "200 EOS" --days 60 --as alice --esr`,
  );
}

function kindCommand(spec: KindCommand): Command {
  const command = spec
    .shape(new Command(spec.kind).description(spec.about))
    .option('--text <why>', 'for those who vote, at most 255 bytes', '');
  return withAct(command)
    .addHelpText('after', `\nExamples:\n  ./pool propose ${spec.example} --as alice`)
    .action(async (...given: unknown[]) => {
      const options = given.at(-2) as ProposeOptions;
      const args = given.slice(0, -2).map((one) => (one === undefined ? one : String(one))) as string[];
      await propose(spec, args, options);
    });
}

async function propose(spec: KindCommand, args: string[], options: ProposeOptions): Promise<void> {
  const proposer = actorOf(options);
  requireText('text', options.text);
  const now = await askPool(options);
  requireProposer(now.facts, proposer);
  const motion = await spec.make({ ...now, proposer }, args, options);
  const proposal = draft(spec, motion, proposer, now, options.text);
  const view = await viewProposal(now.client, now.facts, proposal);
  const { tally } = view;
  const lines = [
    view.title,
    ...view.changes.map((change) => `  ${changeLine(change)}`),
    ...view.notes.map((note) => `  ! ${note}`),
    `The vote lasts ${spanText(Number(now.facts.config.figures.votetime) * 1000)}; ${tally.needed} of ${tally.electors} have to say yes.`,
    `It would be proposal ${proposal.id}, if nobody proposes before, with the hash ${proposal.hash}`,
  ];
  const room = BYTES.proposal(proposal.detail, proposal.text) + (motion.bytes ?? 0);
  const data = { proposer, ...motion.data, text: options.text };
  await act(now.client, options, { name: `prop${spec.kind}`, data, says: options.json ? [] : lines, bytes: room });
}

/** The row that the contract would make of it. */
function draft(
  { kind }: KindCommand,
  { columns }: Motion,
  proposer: string,
  { facts }: PoolNow,
  text: string,
): Proposal {
  const { config, state, now, symbol } = facts;
  const [precision = '0', code = ''] = symbol.split(',');
  const nothing = Number(precision) > 0 ? `0.${'0'.repeat(Number(precision))} ${code}` : `0 ${code}`;
  const empty = {
    ...{ id: state.nextProposal, kind, proposer, status: 'voting' as const, twoThirds: false, created: now },
    ...{ ends: now + Number(config.figures.votetime) * 1000, unlock: 0, done: 0, yes: 0, no: 0, electors: 0 },
    ...{ respondent: '', other: '', hash: '', subject: '', target: '', token: '', value: 0n, option: 0n },
    ...{ amount: nothing, key: NO_KEY, digest: '0'.repeat(64), data: '', detail: '', text },
  };
  const proposal = { ...empty, ...columns };
  return { ...proposal, hash: payloadHash(proposal) };
}
