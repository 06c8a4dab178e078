import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Box, CHAIN_ID, initData, TERMS } from './support/box.ts';
import { testKey } from './support/keys.ts';
import { NO_AUTHORITY, refuses } from './support/refuses.ts';

const key = (n: number) => testKey(n).pub;

test('init sets up the pool once, with the documented figures', async () => {
  const box = await Box.empty();
  await box.act('init', { ...initData, founders: ['alice', 'bob'] }, 'dac');
  const { config, state } = box;
  assert.deepEqual(
    [config.producer, config.phase, config.registered, config.open, config.url, config.location],
    ['poolbp', 0, false, false, 'https://pool.example', 840],
  );
  assert.deepEqual([config.chain_id, config.terms, config.terms_version], [CHAIN_ID, TERMS, 1]);
  const { eligible_percent: eligible, infra_permille: infra, mingap, deadline, dispute } = config;
  assert.deepEqual([eligible, infra, mingap, deadline, dispute], [50, 100, 10, 86_400, 259_200]);
  const { votetime, locktime, grace, probation, notice } = config;
  assert.deepEqual([votetime, locktime, grace, probation, notice], [259_200, 86_400, 1_209_600, 2_592_000, 604_800]);
  assert.deepEqual([config.bond, config.casefee, config.monthlimit], [0, 0, 0]);
  assert.deepEqual([state.epoch, state.first_window, state.next_proposal, state.next_case], [1, 0, 1, 1]);
  assert.deepEqual(
    box.rows('founders').map((row) => row.account),
    ['alice', 'bob'],
  );
  assert.deepEqual([box.books().contract, box.books().symbol], ['eosio.token', '4,EOS']);
  assert.deepEqual(
    box.rows('terms').map((row) => [row.version, row.hash]),
    [[1, TERMS]],
  );
  assert.deepEqual([box.row('strategy').strategy, box.row('strategy').mode], ['first-delivered', 'propose']);
  await refuses(box.act('init', initData, 'dac'), /the pool is set up already/);
});

const wrong: [Partial<typeof initData>, RegExp][] = [
  [{ producer: 'nobody' }, /producer nobody is no account on this chain/],
  [{ producer: 'dac' }, /producer dac must be another account than the contract's/],
  [{ token_contract: 'nobody' }, /token contract nobody is no account on this chain/],
  [{ core: '4,ABC' }, /token contract eosio.token has no token 4,ABC/],
  [{ core: '3,EOS' }, /token contract eosio.token has no token 3,EOS/],
  [{ url: 'u'.repeat(256) }, /the url has 256 bytes: at most 255 are allowed/],
  [{ founders: ['nobody'] }, /founder nobody is no account on this chain/],
  [{ founders: ['alice', 'alice'] }, /founder alice is named twice/],
  [{ founders: ['dac'] }, /dac is the pool itself and cannot be a member/],
  [{ founders: ['poolbp'] }, /poolbp is the pool itself and cannot be a member/],
  [{ founders: new Array(101).fill('alice') }, /101 founders are named: at most 100 are allowed/],
];

test('init refuses what makes no sense, and everybody but the contract account', async () => {
  const box = await Box.empty();
  await refuses(box.act('init', initData, 'alice'), NO_AUTHORITY);
  for (const [change, says] of wrong) await refuses(box.act('init', { ...initData, ...change }, 'dac'), says);
});

test('nothing works before init', async () => {
  const box = await Box.empty();
  const notSetUp = /the pool is not set up: call init first/;
  await refuses(box.join('alice', 0), notSetUp);
  for (const action of ['leave', 'dropkey', 'respond']) await refuses(box.self(action, 'alice'), notSetUp);
  for (const action of ['handover', 'refresh', 'cut', 'close', 'dissolve']) {
    await refuses(box.act(action, {}, 'dac'), notSetUp);
  }
  await refuses(box.act('pause', { member: 'alice' }, 'alice'), notSetUp);
  await refuses(box.act('stop', { member: 'alice', role: 'oracle', account: 'bob' }, 'alice'), notSetUp);
  await refuses(box.act('propunpause', { proposer: 'alice', text: '' }, 'alice'), notSetUp);
  for (const action of ['tally', 'execute', 'payorder', 'harvest', 'enforce', 'refund']) {
    await refuses(box.act(action, { id: 1 }), notSetUp);
  }
  for (const action of ['collect', 'sweep']) await refuses(box.act(action, { token: 0 }), notSetUp);
  await refuses(box.act('prune', { max: 1 }), notSetUp);
});

test('an action that does not exist is refused', async () => {
  const box = await Box.live();
  await refuses(box.actRaw('nosuch', new Uint8Array(), 'alice'), /there is no action nosuch/);
  await refuses(box.actRaw('transfer', new Uint8Array(40), 'alice'), /there is no action transfer/);
});

test('founders join without a vote and without probation; nobody else joins before the hand-over', async () => {
  const box = await Box.founding({ figures: { probation: 1000 } });
  await refuses(box.join('dave', 3), /dave is no founder: others join after the hand-over/);
  await box.join('alice', 0);
  const [member, seat] = [box.member('alice'), box.seat('alice')];
  assert.deepEqual([member?.status, member?.index, seat?.voting, seat?.signing], [1, 0, true, true]);
  assert.equal(seat?.probation_until, '1970-01-01T00:00:00');
  await box.join('bob', 1);
  await refuses(box.propose('register', { on: true }), /proposals begin with the hand-over/);
  assert.equal(box.authority('owner'), undefined, 'the key holds the account until the hand-over');
});

test('the founders’ list can be replaced while founding', async () => {
  const box = await Box.founding();
  await refuses(box.act('founders', { accounts: ['dave'] }, 'alice'), NO_AUTHORITY);
  await box.join('alice', 0);
  await box.act('founders', { accounts: ['dave'] }, 'dac');
  await refuses(box.join('bob', 1), /bob is no founder/);
  await box.join('dave', 3);
  assert.deepEqual(box.rows('founders'), []);
  await box.act('handover', {}, 'dac');
});

test('the hand-over leaves no key: active is the code, owner the code or a large part of the members', async () => {
  const box = await Box.founding();
  await box.join('alice', 0);
  await box.join('bob', 1);
  await refuses(box.act('handover', {}, 'dac'), /founder carol has not joined: wait for it, or take it off the list/);
  await box.join('carol', 2);
  await refuses(box.act('handover', {}, 'alice'), NO_AUTHORITY);
  await box.act('handover', {}, 'dac');
  assert.equal(box.config.phase, 1);
  assert.deepEqual(box.authority('active'), { threshold: 1, levels: ['dac@eosio.code 1'], keys: 0 });
  const levels = ['alice@active 1', 'bob@active 1', 'carol@active 1', 'dac@eosio.code 3'];
  assert.deepEqual(box.authority('owner'), { threshold: 3, levels, keys: 0 });
});

test('nobody is handed a pool without members', async () => {
  const box = await Box.founding({ members: [] });
  await refuses(box.act('handover', {}, 'dac'), /nobody is a member: name founders and let them join first/);
});

test('after the hand-over the contract account itself decides nothing any more', async () => {
  const box = await Box.live();
  const over = /the founding is over: propose it to the members instead/;
  await refuses(box.act('handover', {}, 'dac'), over);
  await refuses(box.act('founders', { accounts: [] }, 'dac'), over);
  await refuses(box.act('setfigure', { figure: 'bond', value: 1 }, 'dac'), over);
  await refuses(box.act('setclaim', { code: 'eosio', name: 'x', on: true }, 'dac'), over);
  await box.join('dave', 3);
  assert.deepEqual([box.member('dave')?.status, box.seat('dave')], [0, undefined], 'others apply');
});

test('at most four claims, each once', async () => {
  const box = await Box.founding();
  const set = (name: string, on = true, code = 'eosio') => box.act('setclaim', { code, name, on }, 'dac');
  await refuses(set('claimrewards'), /eosio::claimrewards is a claim of this pool already/);
  await refuses(set('other', false), /eosio::other is no claim of this pool/);
  await refuses(set('other', true, 'nobody'), /claim contract nobody is no account on this chain/);
  for (const name of ['b', 'c', 'd']) await set(name);
  await refuses(set('e'), /there are 4 claims already: take one away first/);
  await set('b', false);
  await set('e');
  assert.deepEqual(
    box.rows('claims').map((row) => [row.id, row.name]),
    [
      [1, 'claimrewards'],
      [3, 'c'],
      [4, 'd'],
      [5, 'e'],
    ],
  );
});

test('the registered producer of the founders has their keys', async () => {
  const box = await Box.live();
  assert.equal(box.producer(), undefined, 'nothing is registered by joining');
  await box.decide('register', { on: true });
  const { keys, url, location, active } = box.producer() ?? {};
  assert.deepEqual([keys, url, location, active], [[key(0), key(1), key(2)], 'https://pool.example', 840, true]);
});
