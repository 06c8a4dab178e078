import { action, type ChainClient } from '../common/chain.ts';
import { codeAuthority, createAccount, keyAuthority, type Resources } from './accounts.ts';
import { type Contract, putCode } from './code.ts';

/** What the pool's contract is set up with; the fields of its action `init`. */
export interface DacTerms {
  producer: string;
  token_contract: string;
  /** Precision and symbol, "4,EOS". */
  core: string;
  chain_id: string;
  /** sha256 of the constitution, in hex. */
  terms: string;
  url: string;
  location: number;
  eligible_percent: number;
  dispute_seconds: number;
  infra_permille: number;
}

export interface DacPlan {
  /** The account that pays for the two others. */
  creator: string;
  dac: string;
  /** Public key in the DAC's owner and active, until governance takes over. */
  dacKey: string;
  contract: Contract;
  dacResources: Resources;
  producerResources: Resources;
  terms: DacTerms;
}

/**
 * Makes the DAC account with its contract, and the producer account, which has neither keys nor code: its owner and
 * active belong to the DAC's contract. The client must hold the creator's and the DAC's keys.
 */
export async function deployDac(client: ChainClient, plan: DacPlan): Promise<void> {
  const { creator, dac, terms } = plan;
  await client.transact(createAccount(creator, dac, keyAuthority(plan.dacKey), plan.dacResources));
  const auth = codeAuthority(dac, plan.dacKey);
  const active = { account: dac, permission: 'active', parent: 'owner', auth };
  await client.transact([action('eosio', 'updateauth', active, dac), ...putCode(client, dac, plan.contract)]);
  client.forgetAbis();
  await client.transact(createAccount(creator, terms.producer, codeAuthority(dac), plan.producerResources));
  await client.transact([action(dac, 'init', terms, dac)]);
}

/** Registers the producer with the keys of all active members. */
export async function registerProducer(client: ChainClient, dac: string): Promise<void> {
  await client.transact([action(dac, 'register', { on: true }, dac)]);
}
