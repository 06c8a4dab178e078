import { action, type ChainClient } from '../common/chain.ts';
import { signJoin } from '../contracts/proof.ts';

export interface MemberPlan {
  dac: string;
  account: string;
  /** What the member's nodeos signs blocks with. */
  signingKey: { public: string; private: string };
  /** sha256 of the constitution, in hex. */
  terms: string;
  chainId: string;
  /** Who is paid; the account itself when left out. */
  payee?: string;
  url: string;
  location: number;
  /** Other members that it owns, controls or shares machines with, as it declares. */
  owners?: string;
}

/**
 * Agrees to the constitution and proves that the member holds its signing key. A founder is a member by this, anybody
 * else has applied and waits for a vote. The client must hold the account's key.
 */
export async function joinPool(client: ChainClient, plan: MemberPlan): Promise<void> {
  const { dac, account, terms, chainId, url, location } = plan;
  const key = plan.signingKey.public;
  const proof = signJoin({ chainId, dac, account, key, terms }, plan.signingKey.private);
  const person = { payee: plan.payee ?? account, url, location, owners: plan.owners ?? '' };
  await client.transact([action(dac, 'join', { account, key, terms, proof, ...person }, account)]);
}
