import { ChainClient } from '../../common/chain.ts';
import { type Facts, readFacts } from '../../common/governance/facts.ts';
import type { ChainOptions } from './options.ts';
import { patiently } from './patience.ts';

export interface PoolNow {
  client: ChainClient;
  facts: Facts;
}

/** A client of the node, and the pool as it stands there. Throws PoolError `no_pool`, `chain_unreachable` or `chain`. */
export async function askPool({ api, dac }: ChainOptions): Promise<PoolNow> {
  const client = new ChainClient(api);
  return { client, facts: await patiently(`asking ${api}`, readFacts(client, dac)) };
}
