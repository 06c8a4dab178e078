import { InvalidArgumentError } from 'commander';
import { ChainClient } from '../../common/chain.ts';
import { stringToName } from '../../common/name.ts';
import type { PoolConfig } from '../../oracle/source/chain.ts';
import { NodeChain } from '../../oracle/source/node-chain.ts';
import { patiently } from '../verbs/patience.ts';

/** A pool as anybody sees it through a node. */
export interface ChainView {
  client: ChainClient;
  chain: NodeChain;
  config: PoolConfig;
  /** The producer account. */
  pool: string;
}

/** Asks a node for the pool of a contract account. Throws PoolError `chain_unreachable`, or `chain` when it carries none. */
export async function openView(api: string, dac: string): Promise<ChainView> {
  const client = new ChainClient(api);
  const chain = new NodeChain(client, { dac, account: '', permission: '' });
  const config = await patiently(`asking ${api}`, chain.config());
  return { client, chain, config, pool: config.producer };
}

/** An option parser for account names. */
export function accountName(text: string): string {
  try {
    if (stringToName(text) !== 0n) return text;
  } catch {
    // said below
  }
  throw new InvalidArgumentError('It takes an account name: up to 12 of the characters a-z, 1-5 and dots.');
}
