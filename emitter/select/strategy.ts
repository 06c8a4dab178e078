import type { Candidate } from './types.ts';

/** Asked when a choice is free: at a window's first emission. Candidates come in order of arrival, never none. */
export interface Strategy {
  readonly name: string;
  readonly version: number;
  choose(candidates: readonly Candidate[]): Candidate;
}

/** The earliest delivered block: the lowest latency, and the default. Use it unless members' speeds differ unfairly. */
export const firstDelivered: Strategy = {
  name: 'first-delivered',
  version: 1,
  choose: (candidates) => candidates[0] as Candidate,
};

export const STRATEGIES: Record<string, Strategy> = { [firstDelivered.name]: firstDelivered };
