import { ChainClient } from '../../common/chain.ts';
import { type Facts, readFacts } from '../../common/governance/facts.ts';
import { requireChain } from '../../common/governance/pool.ts';
import type { ChainOptions } from './options.ts';
import { patiently } from './patience.ts';

export interface PoolNow {
  client: ChainClient;
  facts: Facts;
}

/** A client of the node, and the pool as it stands there. Throws PoolError `no_pool`, `wrong_chain`, `chain_unreachable` or `chain`. */
export async function askPool({ api, dac }: ChainOptions): Promise<PoolNow> {
  const client = new ChainClient(api);
  const [facts, { chain_id }] = await patiently(`asking ${api}`, Promise.all([readFacts(client, dac), client.info()]));
  requireChain(facts.config, chain_id, client.url);
  return { client, facts };
}
