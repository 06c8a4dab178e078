import assert from 'node:assert/strict';
import { test } from 'node:test';
import { payloadHash } from '../../../../common/governance/payload-hash.ts';
import { ZERO_HASH, ZERO_KEY } from '../../../support/fake-pool.ts';

const spend = {
  ...{
    kind: 'spend',
    subject: 'worker',
    target: '',
    token: '',
    value: 60n,
    option: 0n,
    amount: '5.5000 EOS',
    key: ZERO_KEY,
  },
  ...{ digest: ZERO_HASH, data: '0500', detail: 'detail', text: 'Köln' },
};

test('the hash covers the columns as docs/contract.md lists them', () => {
  // Packed by hand in Python (struct, hashlib), by that list; tests/e2e/chain/verbs.test.ts compares with the contract's own.
  assert.equal(payloadHash(spend), '000b27e5961db3b8870484d09afc28105c5033ffded08f001815c9990888630c');
});

test('another value in any column gives another hash', () => {
  const others = {
    ...{
      kind: 'order',
      subject: 'alice',
      target: 'bob',
      token: 'eosio.token',
      value: 61n,
      option: 1n,
      amount: '5.5001 EOS',
    },
    ...{
      key: 'EOS6MRyAjQq8ud7hVNYcfnVPJqcVpscN5So8BhtHuGYqET5GDW5CV',
      digest: '11'.repeat(32),
      data: '05',
      detail: 'x',
      text: '',
    },
  };
  const hashes = Object.entries(others).map(([column, value]) => payloadHash({ ...spend, [column]: value }));
  assert.equal(new Set([payloadHash(spend), ...hashes]).size, Object.keys(others).length + 1);
});
