import type { PoolProposal } from '../../api.ts';

const STAGES: Record<string, string> = {
  voting: 'voting',
  'to-count': 'over, to be counted',
  locked: 'passed, waits for its time',
  'to-execute': 'passed, to be executed',
  'too-late': 'passed, executed too late',
  executed: 'executed',
  rejected: 'rejected',
  expired: 'expired',
  cancelled: 'cancelled',
};

export function stageWord(stage: string): string {
  return STAGES[stage] ?? stage;
}

/** Whether anything can still become of it. */
export function isOpen({ stage }: Pick<PoolProposal, 'stage'>): boolean {
  return ['voting', 'to-count', 'locked', 'to-execute'].includes(stage);
}

/** "2 of 3 say yes, 2 are needed; 0 say no": counts with what they mean. */
export function sayTally({
  yes,
  no,
  electors,
  needed,
}: Pick<PoolProposal, 'yes' | 'no' | 'electors' | 'needed'>): string {
  const missing = Math.max(0, needed - yes);
  const rest = missing === 0 ? 'enough' : `${missing} more ${missing === 1 ? 'is' : 'are'} needed`;
  return `${yes} of ${electors} say yes, ${needed} needed (${rest}); ${no} say no.`;
}

/** The data of `vote` and of what else the page offers for a proposal. Null for an action that needs more than the page knows. */
export function actionData(
  action: string,
  proposal: Pick<PoolProposal, 'id' | 'hash'>,
  account: string,
  yes = true,
): object | null {
  switch (action) {
    case 'vote':
      return { voter: account, id: proposal.id, hash: proposal.hash, yes };
    case 'tally':
    case 'execute':
    case 'expire':
      return { id: proposal.id };
    case 'cancel':
      return { proposer: account, id: proposal.id };
    default:
      return null;
  }
}
