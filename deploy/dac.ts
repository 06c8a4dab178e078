import { action, type ChainClient } from '../common/chain.ts';
import { codeAuthority, createAccount, type Resources } from './accounts.ts';
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
  /** Accounts that are members as soon as they join, without a vote. */
  founders: string[];
}

export interface DacPlan {
  /** The account that pays for the two others. */
  creator: string;
  dac: string;
  /** Public key in the DAC's owner and active beside its code, until the hand-over takes it out. */
  dacKey: string;
  contract: Contract;
  dacResources: Resources;
  producerResources: Resources;
  terms: DacTerms;
}

/**
 * Makes the DAC account with its contract, and the producer account, which has neither keys nor code: its owner and
 * active belong to the DAC's contract. Founding begins with it; the client must hold the creator's and the DAC's keys.
 */
export async function deployDac(client: ChainClient, plan: DacPlan): Promise<void> {
  await makeDac(client, plan);
  await client.transact([action(plan.dac, 'init', plan.terms, plan.dac)]);
}

/** The same without the founding: what follows is the action `init`. */
export async function makeDac(client: ChainClient, plan: DacPlan): Promise<void> {
  const { creator, dac, terms } = plan;
  // The code stands in owner too: at the hand-over the contract itself changes owner and active.
  await client.transact(createAccount(creator, dac, codeAuthority(dac, plan.dacKey), plan.dacResources));
  await client.transact(putCode(client, dac, plan.contract));
  client.forgetAbis();
  await client.transact(createAccount(creator, terms.producer, codeAuthority(dac), plan.producerResources));
}
