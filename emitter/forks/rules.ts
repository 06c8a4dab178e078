import { legacy } from './legacy.ts';
import { savanna } from './savanna.ts';

/** What the fork choice looks at in a block. */
export interface ForkBlock {
  id: string;
  num: number;
  slot: number;
  /** Legacy only: height of the last irreversible block on the branch that ends in this one; absent in logs before schema 3. */
  irreversible?: number;
  /** Savanna only: the slot of the newest ancestor that this block's header claims a quorum certificate for. */
  qcSlot?: number;
}

/** How the chain's nodes choose between branches, and so what a pool's late change of mind can still reach. */
export interface ForkRules {
  readonly name: 'legacy' | 'savanna';
  /** Whether nodes leave the branch that ends in `than` for the one that ends in `block`. */
  isBetterHead(block: ForkBlock, than: ForkBlock): boolean;
  /** Whether own public blocks may make room for others, the newest public block being `tip`. */
  mayReplace(replaced: readonly ForkBlock[], tip: ForkBlock): boolean;
  /** From this time on (ms since 1970) the next producer builds its first block and takes no other: nothing more counts. */
  tooLateAt(window: number): number;
}

export const FORK_RULES = { legacy, savanna } as const;
export type ForkRulesName = keyof typeof FORK_RULES;
