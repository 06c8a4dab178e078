import type { Command } from 'commander';
import type { ChainClient } from '../../common/chain.ts';
import type { Facts } from '../../common/governance/facts.ts';
import type { Kind, Proposal } from '../../common/governance/proposals.ts';

/** What a sub-command of `propose` made of its arguments. */
export interface Motion {
  /** The action's data besides proposer and text. */
  data: Record<string, unknown>;
  /** The columns of the proposal that it becomes: what it is shown by. */
  columns: Partial<Proposal>;
  /** RAM that it takes besides its row. */
  bytes?: number;
}

export interface Asked {
  client: ChainClient;
  facts: Facts;
  proposer: string;
}

/** One kind of proposals as people write it. */
export interface KindCommand {
  kind: Exclude<Kind, 'appeal'>;
  about: string;
  example: string;
  /** Adds its arguments and options. */
  shape: (command: Command) => Command;
  /** Throws PoolError `not_now` or `options` for what the contract would refuse. */
  make: (
    asked: Asked,
    args: string[],
    options: Record<string, string | undefined | boolean>,
  ) => Promise<Motion> | Motion;
}
