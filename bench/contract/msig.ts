import { action } from '../../common/chain.ts';
import { msigHash, msigTransaction } from '../../deploy/msig.ts';
import type { BenchPool } from './pool.ts';

const MSIG = 'eosio.msig';

/** Proposes to eosio.msig what only the owner of the pool's account may do; gives the hash of what lies there. */
export async function proposeMsig({ chain, people, dac }: BenchPool, name: string): Promise<string> {
  const { client } = chain;
  const upgrade = action('eosio', 'setabi', { account: dac, abi: '' }, `${dac}@owner`);
  const { head_block_time } = await client.info();
  const trx = await msigTransaction(client, [upgrade], Date.parse(`${head_block_time}Z`) + 86_400_000);
  const requested = [{ actor: dac, permission: 'owner' }];
  const proposer = people.payer;
  await chain.push([action(MSIG, 'propose', { proposer, proposal_name: name, requested, trx }, proposer)]);
  return msigHash(client, proposer, name);
}

export async function cancelMsig({ chain, people: { payer } }: BenchPool, name: string): Promise<void> {
  const data = { proposer: payer, proposal_name: name, canceler: payer };
  await chain.push([action(MSIG, 'cancel', data, payer)]);
}
