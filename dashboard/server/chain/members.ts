import type { ChainClient } from '../../../common/chain.ts';
import { readSeats } from '../../../common/governance/members.ts';
import { keyId } from '../../../common/keys.ts';
import { readTable } from '../../../common/tables.ts';

/** Who sits in the pool, and whose every key is that was ever used. */
export interface Membership {
  /** In the order of their places in the bitmap; without those that left. */
  members: string[];
  /** Account by key, "type:hex". */
  owners: Map<string, string>;
}

/** Throws PoolError `chain` or `chain_unreachable`. */
export async function readMembership(client: ChainClient, dac: string): Promise<Membership> {
  const [seats, keys] = await Promise.all([
    readSeats(client, dac),
    readTable<{ account: string; key: string }>(client, dac, dac, 'keys'),
  ]);
  const sitting = seats.filter(({ until }) => until === 0).sort((a, b) => a.index - b.index);
  return {
    members: sitting.map(({ account }) => account),
    owners: new Map(keys.map(({ key, account }) => [keyId(key), account])),
  };
}
