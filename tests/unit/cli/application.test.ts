import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stringToSignature } from 'eosjs/dist/eosjs-numeric.js';
import { type Application, requireAdmissible } from '../../../cli/run/application.ts';
import type { ChainClient } from '../../../common/chain.ts';
import { signJoin } from '../../../contracts/proof.ts';
import { testKey } from '../../contract/support/keys.ts';
import { NEVER } from '../../support/fake-pool.ts';

const POOL = { chainId: '11'.repeat(32), termsVersion: 2 };
const TERMS = [
  { version: 1, hash: '22'.repeat(32), since: NEVER, grace_until: NEVER },
  { version: 2, hash: '33'.repeat(32), since: NEVER, grace_until: NEVER },
];
const pair = testKey(1);

/** A node with the pool's tables `keys` and `terms`. */
function node(keys: { account: string; key: string }[] = []): ChainClient {
  const tables: Record<string, unknown[]> = { keys, terms: TERMS };
  const post = async (_: string, { table }: { table: string }) => ({ rows: tables[table], more: false });
  return { post } as unknown as ChainClient;
}

/** Dave's row, with his proof for the terms of this version. */
function applicant(changes: Partial<Application> = {}, version = 1): Application {
  const terms = TERMS[version - 1]?.hash ?? '';
  const proof = signJoin({ chainId: POOL.chainId, dac: 'dac', account: 'dave', key: pair.pub, terms }, pair.priv);
  const packed = `00${Buffer.from(stringToSignature(proof).data).toString('hex')}`;
  return { status: 'applied', key: pair.pub, terms: 2, proof: packed, proofTerms: 1, ...changes };
}

const judged = (row: Application | null, client = node()) => requireAdmissible(client, 'dac', POOL, row, 'dave');

test('an application is good with a proof for the terms that it names, or with a key that is proven', async () => {
  await judged(applicant());
  await judged(applicant({ proofTerms: 2 }, 2));
  await judged(applicant({ proof: '', proofTerms: 0 }));
  await judged(applicant(), node([{ account: 'dave', key: pair.pub }]));
  await judged(applicant(), node([{ account: 'erin', key: testKey(2).pub }]));
});

test('what the contract would refuse is refused in one sentence', async () => {
  const wrong = /the proof that dave filed does not fit its key PUB_K1_\w+: --setkey makes one that does/;
  await assert.rejects(judged(applicant({ proofTerms: 2 })), wrong);
  await assert.rejects(judged(applicant({ key: testKey(2).pub })), wrong);
  await assert.rejects(judged(applicant({ proof: `00${'00'.repeat(65)}` })), wrong);
  await assert.rejects(
    judged(applicant({ terms: 1 })),
    /dave agreed to version 1 of the terms: it has to agree to version 2/,
  );
  const taken = node([{ account: 'erin', key: pair.pub }]);
  await assert.rejects(judged(applicant(), taken), /was used by erin: make another one and call setkey \(--setkey\)/);
  for (const row of [null, applicant({ status: 'active' }), applicant({ status: 'left' })]) {
    await assert.rejects(judged(row), /dave has no application in dac: leave --check out to make one/);
  }
});
