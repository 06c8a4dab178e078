import type { Decided, DecisionEvent } from '../../common/pool-store.ts';

/**
 * What became of a proposal. `stands`: it is decided, and its blocks may leave. `others`: the pool's emitters decided these before, oldest first,
 * at least one; they hold instead. `unsure`: it may come to stand, so nothing may leave; `why` is a clause.
 */
export type Answer = { as: 'stands' } | { as: 'others'; decided: Decided[] } | { as: 'unsure'; why: string };

/** A block of the pool's that is in public and that nobody here knows of. */
export interface PublicBlock {
  id: string;
  slot: number;
}

/** Who makes what the selection chose a decision, before any of it leaves. One question at a time. */
export interface Decider {
  /** Whether other emitters decide as well. */
  readonly isShared: boolean;
  /** Asks that these blocks, the path of one emission, come next. Answers once, at once or later. */
  decide(decisions: DecisionEvent[], answer: (answer: Answer) => void): void;
  /**
   * What others decided and was not told yet; null when it cannot be known whether that is all, as far as it is about this block. Answers once, at once
   * or later.
   */
  catchUp(answer: (decided: Decided[] | null) => void, block: PublicBlock): void;
  /** A window of the pool's begins in a few seconds. */
  prepare?(window: number): void;
}

/** One emitter alone decides by its own log: the fence makes it durable. */
export const ALONE: Decider = {
  isShared: false,
  decide: (_, answer) => answer({ as: 'stands' }),
  catchUp: (answer) => answer([]),
};
