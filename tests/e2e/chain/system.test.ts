import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { keyId } from '../../../common/keys.ts';
import { createAccount, keyAuthority } from '../../../deploy/accounts.ts';
import { accountName } from '../../../devnet/layout.ts';
import { CARRIER, PERSON, refuses, TestChain } from '../../support/chain.ts';
import { ChainPool, SWIFT } from '../../support/chain-pool.ts';

const MEMBERS = 100;
const AT_ONCE = 10;

const chain = new TestChain();
const pool = new ChainPool(
  chain,
  'sys',
  Array.from({ length: MEMBERS }, (_, i) => accountName('m', i)),
);
const { founders } = pool;
const [first = ''] = founders;
const late = 'syslate';
const LONG = { url: `https://${'x'.repeat(247)}`, location: 840 };

interface ProducerRow {
  owner: string;
  is_active: number;
  url: string;
  location: number;
  producer_authority: [string, { threshold: number; keys: { key: string; weight: number }[] }];
}

async function registered(): Promise<ProducerRow | undefined> {
  const body = { code: 'eosio', scope: 'eosio', table: 'producers', json: true, limit: 1 };
  const bounds = { lower_bound: pool.producer, upper_bound: pool.producer };
  const { rows } = await chain.client.post<{ rows: ProducerRow[] }>('/v1/chain/get_table_rows', { ...body, ...bounds });
  return rows[0];
}

/** As few votes as it takes: a hundred would only cost time. */
async function decide(kind: string, data: object): Promise<void> {
  const id = await pool.propose(kind, data as Record<string, unknown>);
  await pool.approve(id, founders.slice(0, 51));
  await chain.pass(61);
  await pool.tally(id);
  await pool.act('execute', { id }, first);
}

before(async () => {
  await pool.deployContract();
  await chain.account(pool.producer, CARRIER, {
    threshold: 1,
    keys: [],
    accounts: [{ permission: { actor: pool.dac, permission: 'eosio.code' }, weight: 1 }],
    waits: [],
  });
  const everybody = [...founders, late];
  for (let i = 0; i < everybody.length; i += AT_ONCE) {
    const some = everybody.slice(i, i + AT_ONCE);
    await chain.push(
      some.flatMap((name) => createAccount('eosio', name, keyAuthority(chain.key(name).public), PERSON)),
    );
  }
  await pool.init(LONG);
  for (const [figure, value] of Object.entries({ ...SWIFT, votetime: 60 })) {
    await pool.act('setfigure', { figure, value }, pool.dac);
  }
  for (const account of founders) await pool.join(account);
});

test('a hundred members are handed the pool: all of them stand in owner', async () => {
  await pool.act('handover', {}, pool.dac);
  const owner = await chain.authority(pool.dac, 'owner');
  assert.equal(owner.threshold, 75);
  assert.equal(owner.accounts.length, MEMBERS + 1);
});

test('the real system contract takes a hundred keys and a url of 255 bytes, inline', async () => {
  assert.equal(LONG.url.length, 255);
  await decide('register', { on: true });
  const row = await registered();
  assert.equal(row?.is_active, 1);
  assert.equal(row?.url, LONG.url);
  assert.equal(row?.location, LONG.location);
  const [kind, authority] = row?.producer_authority ?? [];
  assert.equal(kind, 'block_signing_authority_v0');
  assert.equal(authority?.threshold, 1);
  const wanted = founders.map((account) => keyId(chain.key(`${account}@signing`).public));
  assert.deepEqual(authority?.keys.map(({ key }) => keyId(key)).sort(), wanted.sort());
});

test('there is no seat 101', async () => {
  await pool.join(late);
  const id = await pool.propose('admit', { account: late });
  await pool.approve(id, founders.slice(0, 51));
  await chain.pass(61);
  await pool.tally(id);
  await refuses(pool.act('execute', { id }, first), /all 100 seats are taken/);
});

test('every change of the roster changes the keys at once', async () => {
  await pool.act('dropkey', { account: first }, first);
  assert.equal((await registered())?.producer_authority[1].keys.length, MEMBERS - 1);
  const fresh = pool.proof(first, chain.key(`${first}@second`));
  await pool.act('setkey', { account: first, ...fresh }, first);
  const keys = (await registered())?.producer_authority[1].keys.map(({ key }) => keyId(key));
  assert.equal(keys?.length, MEMBERS);
  assert.ok(keys?.includes(keyId(fresh.key)));
  await pool.act('leave', { account: founders[99] }, founders[99] ?? '');
  assert.equal((await registered())?.producer_authority[1].keys.length, MEMBERS - 1);
});

test('a vote takes the producer out of the system contract and brings it back', async () => {
  await decide('register', { on: false });
  const out = await registered();
  assert.equal(out?.is_active, 0);
  await decide('register', { on: true });
  const back = await registered();
  assert.equal(back?.is_active, 1);
  assert.equal(back?.producer_authority[1].keys.length, MEMBERS - 1);
});
