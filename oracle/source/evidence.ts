import type { GivenReceipt } from '../../common/receipt-bundle.ts';
import type { WindowLog } from '../metrics/types.ts';
import type { BlockRef, OracleChain, Seat } from './chain.ts';

/** All that a window's metrics are made from. */
export interface Evidence {
  window: number;
  pool: string;
  /** Of one emitter each, in any order, at least one. */
  logs: WindowLog[];
  /** What members sign is for this chain and pool. */
  chain: string;
  /** The pool's blocks of the window on the final chain. */
  blocks: BlockRef[];
  /** Members with a seat in this window, by index. */
  members: { account: string; index: number }[];
  /** Signing key ("type:hex") → member, every key ever used. */
  signers: Map<string, string>;
  eligiblePercent: number;
  /** That members handed over, each checked; none: nothing but the logs counts. */
  receipts?: GivenReceipt[];
}

/** Whether a seat is held in a window: the rule by which the contract accepts a bit of the bitmap. */
export function holdsSeat({ since, until }: Seat, window: number): boolean {
  return since <= window && (until === 0 || until >= window);
}

/** Adds what the contract says of members to a window's logs and blocks. */
export async function gatherEvidence(
  chain: OracleChain,
  window: number,
  logs: WindowLog[],
  inside: BlockRef[],
): Promise<Evidence> {
  const asked = [chain.config(), chain.seats(), chain.signers(), chain.chainId()] as const;
  const [config, seats, signers, id] = await Promise.all(asked);
  const members = seats
    .filter((seat) => holdsSeat(seat, window))
    .map(({ account, index }) => ({ account, index }))
    .sort((a, b) => a.index - b.index);
  const blocks = inside.filter((block) => block.producer === config.producer);
  const { producer: pool, eligiblePercent } = config;
  return { window, pool, chain: id, logs, blocks, members, signers, eligiblePercent };
}
