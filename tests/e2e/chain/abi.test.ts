import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { action } from '../../../common/chain.ts';
import type { Abi } from '../../../contracts/abi.ts';
import { type Row, TestChain } from '../../support/chain.ts';
import { currentWindow, deployPayer, NO_KEY, reportData, setReward } from '../../support/chain-pay.ts';
import { ChainPool, SWIFT } from '../../support/chain-pool.ts';

const chain = new TestChain();
const pool = new ChainPool(chain, 'abi', ['alice', 'bob', 'carol']);
const [alice = '', bob = ''] = pool.founders;
const PEOPLE = ['abioracle1', 'abioracle2', 'abiarbiter', 'abiworker', 'abilate'];
const [oracle1 = '', oracle2 = '', arbiter = '', worker = '', late = ''] = PEOPLE;
const abi = ChainPool.contract().abi as Abi;
const HASH = 'cd'.repeat(32);
const shape = 'abishape';

/** The rows that a table had while there were any; the list of founders is empty once they have joined. */
const seen = new Map<string, unknown[]>();

async function look(table: string, scope: string | number = pool.dac): Promise<void> {
  seen.set(table, await pool.rows<unknown>(table, scope));
}

function fieldsOf(type: string): string[] {
  const struct = abi.structs.find(({ name }) => name === type);
  assert.ok(struct, `the ABI has no ${type}`);
  return [...(struct.base ? fieldsOf(struct.base) : []), ...struct.fields.map(({ name }) => name)];
}

/** A life in which every table gets a row. */
before(async () => {
  await pool.deployContract();
  await deployPayer(pool, 'abipay');
  await chain.accounts(...pool.founders, ...PEOPLE);
  await pool.found({ ...SWIFT, votetime: 60, monthlimit: 10_000_000, casetime: 86_400 });
  await pool.act('setclaim', { code: 'abipay', name: 'claimrewards', on: true }, pool.dac);
  await look('founders');
  await pool.handOver();
  await decide(
    ['register', { on: true }],
    ['role', { role: 'oracle', account: oracle1, on: true, key: NO_KEY, endpoints: '' }],
    ['role', { role: 'arbitrator', account: arbiter, on: true, key: NO_KEY, endpoints: '' }],
    ['role', { role: 'emitter', account: worker, on: true, key: chain.key(worker).public, endpoints: 'a:1' }],
  );
  await setReward(chain, 'abipay', '1000.0000 EOS');
  await pool.act('harvest', { id: 1 }, bob);
  await chain.pass(12);
  const window = (await currentWindow(chain)) - 1;
  await pool.act('report', reportData(oracle1, window), oracle1);
  await decide(['role', { role: 'oracle', account: oracle2, on: true, key: NO_KEY, endpoints: '' }]);
  const open = (await currentWindow(chain)) - 1;
  await pool.act('report', reportData(oracle1, open), oracle1);
  await pool.act('cut', {}, bob);
  await pool.act('close', {}, bob);
  await chain.pass(12);
  const last = (await currentWindow(chain)) - 1;
  for (const oracle of [oracle1, oracle2]) await pool.act('report', reportData(oracle, last), oracle);
  await decide(['order', { payee: worker, amount: '1.0000 EOS', months: 3 }]);
  await pool.propose('void', { window: last });
  await pool.act('open', { account: alice }, alice);
  await pool.act('opencase', { claimant: alice, respondent: late, order: 0, window: 0, evidence: HASH }, alice);
  await pool.act('answer', { respondent: late, id: 1, reply: HASH }, late);
  await decide(['role', { role: 'arbitrator', account: late, on: true, key: NO_KEY, endpoints: '' }]);
  const ruling = { compensation: '0.0000 EOS', penalty: '0.0000 EOS', act: 'none', value: 0, reason: HASH };
  await pool.act('rule', { arbitrator: arbiter, id: 1, ...ruling }, arbiter);
  const id = await pool.propose('url', { url: '', location: 0 });
  await pool.approve(id);
  await look('votes', id);
  await look('reports', open);
  await look('rulings', 1);
  await look('credits', 0);
  for (const { name } of abi.tables) if (!seen.has(name)) await look(name);
});

/** Everybody votes for all of these, the time passes, they are executed. */
async function decide(...all: [string, Row][]): Promise<void> {
  const ids: number[] = [];
  for (const [kind, data] of all) ids.push(await pool.propose(kind, data, ids.length < 4 ? alice : bob));
  for (const id of ids) await pool.approve(id);
  await chain.pass(61);
  for (const id of ids) {
    await pool.tally(id);
    await pool.act('execute', { id }, bob);
  }
}

test('every table of the ABI has a row, and the node decodes all of its columns', () => {
  for (const { name, type } of abi.tables) {
    const rows = seen.get(name) ?? [];
    assert.ok(rows.length > 0, `${name} has no row`);
    for (const row of rows) {
      assert.equal(typeof row, 'object', `${name} was not decoded: ${JSON.stringify(row)}`);
      assert.deepEqual(Object.keys(row as Row).sort(), fieldsOf(type).sort(), name);
    }
  }
  assert.deepEqual([...seen.keys()].sort(), abi.tables.map(({ name }) => name).sort());
});

test('every table decodes in every scope that it has', async () => {
  interface Scope {
    table: string;
    scope: string;
  }
  const { rows } = await chain.client.post<{ rows: Scope[] }>('/v1/chain/get_table_by_scope', {
    code: pool.dac,
    limit: 1000,
  });
  assert.ok(rows.length > 20, `${rows.length} scopes`);
  for (const { table, scope } of rows) {
    for (const row of await pool.rows<unknown>(table, scope)) assert.equal(typeof row, 'object', `${table} ${scope}`);
  }
});

test('the deployed ABI is the built one, and no result of an action has a type that is not there', async () => {
  const answer = await chain.client.post<{ abi: Abi }>('/v1/chain/get_abi', { account_name: pool.dac });
  const field = (from: Abi, name: keyof Abi) => from[name] ?? [];
  for (const name of ['version', 'types', 'structs', 'actions', 'tables', 'ricardian_clauses', 'variants'] as const) {
    assert.deepEqual(field(answer.abi, name), field(abi, name), name);
  }
  assert.deepEqual(field(answer.abi, 'action_results'), field(abi, 'action_results'));
  const pushed = await pool.act('setpayee', { account: alice, payee: alice }, alice);
  const [trace] = pushed.processed.action_traces as unknown as { return_value_hex_data: string }[];
  assert.equal(trace?.return_value_hex_data ?? '', '');
});

const SAMPLES: Record<string, unknown> = {
  name: 'alice',
  'name[]': ['alice', 'bob', 'zzzzzzzzzzzz'],
  bool: true,
  uint8: 255,
  uint16: 65_535,
  uint32: 4_294_967_295,
  uint64: '18446744073709551615',
  int64: '-9223372036854775808',
  string: 'a "text" with 2 quotes, \u00e4\u00f6\u00fc \u4e2d',
  bytes: '00ff10',
  checksum256: HASH,
  asset: '-12.3456 EOS',
  symbol: '4,EOS',
  time_point_sec: '2026-01-02T03:04:05',
  public_key: chain.key('abi@sample').public,
  signature: pool.proof(alice).proof,
};

interface Decoded {
  data: Row;
  hex_data: string;
}

/** Has the node pack the arguments of actions and show what it packed. They do nothing: the account has an ABI and no code. */
async function decoded(samples: { name: string; data: Row }[]): Promise<Decoded[]> {
  await chain.account(shape);
  const setabi = action('eosio', 'setabi', { account: shape, abi: chain.client.packAbi(abi) }, shape);
  await chain.push(setabi);
  const header = await chain.client.transactionHeader(60);
  const actions = samples.map(({ name, data }) => action(shape, name, data, alice));
  const limits = { max_net_usage_words: 0, max_cpu_usage_ms: 0, delay_sec: 0 };
  const inner = { ...header, ...limits, context_free_actions: [], actions, transaction_extensions: [] };
  const transaction = { signatures: [], compression: 'none', context_free_data: [], transaction: inner };
  const answer = await chain.client.post<{ processed: { action_traces: { act: Decoded }[] } }>(
    '/v1/chain/compute_transaction',
    { transaction },
  );
  return answer.processed.action_traces.map(({ act }) => act);
}

test('the data of every action survives the way to bytes and back in the node', async () => {
  const samples = abi.actions.map(({ name, type }) => {
    const struct = abi.structs.find((one) => one.name === type);
    assert.ok(struct, type);
    for (const field of struct.fields) assert.ok(field.type in SAMPLES, `no sample of ${field.type}`);
    return { name, data: Object.fromEntries(struct.fields.map((field) => [field.name, SAMPLES[field.type]])) };
  });
  const acts = await decoded(samples);
  assert.equal(acts.length, samples.length);
  for (const [i, { name, data }] of samples.entries()) {
    const shown = Object.fromEntries(Object.entries(data).map(([key, value]) => [key, value === true ? 1 : value]));
    assert.deepEqual(acts[i]?.data, Object.keys(data).length > 0 ? shown : '', name);
    // eosjs, which the programs use, makes the same bytes.
    const [own] = await chain.client.api.serializeActions([action(pool.dac, name, data, alice)]);
    assert.equal(String(own?.data).toLowerCase(), acts[i]?.hex_data, name);
  }
});

test('after all of this the node lives', async () => {
  process.kill(chain.file.pid, 0);
  const { head_block_num: head } = await chain.client.info();
  await chain.pass(1);
  assert.ok((await chain.client.info()).head_block_num > head);
});
