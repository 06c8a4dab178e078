import { action } from '../../common/chain.ts';
import { keyId } from '../../common/keys.ts';
import { FREE, type Given, isLive, type Step } from './step.ts';

/** Where eosio.system has something else of a registered producer than the contract: `refresh`, which anybody may push, writes it anew. */
export function registrySteps({ deployment, state }: Given): Step[] {
  const { pool, registeredProducer: held } = state;
  if (!isLive(state) || pool === null || !pool.config.registered) return [];
  const wanted = pool.seats.filter(({ takesPart, signing }) => takesPart && signing).map(({ key }) => keyId(key));
  const isSame = held?.active === true && sorted(held.keys.map(keyId)) === sorted(wanted);
  if (isSame) return [];
  const is =
    held === null || !held.active
      ? 'it is not registered'
      : `${held.keys.length} keys sign, not all of them the members'`;
  return [
    {
      id: `registry:${deployment.producer.account}`,
      about: `${deployment.producer.account} in eosio.system`,
      is,
      shall: `the keys of ${wanted.length} members`,
      actions: [action(deployment.dac.account, 'refresh', {}, deployment.creator)],
      cost: FREE,
      needs: [],
    },
  ];
}

function sorted(keys: string[]): string {
  return [...keys].sort().join();
}
