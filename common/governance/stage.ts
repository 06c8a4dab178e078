import type { PoolConfig } from './pool.ts';
import type { Proposal } from './proposals.ts';

const WEEK_MS = 7 * 24 * 3600 * 1000;

export const STAGES = [
  'voting',
  'to-count',
  'locked',
  'to-execute',
  'too-late',
  'executed',
  'rejected',
  'expired',
  'cancelled',
] as const;

/** Where a proposal is in its life, and what can be pushed for it now. Source: contracts/pool/proposals.ts. */
export interface Stage {
  stage: (typeof STAGES)[number];
  /** When this stage ends by itself (ms since 1970); null when somebody has to push something. */
  until: number | null;
  /** Actions that the contract takes now. `who`: anyone, its electors, or its proposer. */
  can: { action: 'vote' | 'tally' | 'execute' | 'expire' | 'cancel'; who: 'anyone' | 'electors' | 'proposer' }[];
}

/** `now`: the chain's time, ms since 1970, of which the contract sees whole seconds. */
export function stageOf(proposal: Proposal, config: Pick<PoolConfig, 'phase' | 'pausedUntil'>, now: number): Stage {
  const { status, ends, unlock, done, kind } = proposal;
  const anyone = 'anyone' as const;
  if (status === 'voting') {
    const cancel = kind === 'appeal' ? [] : [{ action: 'cancel' as const, who: 'proposer' as const }];
    if (now < ends) return { stage: 'voting', until: ends, can: [{ action: 'vote', who: 'electors' }, ...cancel] };
    return { stage: 'to-count', until: null, can: [{ action: 'tally', who: anyone }, ...cancel] };
  }
  if (status === 'passed') {
    if (now < unlock) return { stage: 'locked', until: unlock, can: [] };
    if (now >= unlock + WEEK_MS) return { stage: 'too-late', until: null, can: [{ action: 'expire', who: anyone }] };
    const isHeld = config.phase === 'dissolved' || (config.pausedUntil > now && kind !== 'unpause');
    const can = isHeld ? [] : [{ action: 'execute' as const, who: anyone }];
    return { stage: 'to-execute', until: unlock + WEEK_MS, can };
  }
  const isErasable = now >= done + WEEK_MS;
  return {
    stage: status,
    until: isErasable ? null : done + WEEK_MS,
    can: isErasable ? [{ action: 'expire', who: anyone }] : [],
  };
}
