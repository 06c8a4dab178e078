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
  url: string;
  location: number;
}

/**
 * Applies for membership: agrees to the constitution and proves that the member holds its signing key. The client
 * must hold the account's key.
 */
export async function joinPool(client: ChainClient, plan: MemberPlan): Promise<void> {
  const { dac, account, terms, chainId, url, location } = plan;
  const key = plan.signingKey.public;
  const proof = signJoin({ chainId, dac, account, key, terms }, plan.signingKey.private);
  await client.transact([action(dac, 'join', { account, key, terms, proof, payee: account, url, location }, account)]);
}

/** Takes an applicant in, as the DAC. */
export async function admitMember(client: ChainClient, dac: string, account: string): Promise<void> {
  await client.transact([action(dac, 'admit', { account }, dac)]);
}
