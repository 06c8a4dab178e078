import { createHash } from 'node:crypto';
import { action } from '../../common/chain.ts';
import { slotAt, windowOf } from '../../common/slot.ts';
import { eligibleBitmap } from '../../contracts/proof.ts';
import { codeAuthority } from '../../deploy/accounts.ts';
import { putCode } from '../../deploy/code.ts';
import { mockSystemCode } from '../contract/support/contracts.ts';
import { CARRIER, type Row, type TestChain } from './chain.ts';
import type { ChainPool } from './chain-pool.ts';

/** Proof and key of a proposal that is about no key. */
export const NO_KEY = 'PUB_K1_11111111111111111111111111111111149Mr2R';

/**
 * A contract that pays the pool's producer like eosio.system, at most once a day, as much as a test wants: nobody is elected
 * on this chain. It has to be told while the producer's account still has a key.
 */
export async function deployPayer(pool: ChainPool, payer: string): Promise<void> {
  const { chain, dac, producer } = pool;
  const key = chain.key(producer).public;
  await chain.account(payer, CARRIER, codeAuthority(payer, chain.key(payer).public));
  const { wasm, abi } = mockSystemCode();
  await chain.push(putCode(chain.client, payer, { wasm, abi: JSON.parse(abi) as object }));
  const authority = codeAuthority(dac, key);
  const set = (permission: string, auth: object) => {
    const parent = permission === 'owner' ? '' : 'owner';
    return action('eosio', 'updateauth', { account: producer, permission, parent, auth }, `${producer}@owner`);
  };
  await chain.account(producer, CARRIER, authority);
  const register = { producer, producer_authority: ['block_signing_authority_v0', { threshold: 1, keys: [] }] };
  const variant = { ...register, producer_authority: [variantName(abi), register.producer_authority[1]] };
  await chain.push(action(payer, 'regproducer2', { ...variant, url: '', location: 0 }, producer));
  for (const permission of ['active', 'owner']) await chain.push(set(permission, codeAuthority(dac)), [producer]);
}

function variantName(abi: string): string {
  const { variants } = JSON.parse(abi) as { variants: { types: string[] }[] };
  return variants[0]?.types[0] ?? '';
}

/** The reward that the payer's next claims give. */
export async function setReward(chain: TestChain, payer: string, quantity: string): Promise<void> {
  const gift = { from: 'eosio', to: payer, quantity, memo: '' };
  await chain.push(action('eosio.token', 'transfer', gift, 'eosio'));
  await chain.push(action(payer, 'setreward', { token: 'eosio.token', quantity }, payer));
}

/** The window that the chain is in. */
export async function currentWindow(chain: TestChain): Promise<number> {
  return windowOf(slotAt(await chain.now()));
}

/** A report with these members eligible. */
export function reportData(oracle: string, window: number, eligible = [0, 1, 2], changes: Row = {}): Row {
  const metrics = Buffer.from('{"candidates":[12,12,12]}');
  return {
    oracle,
    window,
    eligible: eligibleBitmap(eligible).toString('hex'),
    metrics: metrics.toString('hex'),
    metrics_hash: createHash('sha256').update(metrics).digest('hex'),
    log_root: 'ab'.repeat(32),
    strategy: 'first-delivered',
    version: '0.1.0',
    ...changes,
  };
}
