import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { action } from '../../../common/chain.ts';
import { keyAuthority } from '../../../deploy/accounts.ts';
import { putCode } from '../../../deploy/code.ts';
import { NO_AUTHORITY, refuses, TestChain } from '../../support/chain.ts';
import { approveMsig, execMsig, proposeMsig } from '../../support/chain-msig.ts';
import { ChainPool, SWIFT } from '../../support/chain-pool.ts';

const chain = new TestChain();
const pool = new ChainPool(chain, 'fnd', ['alice', 'bob', 'carol', 'dave', 'erin']);
const { dac, producer, founders } = pool;
const [alice = '', bob = ''] = founders;
const stranger = 'fndstranger';

const code = { actor: dac, permission: 'eosio.code' };
const updateAuth = (account: string, permission: string, auth: object, by: string) =>
  action('eosio', 'updateauth', { account, permission, parent: permission === 'owner' ? '' : 'owner', auth }, by);

before(async () => {
  await pool.deploy();
  await chain.accounts(stranger);
});

test('only the account itself founds the pool, once', async () => {
  await refuses(pool.act('founders', { accounts: founders }, stranger), /missing authority of fnddac/);
  await pool.init();
  await refuses(pool.init(), /the pool is set up already/);
  await refuses(pool.act('setfigure', { figure: 'votetime', value: 1 }, alice), /missing authority of fnddac/);
  for (const [figure, value] of Object.entries(SWIFT)) await pool.act('setfigure', { figure, value }, dac);
});

test('named founders become members by joining, others do not', async () => {
  await refuses(pool.join(stranger), /fndstranger is no founder: others join after the hand-over/);
  await refuses(pool.act('handover', {}, dac), /founder fndalice has not joined/);
  for (const founder of founders) await pool.join(founder);
  assert.deepEqual(await pool.rows('founders'), []);
  assert.deepEqual(
    (await pool.rows('members')).map(({ account, status, index }) => [account, status, index]),
    founders.map((founder, i) => [founder, 1, i]),
  );
});

test('before the hand-over the key can do everything; the hand-over is refused when the code is not in owner', async () => {
  const withCode = await chain.authority(dac, 'owner');
  await chain.push(updateAuth(dac, 'owner', keyAuthority(chain.key(dac).public), `${dac}@owner`));
  await refuses(pool.act('handover', {}, dac), NO_AUTHORITY);
  assert.equal((await pool.rows('config'))[0]?.phase, 0);
  await chain.push(updateAuth(dac, 'owner', withCode, `${dac}@owner`));
});

test('before the hand-over the key approves something in eosio.msig', async () => {
  const own = keyAuthority(chain.key(stranger).public);
  const requested = [{ actor: dac, permission: 'active' }];
  await proposeMsig(chain, { proposer: stranger, name: 'seize', requested }, [updateAuth(dac, 'active', own, dac)]);
  await approveMsig(chain, stranger, 'seize', dac);
});

test('the hand-over leaves no key: active is the code, owner the code or k of the members', async () => {
  await pool.act('handover', {}, dac);
  const [config] = await pool.rows('config');
  assert.equal(config?.phase, 1);
  const active = await chain.authority(dac, 'active');
  assert.deepEqual(active, { threshold: 1, keys: [], accounts: [{ permission: code, weight: 1 }], waits: [] });
  const owner = await chain.authority(dac, 'owner');
  const members = founders.map((actor) => ({ permission: { actor, permission: 'active' }, weight: 1 }));
  // k of 5: three quarters rounded up is 4, and so is two above the half.
  const wanted = [...members, { permission: code, weight: 4 }];
  wanted.sort((a, b) => (a.permission.actor < b.permission.actor ? -1 : 1));
  assert.deepEqual(owner, { threshold: 4, keys: [], accounts: wanted, waits: [] });
  for (const permission of ['owner', 'active']) {
    const held = await chain.authority(producer, permission);
    assert.deepEqual(held, { threshold: 1, keys: [], accounts: [{ permission: code, weight: 1 }], waits: [] });
  }
});

test('the key of the founding opens nothing any more', async () => {
  await refuses(execMsig(chain, stranger, 'seize', stranger), /transaction authorization failed/);
  const own = keyAuthority(chain.key(dac).public);
  for (const permission of ['active', 'owner']) {
    const by = `${dac}@${permission}`;
    await refuses(chain.push(updateAuth(dac, permission, own, by)), NO_AUTHORITY);
    await refuses(chain.push(putCode(chain.client, dac, ChainPool.contract()), [dac]), NO_AUTHORITY);
    await refuses(chain.push(updateAuth(producer, permission, own, `${producer}@${permission}`), [dac]), NO_AUTHORITY);
  }
  const gift = { from: dac, to: alice, quantity: '0.0001 EOS', memo: '' };
  await refuses(chain.push(action('eosio.token', 'transfer', gift, dac)), NO_AUTHORITY);
  for (const [name, data] of [
    ['setfigure', { figure: 'votetime', value: 1 }],
    ['founders', { accounts: [] }],
    ['setclaim', { code: 'eosio', name: 'claimrewards', on: true }],
    ['handover', {}],
  ] as const) {
    await refuses(pool.act(name, data, dac), NO_AUTHORITY);
  }
});

test('one member alone is not the contract, k - 1 are not either', async () => {
  const own = keyAuthority(chain.key(alice).public);
  const attempt = updateAuth(dac, 'active', own, `${dac}@owner`);
  await refuses(chain.push(attempt, [alice]), NO_AUTHORITY);
  await refuses(chain.push(attempt, founders.slice(0, 3)), NO_AUTHORITY);
  const before = await chain.authority(dac, 'active');
  await refuses(chain.push(attempt, [stranger, ...founders.slice(0, 3)]), NO_AUTHORITY);
  assert.deepEqual(await chain.authority(dac, 'active'), before);
});

test('owner follows who has a vote: a leaver is out of it, k changes with their number', async () => {
  await pool.act('leave', { account: bob }, bob);
  const owner = await chain.authority(dac, 'owner');
  assert.equal(owner.threshold, 4); // of 4 members: at least two above the half, and no more than all
  assert.equal(
    owner.accounts.some(({ permission }) => permission.actor === bob),
    false,
  );
  await refuses(
    chain.push({ ...action(dac, 'nonsense', {}, alice), data: '' }),
    /there is no action nonsense|unknown action/i,
  );
});
