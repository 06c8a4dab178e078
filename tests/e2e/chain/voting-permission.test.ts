import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { type Action, action } from '../../../common/chain.ts';
import { keyAuthority } from '../../../deploy/accounts.ts';
import { NO_AUTHORITY, refuses, TestChain } from '../../support/chain.ts';
import { ChainPool } from '../../support/chain-pool.ts';

const chain = new TestChain();
let pool: ChainPool;
let other: ChainPool;
let [alice, bob] = ['', ''];
let voting: string;

before(async () => {
  pool = await ChainPool.live('vot', ['alice', 'bob', 'carol'], { votetime: 600, locktime: 0, changegap: 0 });
  [alice = '', bob = ''] = pool.founders;
  voting = `${alice}@voting`;
  other = new ChainPool(chain, 'voz', []);
  await other.deployContract();
  const permission = {
    account: alice,
    permission: 'voting',
    parent: 'active',
    auth: keyAuthority(chain.key(voting).public),
  };
  const link = { account: alice, code: pool.dac, type: 'vote', requirement: 'voting' };
  await chain.push([action('eosio', 'updateauth', permission, alice), action('eosio', 'linkauth', link, alice)]);
});

test('its key votes, and changes its vote', async () => {
  const id = await pool.propose('url', { url: 'https://other.example', location: 0 }, bob);
  const { hash } = await pool.proposal(id);
  for (const yes of [true, false]) {
    await pool.act('vote', { voter: alice, id, hash, yes }, voting);
    const [row] = await pool.rows('votes', id);
    assert.deepEqual(row, { voter: alice, yes: yes ? 1 : 0 });
  }
});

test('for the same transaction the key of active still votes', async () => {
  const id = await pool.propose('url', { url: 'https://third.example', location: 0 }, bob);
  const { hash } = await pool.proposal(id);
  await pool.act('vote', { voter: alice, id, hash, yes: true }, alice);
});

test('its key does nothing else, in the pool or elsewhere', async () => {
  const id = await pool.propose('url', { url: 'https://fourth.example', location: 0 }, alice);
  const { hash } = await pool.proposal(id);
  const gift = { from: alice, to: bob, quantity: '0.0001 EOS', memo: '' };
  const permission = {
    account: alice,
    permission: 'voting',
    parent: 'active',
    auth: keyAuthority(chain.key(bob).public),
  };
  const link = { account: alice, code: pool.dac, type: 'leave', requirement: 'voting' };
  const attempts: Action[] = [
    action(pool.dac, 'cancel', { proposer: alice, id }, voting),
    action(pool.dac, 'propunpause', { proposer: alice, text: '' }, voting),
    action(pool.dac, 'leave', { account: alice }, voting),
    action(pool.dac, 'setproxy', { account: alice, proxy: bob }, voting),
    action(pool.dac, 'setpayee', { account: alice, payee: bob }, voting),
    action(pool.dac, 'dropkey', { account: alice }, voting),
    action(pool.dac, 'pause', { member: alice }, voting),
    action(other.dac, 'vote', { voter: alice, id, hash, yes: true }, voting),
    action('eosio.token', 'transfer', gift, voting),
    action('eosio', 'linkauth', link, voting),
    action('eosio', 'updateauth', { ...permission, permission: 'active', parent: 'owner' }, voting),
  ];
  for (const attempt of attempts) await refuses(chain.push(attempt), NO_AUTHORITY);
  const [row] = (await pool.rows('members')).filter(({ account }) => account === alice);
  assert.equal(row?.status, 1);
  assert.equal(row?.payee, alice);
});

test("a vote in another's name is refused, and so is another account's permission of that name", async () => {
  const id = await pool.propose('url', { url: 'https://fifth.example', location: 0 }, bob);
  const { hash } = await pool.proposal(id);
  await refuses(
    pool.act('vote', { voter: bob, id, hash, yes: true }, voting),
    new RegExp(`missing authority of ${bob}`),
  );
  await refuses(pool.act('vote', { voter: bob, id, hash, yes: true }, `${bob}@active`, [voting]), NO_AUTHORITY);
});

test('when it is unlinked the key is worth nothing', async () => {
  const unlink = { account: alice, code: pool.dac, type: 'vote' };
  await chain.push(action('eosio', 'unlinkauth', unlink, alice));
  const id = await pool.propose('url', { url: 'https://sixth.example', location: 0 }, bob);
  const { hash } = await pool.proposal(id);
  await refuses(pool.act('vote', { voter: alice, id, hash, yes: true }, voting), NO_AUTHORITY);
});
