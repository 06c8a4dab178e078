import type { ChoiceContext, ParameterRule, StrategyRule } from './strategy.ts';
import type { Candidate } from './types.ts';

/** The first slot's block may leave this late without harm: it waits on nothing but the next slots' blocks, which are early. */
const WAIT: ParameterRule = { default: 100, min: 0, max: 400 };

function first(candidates: readonly Candidate[]): Candidate {
  return candidates[0] as Candidate;
}

function until(candidates: readonly Candidate[], ms: number | undefined): number {
  return first(candidates).arrivedMs + (ms ?? 0);
}

/** Takes the block of one member, waiting for it a while if it is still missing, else the first. */
function prefer(
  member: string | null,
  candidates: readonly Candidate[],
  { now, missing }: ChoiceContext,
  wait?: number,
) {
  const wanted = candidates.find(({ signer }) => signer === member);
  if (wanted) return { take: wanted };
  const waitUntil = until(candidates, wait);
  return member !== null && missing.includes(member) && now < waitUntil ? { waitUntil } : { take: first(candidates) };
}

/** Takes the best of what came until all members' blocks are there or the time is over; the first among equals. */
function best(
  candidates: readonly Candidate[],
  { now, missing }: ChoiceContext,
  wait: number | undefined,
  isBetter: (one: Candidate, other: Candidate) => boolean,
) {
  const waitUntil = until(candidates, wait);
  if (missing.length > 0 && now < waitUntil) return { waitUntil };
  return { take: candidates.reduce((chosen, next) => (isBetter(next, chosen) ? next : chosen)) };
}

/** The earliest delivered block: the lowest latency, and the default. Use it unless members' speeds differ unfairly. */
export const firstDelivered: StrategyRule = {
  name: 'first-delivered',
  version: 1,
  parameters: {},
  choose: (candidates) => ({ take: first(candidates) }),
};

/**
 * The block of the member whose turn it is, if it comes within `wait` ms of the first. Use it where each member has to prove itself,
 * or where the fastest would lead every window. Costs up to `wait` in windows whose member is slow.
 */
export const rotate: StrategyRule = {
  name: 'rotate',
  version: 1,
  parameters: { wait: WAIT },
  choose: (candidates, context, { wait }) => prefer(context.turn, candidates, context, wait),
};

/**
 * The block of the member that led last, if it comes within `wait` ms of the first. Use it where changes of leader cost something: a
 * member's own mempool, caches of its users.
 */
export const sticky: StrategyRule = {
  name: 'sticky',
  version: 1,
  parameters: { wait: WAIT },
  choose: (candidates, context, { wait }) => prefer(context.lastLeader, candidates, context, wait),
};

/**
 * The block with the most transactions of those that come within `wait` ms of the first, or of all members' as soon as they are there.
 * Use it where members see different transactions. It says nothing of later slots, and costs `wait` while a member is silent.
 */
export const fullest: StrategyRule = {
  name: 'fullest',
  version: 1,
  parameters: { wait: WAIT },
  choose: (candidates, context, { wait }) =>
    best(candidates, context, wait, (one, other) => one.transactions > other.transactions),
};

/**
 * The greatest id of those that come within `wait` ms. Use it only with nodes that break a tie by the greatest id (Spring), so
 * that a pool block which leaked does not beat the one let out. Who makes many ids can make a great one: not for members who cheat.
 */
export const highestId: StrategyRule = {
  name: 'highest-id',
  version: 1,
  parameters: { wait: { ...WAIT, default: 50 } },
  choose: (candidates, context, { wait }) => best(candidates, context, wait, (one, other) => one.id > other.id),
};

export const STRATEGY_RULES: readonly StrategyRule[] = [firstDelivered, rotate, sticky, fullest, highestId];
