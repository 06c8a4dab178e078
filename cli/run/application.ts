import { KeyType, signatureToString } from 'eosjs/dist/eosjs-numeric.js';
import type { ChainClient } from '../../common/chain.ts';
import { PoolError } from '../../common/errors.ts';
import type { Member } from '../../common/governance/members.ts';
import { type PoolConfig, readTerms } from '../../common/governance/pool.ts';
import { keyId } from '../../common/keys.ts';
import { readTable } from '../../common/tables.ts';
import { isProof } from '../../contracts/proof.ts';

/** What an application is judged by. */
export type Application = Pick<Member, 'status' | 'key' | 'terms' | 'proof' | 'proofTerms'>;

/**
 * Refuses, in one sentence, an application that the contract would refuse when its admission is proposed: the applicant
 * learns it before a member does.
 */
export async function requireAdmissible(
  client: ChainClient,
  dac: string,
  pool: Pick<PoolConfig, 'chainId' | 'termsVersion'>,
  applicant: Application | null,
  account: string,
): Promise<void> {
  const refuse = (text: string) => new PoolError('join', text);
  if (applicant?.status !== 'applied')
    throw refuse(`${account} has no application in ${dac}: leave --check out to make one`);
  const { key, proof, terms, proofTerms } = applicant;
  if (terms !== pool.termsVersion) {
    throw refuse(
      `${account} agreed to version ${terms} of the terms: it has to agree to version ${pool.termsVersion} first`,
    );
  }
  if (proof === '') return;
  const uses = await readTable<{ account: string; key: string }>(client, dac, dac, 'keys');
  const other = uses.find((use) => use.account !== account && keyId(use.key) === keyId(key));
  if (other) throw refuse(`key ${key} was used by ${other.account}: make another one and call setkey (--setkey)`);
  const versions = await readTerms(client, dac);
  const hash = versions.find(({ version }) => version === proofTerms)?.hash ?? '';
  const membership = { chainId: pool.chainId, dac, account, key, terms: hash };
  const signature = signatureToString({ type: KeyType.k1, data: Buffer.from(proof, 'hex').subarray(1) });
  if (isProof(membership, signature)) return;
  throw refuse(`the proof that ${account} filed does not fit its key ${key}: --setkey makes one that does`);
}
