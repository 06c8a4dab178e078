import { createHash } from 'node:crypto';
import secp256k1 from 'secp256k1';
import { membershipDigest, NO_KEY } from '../rules/keys.ts';
import type { Pool } from '../rules/state.ts';
import { POOL } from './world.ts';

const hash = (text: string) => createHash('sha256').update(text).digest();

export function digestOf(text: string): string {
  return hash(text).toString('hex');
}

export const CHAIN_ID = digestOf('a chain for the model');
export const TERMS = [0, 1, 2, 3, 4, 5].map((n) => digestOf(`constitution ${n}`));
export const NO_HASH = '00'.repeat(32);

const SECRETS = Array.from({ length: 24 }, (_, n) => hash(`signing key ${n}`));
export const KEYS = SECRETS.map((secret) => `00${Buffer.from(secp256k1.publicKeyCreate(secret)).toString('hex')}`);
/** A key of the type R1, which signs no blocks. */
export const R1_KEY = `01${(KEYS[0] as string).slice(2)}`;

const proofs = new Map<string, string>();

/** The proof that the key's holder gives for this account and these terms. */
export function proofOf(key: string, account: string, terms: string): string {
  const what = `${key} ${account} ${terms}`;
  let proof = proofs.get(what);
  if (!proof) {
    const secret = SECRETS[Math.max(0, KEYS.indexOf(key))] as Buffer;
    const { signature, recid } = secp256k1.ecdsaSign(membershipDigest(CHAIN_ID, POOL, account, key, terms), secret);
    proof = `00${(recid + 31).toString(16)}${Buffer.from(signature).toString('hex')}`;
    proofs.set(what, proof);
  }
  return proof;
}

/** A key that nobody ever used, while there is one. */
export function freshKey(p: Pool): string {
  const used = new Set([...p.keys.values()].map((row) => row.key));
  return KEYS.find((key) => !used.has(key)) ?? (KEYS[0] as string);
}

/** Arguments of all proposals with nothing in them; each kind reads its own. */
export const EMPTY_PROPOSAL = {
  account: 'alice',
  seconds: 0n,
  terms: NO_HASH,
  figure: 'mingap',
  value: 0n,
  url: '',
  location: 0,
  on: true,
  strategy: 'first-delivered',
  mode: 'propose',
  code: 'eosio',
  name: 'claimrewards',
  role: 'oracle',
  key: NO_KEY,
  endpoints: '',
  payee: 'worker',
  amount: { units: 1n, symbol: '4,EOS' },
  months: 1,
  order: 0,
  days: 0,
  accepted: true,
  contract: 'faketoken',
  core: '0,BUS',
  to: 'worker',
  msig_proposer: 'alice',
  proposal_name: 'upgrade',
  trx_hash: NO_HASH,
  window: 0,
  eligible: '',
  metrics_hash: NO_HASH,
  text: '',
};
