import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { action } from '../../../common/chain.ts';
import { TestChain } from '../../support/chain.ts';
import { ChainPool, SWIFT } from '../../support/chain-pool.ts';
import { ChainVerbs } from '../../support/chain-verbs.ts';

const VOTE_SECONDS = 60;
const NOTICE_SECONDS = 120;
const DAY = 86_400;
const chain = new TestChain();
const pool = new ChainPool(chain, 'vre', ['alice', 'bob', 'carol', 'dave', 'erin']);
const [alice = '', bob = '', carol = '', dave = '', erin = ''] = pool.founders;
const stranger = 'vrezoe';
const verbs = new ChainVerbs(pool, VOTE_SECONDS);
const balanceOf = (account: string) => chain.client.balance('eosio.token', account, 'EOS');

before(async () => {
  await pool.deploy();
  await chain.accounts(stranger);
  await pool.found({ ...SWIFT, votetime: VOTE_SECONDS, notice: NOTICE_SECONDS, bond: 50_000 });
  for (const to of pool.founders) {
    const gift = { from: 'eosio', to, quantity: '6.0000 EOS', memo: '' };
    await chain.push(action('eosio.token', 'transfer', gift, 'eosio'));
    await verbs.done(to, 'deposit', 'open');
    await verbs.done(to, 'deposit', 'add', '6 EOS');
  }
  await pool.handOver();
});

after(() => verbs.close());

test('a suspended member comes back when its time is over', async () => {
  await verbs.refused(/vredave is active: this is for who is suspended/, stranger, 'resume', dave);
  await verbs.carried(['register', 'on'], ['suspend', dave, '600']);
  await verbs.refused(/the suspension of vredave lasts until/, stranger, 'resume', dave);
  await chain.pass(601);
  await verbs.done(stranger, 'resume', dave);
  assert.equal((await verbs.member(dave))?.status, 'active');
});

test('who left and who was expelled have their bonds back after a while, and who left is forgotten', async () => {
  await verbs.refused(/vredave is active: this is for who is left or expelled/, stranger, 'release', dave);
  await verbs.carried(['expel', erin]);
  await verbs.done(dave, 'leave');
  await verbs.refused(/the notice of vredave lasts until/, stranger, 'depart', dave);
  await chain.pass(NOTICE_SECONDS + 1);
  await verbs.done(stranger, 'depart', dave);
  await verbs.refused(/the bond of vredave is kept until/, stranger, 'release', dave);
  await chain.pass(NOTICE_SECONDS + 1);
  for (const account of [dave, erin]) {
    await verbs.done(stranger, 'release', account);
    await verbs.refused(new RegExp(`${account} has no bond here`), stranger, 'release', account);
    await verbs.done(account, 'deposit', 'withdraw', '6 EOS');
    assert.equal(await balanceOf(account), 60_000n);
  }
  await verbs.refused(/vredave still has its seat: prune frees it/, stranger, 'forget', dave);
  await chain.pass(2 * DAY);
  await verbs.done(stranger, 'prune');
  await verbs.done(stranger, 'forget', dave);
  await verbs.refused(/vreerin is expelled: this is for who is left/, stranger, 'forget', erin);
});

test('a pool is dissolved by a vote, step by step: bonds are free, and its members claim what is left', async () => {
  await verbs.refused(/the pool is live: \.\/pool propose dissolve asks the members first/, stranger, 'dissolve');
  const id = `${await verbs.proposed(alice, 'dissolve')}`;
  for (const voter of [alice, bob, carol]) await verbs.done(voter, 'vote', id, 'yes');
  await chain.pass(VOTE_SECONDS + 1);
  for (const step of ['tally', 'execute']) await verbs.done(stranger, step, id);
  await verbs.refused(/the producer goes on for \d+ more seconds/, stranger, 'dissolve');
  await chain.pass(NOTICE_SECONDS + 1);
  const late = { from: 'eosio', to: pool.producer, quantity: '9.0000 EOS', memo: 'late rewards' };
  await chain.push(action('eosio.token', 'transfer', late, 'eosio'));
  await verbs.done(stranger, 'sweep');
  await verbs.done(stranger, 'dissolve');
  assert.equal(Number((await pool.rows('config'))[0]?.registered), 0);
  await verbs.refused(/the last windows can be reported and disputed for \d+ more seconds/, stranger, 'dissolve');
  await chain.pass(2 * DAY);
  await verbs.done(stranger, 'dissolve');
  await verbs.refused(/everything is split: claim pays it out/, stranger, 'dissolve');
  for (const member of [alice, bob, carol]) {
    await verbs.done(stranger, 'release', member);
    await verbs.done(member, 'deposit', 'withdraw', '6 EOS');
    await verbs.done(member, 'claim');
    assert.equal(await balanceOf(member), 90_000n, 'its bond, what was free, and a third of the rewards');
    await verbs.refused(new RegExp(`nothing is owed to ${member}`), member, 'claim');
  }
});
