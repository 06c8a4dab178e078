import { Command } from 'commander';
import { readVotes } from '../../common/governance/proposals.ts';
import { integer } from '../run/options.ts';
import { act, actorOf } from '../verbs/act.ts';
import { requireElector, requireHash, requireNewVote, requireStage } from '../verbs/checks.ts';
import { type ActOptions, oneOfWords, sha256Hex, withAct } from '../verbs/options.ts';
import { askPool } from '../verbs/pool-client.ts';
import { needProposal, proposalLines, viewProposal } from '../verbs/proposal-view.ts';
import { BYTES } from '../verbs/room.ts';

const EXAMPLES = `
What would change, and how the vote stands, is said on standard error; the line, for who signs with cleos, is on standard output. The vote names the proposal's hash, which is
computed here from what is shown: a node that shows something else is found out.

Examples:
  ./pool vote 12 yes --as alice
  ./pool vote 12 no --as alice --permission voting --esr
  ./pool vote 12 yes --as alice --push --key-file alice.key
  BPPOOL_ACCOUNT=alice ./pool vote 12 yes --push --wallet http://127.0.0.1:8900`;

export function voteCommand(): Command {
  return withAct(
    new Command('vote')
      .description('vote on a proposal, or change the vote')
      .argument('<id>', 'of the proposal', integer(1, Number.MAX_SAFE_INTEGER))
      .argument('<yes|no>', 'what you say', oneOfWords('yes', 'no'))
      .option('--hash <sha256>', 'refuse unless the proposal has this hash', sha256Hex),
  )
    .addHelpText('after', EXAMPLES)
    .action(vote);
}

async function vote(id: number, word: string, options: ActOptions & { hash?: string }): Promise<void> {
  const voter = actorOf(options);
  const { client, facts } = await askPool(options);
  const proposal = await needProposal(client, options.dac, id);
  requireStage(proposal, facts, 'vote');
  requireElector(proposal, facts, voter);
  requireHash(proposal, options.hash, options.api);
  const yes = word === 'yes';
  requireNewVote(proposal, await readVotes(client, options.dac, id), voter, yes);
  const view = await viewProposal(client, facts, proposal);
  const says = options.json ? [] : proposalLines(view, facts.now);
  await act(client, options, { name: 'vote', data: { voter, id, hash: proposal.hash, yes }, says, bytes: BYTES.vote });
}
