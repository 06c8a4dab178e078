import { ChainClient } from '../../common/chain.ts';
import { KeyRing } from '../../devnet/keys.ts';
import { STAGES } from './actions.ts';
import { BenchChain } from './chain.ts';
import { type Growth, measure, SAMPLES } from './measure.ts';
import { createPeople } from './people.ts';
import { type BenchPool, setUpPool } from './pool.ts';

const SIZES = [3, 21, 100];

/** A chain that is up, with the system contracts on it. */
export interface Ground {
  api: string;
  /** The file that the node's clock follows. */
  clock: string;
  /** Of the account eosio. */
  systemKey: string;
}

/** Pools of all sizes on one chain, each with its own contract account; the same people make them up. */
export async function benchContract(ground: Ground, progress: (text: string) => void): Promise<Growth[]> {
  const keys = new KeyRing();
  const key = keys.pair('everybody');
  const chain = new BenchChain(new ChainClient(ground.api, [ground.systemKey, key.private]), ground.clock);
  const people = await createPeople(chain, key, Math.max(...SIZES), SAMPLES);
  progress('accounts created');
  const pools: BenchPool[] = [];
  for (const [i, size] of SIZES.entries()) {
    pools.push(await setUpPool(chain, people, keys, size, `pool${'abc'[i]}`));
    progress(`a pool of ${size} members is set up`);
  }
  const growth = await measure(pools, STAGES);
  progress(`their actions are measured, ${SAMPLES} times each`);
  return growth;
}
