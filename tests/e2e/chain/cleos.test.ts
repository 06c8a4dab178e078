import assert from 'node:assert/strict';
import { statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { action } from '../../../common/chain.ts';
import { TestChain } from '../../support/chain.ts';
import { Shell } from '../../support/chain-cleos.ts';
import { untilCodeIs } from '../../support/chain-msig.ts';
import { currentWindow, deployPayer, NO_KEY, reportData, setReward } from '../../support/chain-pay.ts';
import { ChainPool, SWIFT } from '../../support/chain-pool.ts';
import { LINES } from './cleos-lines.ts';

const chain = new TestChain();
// These names stand in the lines; no other file uses them.
const pool = new ChainPool(chain, 'pool', ['alice', 'bob', 'carol'], '');
const PEOPLE = ['dave', 'davepay', 'oracle1', 'arbiter1', 'worker'];
const pooldac = pool.dac;
/** Long enough for a busy machine to type all votes; then the clock is set forward. */
const VOTE_SECONDS = 60;

let shell: Shell;
/** Names of the lines that were typed, and the same with their values. */
const typed = new Set<string>();
const typings = new Set<string>();

/** Runs the line with this name; not twice in a second, for that would be the same transaction once more. */
async function type(name: keyof typeof LINES, values: Record<string, string | number> = {}): Promise<string> {
  const texts = Object.fromEntries(Object.entries(values).map(([key, value]) => [key, String(value)]));
  const typing = JSON.stringify([name, texts]);
  if (typings.has(typing)) await chain.pass(1);
  typings.add(typing);
  typed.add(name);
  return shell.must(LINES[name], texts);
}

before(async () => {
  await pool.deployContract();
  await deployPayer(pool, 'poolpay');
  await chain.accounts(...pool.founders, ...PEOPLE);
  await pool.found({ ...SWIFT, votetime: VOTE_SECONDS, appealtime: 0 });
  await pool.act('setclaim', { code: 'poolpay', name: 'claimrewards', on: true }, pooldac);
  await pool.handOver();
  await setReward(chain, 'poolpay', '900.0000 EOS');
  await chain.push(
    action('eosio.token', 'transfer', { from: 'eosio', to: 'dave', quantity: '20.0000 EOS', memo: '' }, 'eosio'),
  );
  shell = await Shell.open(chain, [...pool.founders, ...PEOPLE, 'alice@voting']);
});

after(async () => {
  await shell?.close();
});

/** The votes of alice, bob and carol by name of a line that proposes; then counted and executed. */
async function decide(name: keyof typeof LINES, values: Record<string, string> = {}): Promise<number> {
  const id = Number((await pool.rows('state'))[0]?.next_proposal);
  await type(name, values);
  const hash = (await type('readHash', { id })).trim();
  for (const voter of ['alice', 'bob', 'carol'])
    await shell.must(LINES.vote.replaceAll('alice', voter), { id: String(id), hash });
  typed.add('vote');
  await chain.pass(VOTE_SECONDS + 1);
  await type('tally', { id });
  await type('execute', { id });
  assert.equal((await pool.proposal(id)).status, 2, name);
  return id;
}

test('a newcomer joins with the line that ./pool join prints, and is voted in', async () => {
  assert.match(await type('showConfig'), /"producer": "poolbp"/);
  const line = await type('proveAndShow');
  assert.match(line, /^cleos -u http:\/\/127\.0\.0\.1:\d+ push action pooldac join '\["dave","EOS\w{50}",/);
  assert.equal(statSync(path.join(shell.dir, 'signing.key')).mode & 0o777, 0o600);
  await type('proveAndJoin');
  assert.equal((await pool.member('dave'))?.status, 0);
  assert.match(await type('checkApplication'), /the application of dave is good/);
  const id = 1;
  await type('proposeAdmission');
  assert.match(await type('showProposal', { id }), /"kind": "admit"/);
  const hash = (await type('readHash', { id })).trim();
  await type('vote', { id, hash });
  await shell.must(LINES.vote.replaceAll('alice', 'bob'), { id: String(id), hash });
  await type('voteNo', { id, hash });
  assert.match(await type('showVotes', { id }), /"voter": "carol",\s+"yes": 0/);
  await chain.pass(VOTE_SECONDS + 1);
  await type('tally', { id });
  await type('execute', { id });
  assert.match(await type('showMember'), /"status": 1/);
});

test('a member changes and drops its key, names a payee and a proxy, answers a challenge', async () => {
  const before = (await pool.member('dave'))?.key;
  await type('newKey');
  const after = (await pool.member('dave'))?.key;
  assert.notEqual(after, before);
  await type('dropKey');
  assert.equal((await pool.member('dave'))?.keyless, 1);
  await type('newKey');
  assert.equal((await pool.member('dave'))?.key, after);
  await type('payee');
  await type('information');
  assert.equal((await pool.member('dave'))?.owners, 'carol holds a third');
  await type('proxy');
  await type('noProxy');
  await type('challenge');
  await type('respond');
  await decide('proposeTerms');
  await type('agree');
  assert.equal((await pool.member('dave'))?.terms, 2);
});

test('the pool earns, an epoch is closed, a member claims', async () => {
  await decide('proposeRegistration');
  await decide('proposeRole');
  await decide('proposeFigure');
  await chain.pass(12);
  await pool.act('report', reportData('oracle1', (await currentWindow(chain)) - 1, [0, 1, 2, 3]), 'oracle1');
  await type('harvest');
  await type('cut');
  await type('close');
  assert.match(await type('showCredits'), /"account": "dave",\s+"owed": 2025000/);
  await type('claim');
  assert.equal(await chain.client.balance('eosio.token', 'davepay', 'EOS'), 2_025_000n);
  await chain.push(
    action('eosio.token', 'transfer', { from: 'eosio', to: pooldac, quantity: '1.0000 EOS', memo: '' }, 'eosio'),
  );
  await type('sweep');
  assert.match(await type('showBooks'), /"bucket": 9000/);
});

test('deposits, spending, orders', async () => {
  await type('openDeposit');
  await type('deposit');
  await type('withdraw');
  assert.equal((await pool.rows('deposits'))[0]?.free, 60_000);
  await decide('proposeSpend');
  assert.equal(await chain.client.balance('eosio.token', 'worker', 'EOS'), 50_000n);
  await decide('proposeOrder');
  await type('payOrder');
  assert.equal(await chain.client.balance('eosio.token', 'worker', 'EOS'), 70_000n);
  const id = Number((await pool.rows('state'))[0]?.next_proposal);
  await type('proposeFigure');
  await type('cancel', { id });
  assert.equal((await pool.proposal(id)).status, 5);
});

test('the mode, from the window after the vote’s execution on', async () => {
  const earlier = await currentWindow(chain);
  await decide('proposeMode');
  // the head is older than the block that it was executed in, until there is one more
  await chain.pass(1);
  const window = await currentWindow(chain);
  const shown = JSON.parse(await type('showStrategy')) as { rows: Record<string, unknown>[] };
  const { mode, previous_mode: before, from_window: from } = shown.rows[0] ?? {};
  assert.deepEqual([mode, before], ['standby', 'propose']);
  assert.ok(Number(from) > earlier && Number(from) <= window + 1, `from ${from}, before ${earlier}, now ${window}`);
});

test('a vote by a permission that can do nothing else', async () => {
  await type('votingKey', { votingkey: chain.key('alice@voting').public });
  await type('votingLink');
  const id = Number((await pool.rows('state'))[0]?.next_proposal);
  await type('proposeFigure');
  const hash = (await type('readHash', { id })).trim();
  await type('voteByIt', { id, hash });
  const refused = await shell.run(LINES.cancel.replace('-p alice', '-p alice@voting'), { id: String(id) });
  assert.notEqual(refused.code, 0);
  assert.match(refused.stderr, /irrelevant|authority/i);
});

test('a case, a stop, a pause', async () => {
  const id = await pool.propose('role', {
    role: 'arbitrator',
    account: 'arbiter1',
    on: true,
    key: NO_KEY,
    endpoints: '',
  });
  await pool.approve(id);
  await chain.pass(VOTE_SECONDS + 1);
  await pool.tally(id);
  await pool.act('execute', { id }, 'dave');
  await type('openCase');
  await type('answer');
  await type('rule');
  assert.equal((await pool.rows('cases'))[0]?.status, 2);
  await type('stopOracle');
  await type('stopOracleSecond');
  assert.deepEqual(await pool.rows('oracles'), []);
  await type('pause');
  await type('pauseSecond');
  const claim = await shell.run(LINES.claim);
  assert.match(claim.stderr, /nothing to claim: dave is owed nothing in token 0/);
  const another = LINES.challenge.replace('dave', 'carol');
  const paused = await shell.run(another);
  assert.match(paused.stderr, /the pool is paused for \d+ more seconds: wait, or end it with propunpause/);
  await decide('proposeUnpause');
  await shell.must(another);
});

test('an upgrade, from the files to the new code', async () => {
  const { wasm, abi } = ChainPool.contract();
  const newer = Buffer.concat([wasm, Buffer.from('\0\x06\x04next1', 'latin1')]);
  writeFileSync(path.join(shell.dir, 'pool.wasm'), newer);
  writeFileSync(path.join(shell.dir, 'pool.abi'), JSON.stringify(abi));
  await type('buildUpgrade');
  await type('proposeUpgrade');
  const trxhash = (await type('upgradeHash')).trim();
  assert.match(trxhash, /^[0-9a-f]{64}$/);
  await decide('proposeApproval', { trxhash });
  await type('executeUpgrade');
  const wanted = (await shell.must('sha256sum < pool.wasm')).slice(0, 64);
  await untilCodeIs(chain, pooldac, wanted);
  await type('leave');
  assert.deepEqual(
    Object.keys(LINES).filter((name) => !typed.has(name)),
    [],
    'every line was typed',
  );
});
