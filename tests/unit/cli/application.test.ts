import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stringToSignature } from 'eosjs/dist/eosjs-numeric.js';
import { type Applicant, requireAdmissible } from '../../../cli/run/application.ts';
import type { ChainClient } from '../../../common/chain.ts';
import { signJoin } from '../../../contracts/proof.ts';
import { testKey } from '../../contract/support/keys.ts';

const POOL = { chain_id: '11'.repeat(32), terms_version: 2 };
const TERMS = [
  { version: 1, hash: '22'.repeat(32) },
  { version: 2, hash: '33'.repeat(32) },
];
const pair = testKey(1);

/** A node with the pool's tables `keys` and `terms`. */
function node(keys: { account: string; key: string }[] = []): ChainClient {
  const tables: Record<string, unknown[]> = { keys, terms: TERMS };
  const post = async (_: string, { table }: { table: string }) => ({ rows: tables[table], more: false });
  return { post } as unknown as ChainClient;
}

/** Dave's row, with his proof for the terms of this version. */
function applicant(changes: Partial<Applicant> = {}, version = 1): Applicant {
  const terms = TERMS[version - 1]?.hash ?? '';
  const proof = signJoin({ chainId: POOL.chain_id, dac: 'dac', account: 'dave', key: pair.pub, terms }, pair.priv);
  const packed = `00${Buffer.from(stringToSignature(proof).data).toString('hex')}`;
  return { account: 'dave', status: 0, key: pair.pub, terms: 2, proof: packed, proof_terms: 1, ...changes };
}

const judged = (row: Applicant | undefined, client = node()) => requireAdmissible(client, 'dac', POOL, row, 'dave');

test('an application is good with a proof for the terms that it names, or with a key that is proven', async () => {
  await judged(applicant());
  await judged(applicant({ proof_terms: 2 }, 2));
  await judged(applicant({ proof: '', proof_terms: 0 }));
  await judged(applicant(), node([{ account: 'dave', key: pair.pub }]));
  await judged(applicant(), node([{ account: 'erin', key: testKey(2).pub }]));
});

test('what the contract would refuse is refused in one sentence', async () => {
  const wrong = /the proof that dave filed does not fit its key PUB_K1_\w+: --setkey makes one that does/;
  await assert.rejects(judged(applicant({ proof_terms: 2 })), wrong);
  await assert.rejects(judged(applicant({ key: testKey(2).pub })), wrong);
  await assert.rejects(judged(applicant({ proof: `00${'00'.repeat(65)}` })), wrong);
  await assert.rejects(
    judged(applicant({ terms: 1 })),
    /dave agreed to version 1 of the terms: it has to agree to version 2/,
  );
  const taken = node([{ account: 'erin', key: pair.pub }]);
  await assert.rejects(judged(applicant(), taken), /was used by erin: make another one and call setkey \(--setkey\)/);
  for (const row of [undefined, applicant({ status: 1 }), applicant({ status: 4 })]) {
    await assert.rejects(judged(row), /dave has no application in dac: leave --check out to make one/);
  }
});
