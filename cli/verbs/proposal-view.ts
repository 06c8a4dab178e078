import type { ChainClient } from '../../common/chain.ts';
import { PoolError } from '../../common/errors.ts';
import { changeLine, changesOf } from '../../common/governance/changes.ts';
import { type Facts, readDetails } from '../../common/governance/facts.ts';
import { type Proposal, readProposal, readVotes, type Vote } from '../../common/governance/proposals.ts';
import { stageOf } from '../../common/governance/stage.ts';
import { tallyOf } from '../../common/governance/tally.ts';
import { listText, spanText, timeText } from '../../common/governance/words.ts';

/** A proposal with all that people need for a vote. */
export type ProposalView = Awaited<ReturnType<typeof viewProposal>>;

/** Throws PoolError `no_proposal` for one that is not there. */
export async function needProposal(client: ChainClient, dac: string, id: number): Promise<Proposal> {
  const proposal = await readProposal(client, dac, id);
  if (proposal) return proposal;
  throw new PoolError('no_proposal', `there is no proposal ${id} in ${dac}: ./pool proposals lists those that are`);
}

export async function viewProposal(client: ChainClient, facts: Facts, proposal: Proposal) {
  const { dac } = facts;
  const votes: Vote[] = proposal.status === 'voting' ? await readVotes(client, dac, proposal.id) : [];
  const tally = tallyOf(proposal, facts.seats, votes);
  const stage = stageOf(proposal, facts.config, facts.now);
  const changes = changesOf(proposal, facts, await readDetails(client, dac, proposal));
  return { proposal, votes, tally, ...stage, ...changes };
}

/** "voting, 2 d 3 h left". */
export function stageText({ stage, until }: Pick<ProposalView, 'stage' | 'until'>, now: number): string {
  const word = stage.replace('-', ' ');
  const ended = ['executed', 'rejected', 'expired', 'cancelled'].includes(stage);
  return until === null || ended ? word : `${word}, ${spanText(until - now)} left`;
}

export function tallyText({ tally }: Pick<ProposalView, 'tally'>): string {
  return `${tally.yes} yes, ${tally.no} no, ${tally.needed} of ${tally.electors} needed`;
}

/** All of it, for people. */
export function proposalLines(view: ProposalView, now: number): string[] {
  const { proposal, tally, title, changes, notes, can } = view;
  const { id, kind, proposer, text, hash, created, ends } = proposal;
  const { voices } = tally;
  const isOpen = proposal.status === 'voting';
  return [
    `proposal ${id} (${kind}) of ${proposer}: ${title}`,
    ...changes.map((change) => `  ${changeLine(change)}`),
    ...notes.map((note) => `  ! ${note}`),
    `why: ${text || 'nothing is said'}`,
    `made ${timeText(created)}, vote until ${timeText(ends)}: ${stageText(view, now)}`,
    `votes: ${tallyText(view)}${proposal.twoThirds ? ' (two thirds)' : ''}`,
    ...(isOpen
      ? [`  yes: ${listText(voices.yes)}`, `  no: ${listText(voices.no)}`, `  silent: ${listText(voices.silent)}`]
      : []),
    ...(tally.decided && isOpen
      ? [
          `  the votes that are missing change nothing: it ${tally.decided === 'yes' ? 'passes' : 'is rejected'} at the count`,
        ]
      : []),
    `now: ${can.length === 0 ? 'nothing can be pushed' : can.map(({ action, who }) => `${action} (${who})`).join(', ')}`,
    `hash ${hash}`,
  ];
}

/** For programs: amounts and ids that may be large as text. */
export function proposalJson({ proposal, votes, tally, stage, until, can, title, changes, notes }: ProposalView) {
  return { ...proposal, title, changes, notes, stage, until, can, tally, votes };
}
