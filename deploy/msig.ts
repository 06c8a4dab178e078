import { createHash } from 'node:crypto';
import type { Action, ChainClient } from '../common/chain.ts';
import { PoolError } from '../common/errors.ts';

export const MSIG = 'eosio.msig';

/** What is proposed to eosio.msig: a transaction that whoever executes it makes valid for its own block. `until`: ms since 1970. */
export async function msigTransaction(client: ChainClient, actions: Action[], until: number): Promise<object> {
  return {
    expiration: new Date(until).toISOString().slice(0, 19),
    ref_block_num: 0,
    ref_block_prefix: 0,
    max_net_usage_words: 0,
    max_cpu_usage_ms: 0,
    delay_sec: 0,
    context_free_actions: [],
    actions: await client.api.serializeActions(actions),
    transaction_extensions: [],
  };
}

/** Hash of the bytes that lie there, hex, which is what members vote for. Throws PoolError `msig` when nothing does. */
export async function msigHash(client: ChainClient, proposer: string, name: string): Promise<string> {
  const rows = await client.rows<{ proposal_name: string; packed_transaction: string }>(MSIG, proposer, 'proposal');
  const found = rows.find((row) => row.proposal_name === name);
  if (!found) throw new PoolError('msig', `${proposer} has no proposal ${name} in ${MSIG}`);
  return createHash('sha256').update(Buffer.from(found.packed_transaction, 'hex')).digest('hex');
}
