import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decide, PROPOSAL } from '../../../deploy/govern.ts';
import { admit, nameOracle } from '../../../deploy/motions.ts';
import { ORACLE_ACTIONS } from '../../../deploy/oracle.ts';
import { FakeDac } from './support/fake-dac.ts';

test('one voter needs a round for every five motions, and they are executed in their order', async () => {
  const dac = new FakeDac();
  const oracles = Array.from({ length: 7 }, (_, i) => `oracle${'12345abcd'[i]}`);
  await decide(dac.client, 'pooldac', ['ann'], oracles.map(nameOracle));
  assert.deepEqual(
    dac.executed.map(({ account }) => account),
    oracles,
  );
  assert.equal(dac.mostOpen, 5);
});

test('several voters share the proposals, and all vote on all of them', async () => {
  const dac = new FakeDac();
  const accounts = Array.from({ length: 7 }, (_, i) => `member${'1234512345'[i]}`);
  await decide(dac.client, 'pooldac', ['ann', 'bob'], accounts.map(admit));
  assert.deepEqual(
    dac.proposals.map(({ proposer }) => proposer),
    ['ann', 'ann', 'ann', 'ann', 'ann', 'bob', 'bob'],
  );
  assert.equal(dac.votes.length, 14);
  for (const { id, hash } of dac.votes) assert.equal(hash, dac.proposals.find((row) => row.id === id)?.hash);
  assert.equal(dac.executed.length, 7);
});

test('nothing is counted before the vote is over, nor executed within the lock time', async () => {
  const dac = new FakeDac({ votetime: 3, locktime: 2 });
  await decide(dac.client, 'pooldac', ['ann'], [admit('bob')]);
  const [row] = dac.proposals;
  assert.ok(row && row.talliedAt >= row.endsMs && row.executedAt >= row.unlockMs);
});

test('a motion that does not pass is named, and nothing of its round is executed', async () => {
  const dac = new FakeDac({ reject: 2 });
  await assert.rejects(decide(dac.client, 'pooldac', ['ann'], [admit('bob'), admit('eve')]), {
    code: 'vote',
    message: 'proposal 2 (admit) did not pass: 0 of 1 said yes',
  });
  assert.deepEqual(dac.executed, []);
  assert.equal(dac.proposals[0]?.status, PROPOSAL.passed);
});

test('an oracle’s running key can move no money of members', () => {
  assert.deepEqual(ORACLE_ACTIONS, ['report', 'harvest', 'cut', 'close', 'payorder']);
});
