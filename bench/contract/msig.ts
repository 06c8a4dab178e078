import { createHash } from 'node:crypto';
import { action } from '../../common/chain.ts';
import { PoolError } from '../../common/errors.ts';
import type { BenchPool } from './pool.ts';

const MSIG = 'eosio.msig';

/** Proposes to eosio.msig what only the owner of the pool's account may do; gives the hash of what lies there. */
export async function proposeMsig({ chain, people, dac }: BenchPool, name: string): Promise<string> {
  const { client } = chain;
  const upgrade = action('eosio', 'setabi', { account: dac, abi: '' }, `${dac}@owner`);
  const { head_block_time } = await client.info();
  const trx = {
    expiration: new Date(Date.parse(`${head_block_time}Z`) + 86_400_000).toISOString().slice(0, 19),
    ref_block_num: 0,
    ref_block_prefix: 0,
    max_net_usage_words: 0,
    max_cpu_usage_ms: 0,
    delay_sec: 0,
    context_free_actions: [],
    actions: await client.api.serializeActions([upgrade]),
    transaction_extensions: [],
  };
  const requested = [{ actor: dac, permission: 'owner' }];
  const proposer = people.payer;
  await chain.push([action(MSIG, 'propose', { proposer, proposal_name: name, requested, trx }, proposer)]);
  const rows = await client.rows<{ proposal_name: string; packed_transaction: string }>(MSIG, proposer, 'proposal');
  const found = rows.find((row) => row.proposal_name === name);
  if (!found) throw new PoolError('bench', `${proposer} has no proposal ${name} in ${MSIG}`);
  return createHash('sha256').update(Buffer.from(found.packed_transaction, 'hex')).digest('hex');
}

export async function cancelMsig({ chain, people: { payer } }: BenchPool, name: string): Promise<void> {
  const data = { proposer: payer, proposal_name: name, canceler: payer };
  await chain.push([action(MSIG, 'cancel', data, payer)]);
}
