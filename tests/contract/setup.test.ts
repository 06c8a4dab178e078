import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Box, CHAIN_ID, initData, TERMS } from './support/box.ts';
import { NO_AUTHORITY, refuses } from './support/refuses.ts';

test('init sets up the pool once', async () => {
  const box = await Box.create();
  const config = box.row('config');
  assert.equal(config.producer, 'poolbp');
  assert.equal(config.token_contract, 'eosio.token');
  assert.equal(config.core, '4,EOS');
  assert.equal(config.chain_id, CHAIN_ID);
  assert.equal(config.terms, TERMS);
  assert.equal(config.registered, false);
  assert.deepEqual(
    [config.eligible_percent, config.dispute_seconds, config.infra_permille, config.epoch, config.location],
    [80, 600, 100, 1, 840],
  );
  assert.equal(box.rows('books').length, 1);
  await refuses(box.act('init', initData, 'dac'), /the pool is set up already/);
});

test('init is the contract account’s own', async () => {
  const box = await Box.create(false);
  await refuses(box.act('init', initData, 'alice'), NO_AUTHORITY);
});

test('nothing works before init', async () => {
  const box = await Box.create(false);
  const notSetUp = /the pool is not set up: call init first/;
  await refuses(box.join('alice', 0), notSetUp);
  await refuses(box.act('admit', { account: 'alice' }, 'dac'), notSetUp);
  await refuses(box.act('leave', { account: 'alice' }, 'alice'), notSetUp);
  await refuses(box.act('register', { on: true }, 'dac'), notSetUp);
  await refuses(box.act('setoracle', { oracle: 'oracle1', active: true }, 'dac'), notSetUp);
  for (const action of ['harvest', 'collect', 'sweep', 'cut', 'close']) await refuses(box.act(action), notSetUp);
  await refuses(box.act('claim', { account: 'alice' }), notSetUp);
  await refuses(box.act('prune', { max: 1 }), notSetUp);
});

const wrong: [Partial<typeof initData>, RegExp][] = [
  [{ producer: 'nobody' }, /producer nobody is no account on this chain/],
  [{ producer: 'dac' }, /producer dac must be another account than the contract's/],
  [{ token_contract: 'nobody' }, /token contract nobody is no account on this chain/],
  [{ core: '4,ABC' }, /token contract eosio.token has no token 4,ABC/],
  [{ core: '3,EOS' }, /token contract eosio.token has no token 3,EOS/],
  [{ url: 'u'.repeat(256) }, /the url has 256 bytes: at most 255 are allowed/],
  [{ eligible_percent: 0 }, /eligible_percent is 0: 1 to 100 are allowed/],
  [{ eligible_percent: 101 }, /eligible_percent is 101: 1 to 100 are allowed/],
  [{ dispute_seconds: 2592001 }, /dispute_seconds is 2592001: at most 2592000 are allowed/],
  [{ infra_permille: 1001 }, /infra_permille is 1001: at most 1000 are allowed/],
];

test('init refuses figures that make no sense', async () => {
  const box = await Box.create(false);
  for (const [change, says] of wrong) await refuses(box.act('init', { ...initData, ...change }, 'dac'), says);
});

test('an action that does not exist is refused', async () => {
  const box = await Box.create();
  await refuses(box.actRaw('nosuch', new Uint8Array(), 'alice'), /there is no action nosuch/);
});

test('a transfer to the pool, or of a foreign token, never fails and books nothing', async () => {
  const box = await Box.create();
  const books = box.row('books');
  await box.transfer('eosio', 'dac', 5);
  assert.deepEqual(box.row('books'), books);
});
