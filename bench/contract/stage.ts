import type { Action } from '../../common/chain.ts';
import type { BenchPool } from './pool.ts';

/** An action that is measured; `sample` counts from 0 and is the same for all actions of one round. */
export interface Measured {
  /** Its line in the table. */
  name: string;
  /** The action that is sent, where that is not the name: several lines can be of one action. */
  of?: string;
  /** What has to be there first; it is not measured. */
  prepare?(pool: BenchPool, sample: number): Promise<void>;
  act(pool: BenchPool, sample: number): Action | Promise<Action>;
  /** What is noted of it, or done because of it, once it is on the chain; it is not measured. */
  after?(pool: BenchPool, sample: number): Promise<void>;
}

/**
 * Actions that are measured round by round, in their order. The memory that an action took beyond its first page is cleared,
 * and billed, at the start of the contract's next one: so after those that take much stands one that is limited by nothing.
 */
export interface Stage {
  /** Before the first round; `samples` are those of the rounds that follow. */
  enter?(pool: BenchPool, samples: number[]): Promise<void>;
  /** By how much the chain's clock is put forward once all pools have entered. */
  passSeconds?: number;
  actions: Measured[];
}

/** Stages that are gone through in parts: all of them with some of the samples, then again with the next ones. */
export interface Block {
  /** Heading of its lines in the table. */
  title: string;
  /** Of each action; `samples` is a multiple of `parts`. */
  samples: number;
  parts: number;
  /** Each sample on a pool of its own, of which there is nothing yet but the accounts and the code. */
  own?: boolean;
  /** Once a pool, before the first part. */
  enter?(pool: BenchPool): Promise<void>;
  stages: Stage[];
}

/** The action that is sent for a line of the table. */
export function actionOf({ name, of }: Measured): string {
  return of ?? name;
}

export function measuredIn(blocks: Block[]): Measured[] {
  return blocks.flatMap(({ stages }) => stages.flatMap(({ actions }) => actions));
}
