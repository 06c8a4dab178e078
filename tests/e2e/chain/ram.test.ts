import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { action, type Pushed } from '../../../common/chain.ts';
import { type Row, refuses, TestChain } from '../../support/chain.ts';
import { currentWindow, NO_KEY, reportData } from '../../support/chain-pay.ts';
import { ChainPool, SWIFT } from '../../support/chain-pool.ts';

const chain = new TestChain();
const pool = new ChainPool(chain, 'ram', ['alice', 'bob', 'carol']);
const { dac } = pool;
const [alice = '', bob = '', carol = ''] = pool.founders;
const PEOPLE = ['ramdave', 'ramoracle1', 'ramoracle2', 'ramarbiter', 'ramworker'];
const [dave = '', oracle1 = '', oracle2 = '', arbiter = '', worker = ''] = PEOPLE;
const HASH = 'cd'.repeat(32);
/** What an applicant keeps until its admission: a signature with its type. */
const PROOF_BYTES = 66;

interface Payed {
  data: Row;
  payer: string;
}

/** Who pays for the rows of a table, row by row. */
async function payers(table: string, scope: string | number = dac): Promise<string[]> {
  const body = { code: dac, scope: String(scope), table, json: true, limit: 100, show_payer: true };
  const { rows } = await chain.client.post<{ rows: Payed[] }>('/v1/chain/get_table_rows', body);
  return rows.map(({ payer }) => payer);
}

/** How the memory of these accounts changes by what is done; the others' must not. */
async function change(work: () => Promise<unknown>): Promise<Record<string, number>> {
  const all = [dac, pool.producer, ...pool.founders, ...PEOPLE];
  const before = await Promise.all(all.map((account) => chain.ramUsage(account)));
  await work();
  const after = await Promise.all(all.map((account) => chain.ramUsage(account)));
  return Object.fromEntries(
    all.map((account, i) => [account, (after[i] ?? 0) - (before[i] ?? 0)] as const).filter(([, bytes]) => bytes !== 0),
  );
}

/** These accounts and no others pay, and what they pay is more than nothing. */
async function paidBy(accounts: string[], work: () => Promise<unknown>): Promise<Record<string, number>> {
  const changes = await change(work);
  assert.deepEqual(Object.keys(changes).sort(), [...accounts].sort(), JSON.stringify(changes));
  for (const bytes of Object.values(changes)) assert.ok(bytes > 0, JSON.stringify(changes));
  return changes;
}

async function decide(kind: string, data: Row): Promise<void> {
  const id = await pool.propose(kind, data);
  await pool.approve(id);
  await chain.pass(61);
  await pool.tally(id);
  await pool.act('execute', { id }, bob);
}

const gift = (from: string, memo: string): Promise<Pushed> =>
  chain.push(action('eosio.token', 'transfer', { from, to: dac, quantity: '1.0000 EOS', memo }, from));

before(async () => {
  await pool.deploy();
  await chain.accounts(...PEOPLE);
  await pool.found({ ...SWIFT, votetime: 60, deadline: 3600, casetime: 86_400, challenge: 3600 });
  await pool.handOver();
  for (const to of [worker, dave]) {
    const start = { from: 'eosio', to, quantity: '10.0000 EOS', memo: '' };
    await chain.push(action('eosio.token', 'transfer', start, 'eosio'));
  }
  await gift(worker, 'gift'); // the contract's own balance row, which the first sender pays for
  await decide('register', { on: true });
});

test('who applies pays for its row; the admission costs the contract the seat and the key', async () => {
  await paidBy([dave], () => pool.join(dave));
  assert.deepEqual(await payers('members'), [...pool.founders, dave]);
  assert.deepEqual((await payers('keys')).sort(), [...pool.founders].sort());
  const id = await pool.propose('admit', { account: dave });
  await pool.approve(id);
  await chain.pass(61);
  const admitted = await change(async () => {
    await pool.tally(id);
    await pool.act('execute', { id }, dave);
  });
  // The voters get back what their votes took; the producer's account pays for its longer list of keys.
  for (const voter of pool.founders) assert.ok((admitted[voter] ?? 0) < 0, JSON.stringify(admitted));
  assert.ok((admitted[dac] ?? 0) > 0);
  assert.equal(admitted[dave], -PROOF_BYTES, JSON.stringify(admitted));
  assert.deepEqual((await payers('keys')).sort(), [...pool.founders, dac].sort());
  assert.deepEqual(await payers('seats'), [dac, dac, dac, dac]);
});

test('proposals are paid by the proposer, votes by the voters', async () => {
  let id = 0;
  await paidBy([bob], async () => {
    id = await pool.propose('url', { url: 'https://longer.example', location: 0 }, bob);
  });
  await paidBy([carol], () => pool.approve(id, [carol]));
  assert.deepEqual(await payers('votes', id), [carol]);
  assert.equal((await payers('proposals')).at(-1), bob);
  const cancelled = await change(() => pool.act('cancel', { proposer: bob, id }, bob));
  assert.deepEqual(Object.keys(cancelled), [carol]);
});

test('reports are paid by the oracles, the settled window by the contract', async () => {
  for (const account of [oracle1, oracle2]) {
    await decide('role', { role: 'oracle', account, on: true, key: NO_KEY, endpoints: '' });
  }
  await chain.pass(12);
  const window = (await currentWindow(chain)) - 1;
  await paidBy([oracle1], () => pool.act('report', reportData(oracle1, window), oracle1));
  assert.deepEqual(await payers('open'), [oracle1]);
  assert.deepEqual(await payers('reports', window), [oracle1]);
  const settled = await change(() => pool.act('report', reportData(oracle2, window), oracle2));
  assert.ok((settled[oracle1] ?? 0) < 0, JSON.stringify(settled));
  assert.ok((settled[dac] ?? 0) > 0, JSON.stringify(settled));
  assert.deepEqual(Object.keys(settled).sort(), [dac, oracle1]);
  assert.deepEqual(await payers('windows'), [dac]);
  await paidBy([alice], () => pool.propose('void', { window }));
  assert.deepEqual(await payers('disputes'), [alice]);
});

test('a notification bills nobody: no row without open, and none that grows', async () => {
  assert.deepEqual(await change(() => gift(worker, 'deposit')), {});
  assert.deepEqual(await pool.rows('deposits'), []);
  await paidBy([worker], () => pool.act('open', { account: worker }, worker));
  assert.deepEqual(await change(() => gift(worker, 'deposit')), {});
  const [row] = await pool.rows('deposits');
  assert.equal(row?.free, 10_000);
  assert.deepEqual(await payers('deposits'), [worker]);
});

test('a case is paid by the claimant, a ruling by the arbitrator', async () => {
  await decide('role', { role: 'arbitrator', account: arbiter, on: true, key: NO_KEY, endpoints: '' });
  await pool.act('open', { account: alice }, alice);
  const opening = { claimant: alice, respondent: dave, order: 0, window: 0, evidence: HASH };
  await paidBy([alice], () => pool.act('opencase', opening, alice));
  assert.deepEqual(await change(() => pool.act('answer', { respondent: dave, id: 1, reply: HASH }, dave)), {});
  await decide('role', { role: 'arbitrator', account: worker, on: true, key: NO_KEY, endpoints: '' });
  const ruling = { compensation: '0.0000 EOS', penalty: '0.0000 EOS', act: 'none', value: 0, reason: HASH };
  const ruled = await change(() => pool.act('rule', { arbitrator: arbiter, id: 1, ...ruling }, arbiter));
  assert.deepEqual(Object.keys(ruled), [arbiter]);
  assert.deepEqual(await payers('cases'), [alice]);
  assert.deepEqual(await payers('rulings', 1), [arbiter]);
});

test('a member without a free byte of memory holds nobody up, and can leave', async () => {
  // The first sale leaves a row of eosio.system with the account, so the rest is sold after it.
  for (const wanted of [10_000, Number.POSITIVE_INFINITY]) {
    const body = { account_name: dave };
    const answer = await chain.client.post<{ ram_quota: number; ram_usage: number }>('/v1/chain/get_account', body);
    const bytes = Math.min(wanted, answer.ram_quota - answer.ram_usage);
    await chain.push(action('eosio', 'sellram', { account: dave, bytes }, dave));
  }
  const id = await pool.propose('suspend', { account: dave, seconds: 600 });
  const { hash } = await pool.proposal(id);
  await refuses(pool.act('vote', { voter: dave, id, hash, yes: false }, dave), /is concerned|insufficient ram/);
  const another = await pool.propose('url', { url: '', location: 0 });
  const other = await pool.proposal(another);
  const vote = { voter: dave, id: another, hash: other.hash, yes: true };
  await refuses(pool.act('vote', vote, dave), /account ramdave has insufficient ram/);
  await pool.act('challenge', { challenger: alice, account: dave }, alice);
  await pool.act('respond', { account: dave }, dave);
  await pool.approve(id);
  await chain.pass(61);
  await pool.tally(id);
  await pool.act('execute', { id }, bob);
  await pool.act('leave', { account: dave }, dave);
  assert.equal((await pool.member(dave))?.status, 4);
});
