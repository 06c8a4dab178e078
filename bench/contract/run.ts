import { ChainClient } from '../../common/chain.ts';
import { KeyRing } from '../../devnet/keys.ts';
import { accountName } from '../../devnet/layout.ts';
import { GUESTS_EACH, seats } from './actions/seats.ts';
import { BLOCKS } from './blocks.ts';
import { BenchChain } from './chain.ts';
import { requireAllMeasured } from './coverage.ts';
import { type Growth, measure } from './measure.ts';
import { createPeople } from './people.ts';
import { type BenchPool, found, makePool, poolContract } from './pool.ts';

const SIZES = [3, 21, 100];

/** A chain that is up, with the system contracts on it. */
export interface Ground {
  api: string;
  /** The file that the node's clock follows. */
  clock: string;
  /** Of the account eosio. */
  systemKey: string;
}

/** Throws PoolError `unmeasured` when an action of the contract, as it was built last, is not among what is measured. */
export function requireComplete(): void {
  requireAllMeasured(poolContract().abi, BLOCKS);
}

/** Pools of all sizes on one chain, each with its own contract account; the same people make them up. */
export async function benchContract(ground: Ground, progress: (text: string) => void): Promise<Growth[]> {
  const keys = new KeyRing();
  const key = keys.pair('everybody');
  const chain = new BenchChain(new ChainClient(ground.api, [ground.systemKey, key.private]), ground.clock);
  const applicants = Math.max(...BLOCKS.map(({ samples }) => samples));
  const guests = seats.samples * GUESTS_EACH;
  const people = await createPeople(chain, key, { members: Math.max(...SIZES), applicants, guests });
  progress('accounts created');
  const pools: BenchPool[] = [];
  for (const [i, size] of SIZES.entries()) {
    const pool = await makePool(chain, people, keys, size, `pool${'abc'[i]}`);
    await found(pool);
    pools.push(pool);
    progress(`a pool of ${size} members is set up`);
  }
  const fresh = (like: BenchPool, sample: number) =>
    makePool(chain, people, keys, like.founding.founders.length, accountName(like.dac, sample));
  return measure(pools, BLOCKS, fresh, progress);
}
