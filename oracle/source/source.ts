import type { BlockRef } from './chain.ts';

/** A block as every source gives it: the same numbers from the node API and from the state history. */
export interface Block extends BlockRef {
  /** Id of the block below. */
  previous: string;
  /** The producer's, as "SIG_K1_…". */
  signature: string;
  /** Transactions in it, and the CPU that they were billed, in µs. */
  transactions: number;
  cpuUs: number;
}

/**
 * Where the oracle has blocks from. Both methods throw PoolError `chain_unreachable` when the source does not answer or answers
 * what cannot be, `chain` with the node's words when it refuses.
 */
export interface BlockSource {
  /** The last irreversible block. */
  irreversible(): Promise<Block>;
  /** A block of the chain as the source has it now: only one that is not after the last irreversible one stays as it is. */
  block(num: number): Promise<Block>;
}
