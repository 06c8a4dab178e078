import { KeyType, signatureToString } from 'eosjs/dist/eosjs-numeric.js';
import type { ChainClient } from '../../common/chain.ts';
import { PoolError } from '../../common/errors.ts';
import { keyId } from '../../common/keys.ts';
import { readTable } from '../../common/tables.ts';
import { isProof } from '../../contracts/proof.ts';

/** The columns of a row in `members` that an application is judged by. */
export interface Applicant {
  account: string;
  status: number;
  key: string;
  terms: number;
  /** Packed signature in hex, nothing once the key is proven. */
  proof: string;
  proof_terms: number;
}

interface Pool {
  chain_id: string;
  terms_version: number;
}

const APPLIED = 0;

/**
 * Refuses, in one sentence, an application that the contract would refuse when its admission is proposed: the applicant
 * learns it before a member does.
 */
export async function requireAdmissible(
  client: ChainClient,
  dac: string,
  pool: Pool,
  applicant: Applicant | undefined,
  account: string,
): Promise<void> {
  const refuse = (text: string) => new PoolError('join', text);
  if (applicant?.status !== APPLIED)
    throw refuse(`${account} has no application in ${dac}: leave --check out to make one`);
  const { key, proof, terms, proof_terms } = applicant;
  if (terms !== pool.terms_version) {
    throw refuse(
      `${account} agreed to version ${terms} of the terms: it has to agree to version ${pool.terms_version} first`,
    );
  }
  if (proof === '') return;
  const uses = await readTable<{ account: string; key: string }>(client, dac, dac, 'keys');
  const other = uses.find((use) => use.account !== account && keyId(use.key) === keyId(key));
  if (other) throw refuse(`key ${key} was used by ${other.account}: make another one and call setkey (--setkey)`);
  const versions = await readTable<{ version: number; hash: string }>(client, dac, dac, 'terms');
  const hash = versions.find(({ version }) => version === proof_terms)?.hash ?? '';
  const membership = { chainId: pool.chain_id, dac, account, key, terms: hash };
  const signature = signatureToString({ type: KeyType.k1, data: Buffer.from(proof, 'hex').subarray(1) });
  if (isProof(membership, signature)) return;
  throw refuse(`the proof that ${account} filed does not fit its key ${key}: --setkey makes one that does`);
}
