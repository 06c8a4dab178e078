import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { sha256 } from '../../../../common/canonical.ts';
import { changeLine, changesOf } from '../../../../common/governance/changes.ts';
import { readDetails, readFacts } from '../../../../common/governance/facts.ts';
import { KINDS, readProposal } from '../../../../common/governance/proposals.ts';
import { stringToName } from '../../../../common/name.ts';
import { ROOT } from '../../../../devnet/tools.ts';
import { testKey } from '../../../contract/support/keys.ts';
import {
  at,
  caseRow,
  configRow,
  DAC,
  FakePool,
  memberRow,
  NEVER,
  proposalRow,
  type Row,
  stateRow,
} from '../../../support/fake-pool.ts';

const key = testKey(9).pub;
const other = testKey(8).pub;
const shown = new Set<string>();

/** What people read of a proposal: title, changes, notes. */
async function told(kind: string, row: Row, pool = new FakePool()) {
  shown.add(kind);
  const client = pool.set('proposals', [proposalRow(12, kind, row)]).client();
  const facts = await readFacts(client, DAC);
  const proposal = await readProposal(client, DAC, 12);
  assert.ok(proposal);
  const { title, changes, notes } = changesOf(proposal, facts, await readDetails(client, DAC, proposal));
  return [title, ...changes.map(changeLine), ...notes.map((note) => `! ${note}`)];
}

test('members: an admission says who comes, with which key, and what makes it impossible', async () => {
  const pool = new FakePool();
  const dave = { status: 0, index: 255, key, payee: 'davepay', owners: 'carol holds a third' };
  pool.set('members', [memberRow('alice'), memberRow('dave', dave)]);
  assert.deepEqual(await told('admit', { subject: 'dave' }, pool), [
    'admits dave',
    'member dave: applied → active, without a vote for 2,592,000 s (30 days)',
    'keys that sign for the producer: 3 → 4',
    `its key: ${key}`,
    'pays to: davepay',
    'says of itself: https://dave.example, location 276, common owners: carol holds a third',
    '! After its admission dave is on probation (votes from about 2026-12-27 12:00:00 UTC).',
  ]);
  pool.set('members', [memberRow('dave', { ...dave, terms: 0 })]);
  assert.match(
    (await told('admit', { subject: 'dave' }, pool)).join('\n'),
    /! dave agreed to version 0 of the terms, in force is 1: it has to agree/,
  );
  pool.set('members', [memberRow('dave', { status: 4 })]).set('config', [configRow({ probation: 0 })]);
  const left = (await told('admit', { subject: 'dave' }, pool)).join('\n');
  assert.match(left, /member dave: left → active\n/);
  assert.match(left, /! dave has no application now \(left\): the contract would refuse it/);
});

test('members: expulsion and suspension', async () => {
  assert.deepEqual(await told('expel', { subject: 'bob', respondent: 'bob', two_thirds: 1 }), [
    'expels bob',
    'member bob: active → expelled, for good',
    '! bob has no vote on it, loses its seat and its key, and keeps what it is owed (20.0000 EOS).',
  ]);
  const lines = await told('suspend', { subject: 'bob', value: 604_800 });
  assert.equal(lines[0], 'suspends bob for 604,800 s (7 days)');
  assert.equal(lines[1], 'member bob: active → suspended for 604,800 s (7 days)');
  assert.match(
    (await told('suspend', { subject: 'dave', value: 61 })).join('\n'),
    /for 61 s\n.*dave is no member now \(applied\)/s,
  );
  assert.match((await told('expel', { subject: 'mallory' })).join('\n'), /mallory is no member now \(unknown here\)/);
});

test('rules: terms, figures, url, registration, strategy, claims', async () => {
  const digest = '33'.repeat(32);
  assert.deepEqual(await told('terms', { digest, two_thirds: 1 }), [
    'makes the text with sha256 333333333333… the constitution',
    'constitution, version: 1 → 2',
    `constitution, sha256: ${'11'.repeat(32)} → ${digest}`,
    '! All members have 1,209,600 s (14 days) to agree; who does not can be suspended.',
  ]);
  assert.deepEqual(await told('config', { subject: 'votetime', value: 86_400 }), [
    'sets the figure votetime to 86,400 s (1 day)',
    'figure votetime: 259,200 s (3 days) → 86,400 s (1 day)',
  ]);
  assert.deepEqual(
    (await told('config', { subject: 'monthlimit', value: '25000000' }))[1],
    'figure monthlimit: 1000000.0000 EOS → 2500.0000 EOS',
  );
  assert.deepEqual((await told('config', { subject: 'infra', value: 100 })).slice(1), [
    'figure infra: 100 ‰ → 100 ‰',
    '! It is so already: nothing would change.',
  ]);
  assert.deepEqual((await told('config', { subject: 'open', value: 1 }))[1], 'figure open: no → yes');
  assert.match((await told('config', { subject: 'newfigure', value: 1 })).join('\n'), /does not know the figure/);
  assert.deepEqual((await told('url', { detail: 'https://new.example', value: 840 })).slice(1), [
    "producer's url: https://pool.example → https://new.example",
    "producer's location: 276 → 840",
  ]);
  assert.deepEqual((await told('register', { value: 0 })).slice(1), ['producer poolbp: registered → unregistered']);
  assert.deepEqual(await told('strategy', { detail: 'sticky:hold=3', subject: 'propose' }), [
    'chooses blocks by sticky:hold=3, mode propose',
    'strategy: first-delivered → sticky:hold=3',
    'mode: propose → propose',
    '! It holds from the window after the execution on.',
  ]);
  const pool = new FakePool().set('claims', [{ id: 1, code: 'eosio', name: 'claimrewards' }]);
  assert.deepEqual((await told('claim', { subject: 'eosio', target: 'claimrewards', value: 0 }, pool)).slice(1), [
    'claim eosio::claimrewards: used → not used',
  ]);
  assert.match(
    (await told('claim', { subject: 'eosio', target: 'claimrewards', value: 1 }, pool)).join('\n'),
    /is used already: the contract would refuse it/,
  );
});

test('rules: roles', async () => {
  const pool = new FakePool();
  pool.set('emitters', [{ account: 'emitterco', key, endpoints: 'a:1', stopper: '', stopper_at: NEVER }]);
  pool.set('oracles', [
    { account: 'oracle1', active: 1, stopper: '', stopper_at: NEVER, open: 0 },
    { account: 'oracle2', active: 0, stopper: '', stopper_at: NEVER, open: 3 },
  ]);
  const on = { target: 'emitter', subject: 'emitterco', value: 1 };
  assert.deepEqual((await told('role', { ...on, key: other, detail: 'b:2' }, pool)).slice(0, 3), [
    'gives emitter emitterco another key or endpoints',
    `emitter emitterco, key of its log: ${key} → ${other}`,
    'emitter emitterco, endpoints: a:1 → b:2',
  ]);
  assert.match((await told('role', { ...on, key, detail: 'a:1' }, pool)).join('\n'), /nothing would change/);
  assert.deepEqual((await told('role', { target: 'oracle', subject: 'oracle2', value: 1 }, pool)).slice(1), [
    'oracle oracle2: not in office → in office',
  ]);
  assert.match(
    (await told('role', { target: 'oracle', subject: 'oracle1', value: 1 }, pool)).join('\n'),
    /oracle1 holds this role already: the contract would refuse/,
  );
  assert.deepEqual((await told('role', { target: 'oracle', subject: 'oracle1', value: 0 }, pool)).slice(1), [
    'oracle oracle1: in office → dismissed',
  ]);
  assert.match(
    (await told('role', { target: 'arbitrator', subject: 'judge1', value: 0 }, pool)).join('\n'),
    /judge1 does not hold this role/,
  );
});

test('money: orders, spends, escrows, tokens', async () => {
  const pool = new FakePool();
  pool.set('orders', [
    { id: 1, payee: 'emitterco', amount: 500_000, escrow: 0, months: 4, due: at(5), in_case: 0, text: '' },
    { id: 2, payee: 'worker', amount: 2_000_000, escrow: 1, months: 0, due: at(86_400), in_case: 1, text: '' },
  ]);
  assert.deepEqual(await told('order', { subject: 'emitterco', amount: '50.0000 EOS', value: 12 }, pool), [
    'orders 50.0000 EOS a month from emitterco, 12 times',
    'monthly order for emitterco: none → 50.0000 EOS, 12 times',
    'in all: 600.0000 EOS',
    '! Infrastructure holds 100.0000 EOS, and at most 1000000.0000 EOS of it may leave in a month.',
  ]);
  assert.equal(
    (await told('spend', { subject: 'worker', amount: '5.0000 EOS', value: 0 }, pool))[1],
    'worker: is paid 5.0000 EOS',
  );
  assert.equal(
    (await told('spend', { subject: 'worker', amount: '5.0000 EOS', value: 60 }, pool))[1],
    'escrow: 5.0000 EOS for worker, to be accepted within 60 days',
  );
  assert.equal(
    (await told('end', { value: 1 }, pool))[1],
    'order 1: 50.0000 EOS a month to emitterco, 4 still to pay → ended',
  );
  assert.match(
    (await told('end', { value: 9 }, pool)).join('\n'),
    /There is no order 9 now: the contract would refuse it/,
  );
  const accepted = await told('accept', { value: 2, option: 1 }, pool);
  assert.equal(
    accepted[1],
    'order 2: 200.0000 EOS in escrow for worker until 2026-11-28 12:00:00 UTC → paid to worker',
  );
  assert.match(accepted.join('\n'), /before the arbitrators in case 1/);
  assert.match((await told('accept', { value: 2, option: 0 }, pool))[1] ?? '', /→ back to the infrastructure$/);
  assert.equal(
    (await told('token', { token: 'other.token', amount: '0.0000 SYS' }))[1],
    'token SYS of other.token: not in the books → in the books, split over the shares',
  );
  assert.equal(
    (await told('foreign', { token: 'airdrop', amount: '100.00 DROP', subject: 'charity' }))[1],
    'charity: gets 100.00 DROP (token contract airdrop)',
  );
});

test('windows and rulings', async () => {
  const pool = new FakePool();
  const window = {
    window: 141_000_099,
    epoch: 2,
    voided: 0,
    settled: at(-9),
    reports: 2,
    hash: '44'.repeat(32),
    metrics_hash: '55'.repeat(32),
  };
  pool.set('windows', [
    { ...window, log_root: '66'.repeat(32), eligible: '05', strategy: 'first-delivered', version: 'metrics/3' },
  ]);
  assert.deepEqual((await told('settle', { value: 141_000_099, data: '0f' }, pool)).slice(1), [
    'window 141000099: a share each for alice, carol → a share each for alice, bob, carol, seat 3',
  ]);
  assert.deepEqual((await told('void', { value: 141_000_098 }, pool)).slice(1), [
    'window 141000098: not decided → void: nobody has a share',
  ]);
  pool.set('state', [stateRow({ closed_through: 141_000_099 })]);
  assert.match(
    (await told('void', { value: 141_000_099 }, pool)).join('\n'),
    /epoch is closed \(through window 141000099\)/,
  );
  pool.set('cases', [caseRow(1, { status: 3, compensation: 100_000, act: 'suspend', value: 86_400 })]);
  assert.deepEqual((await told('appeal', { value: 1, respondent: 'bob', other: 'alice' }, pool)).slice(0, 2), [
    'overturns the ruling in case 1',
    'ruling in case 1: 10.0000 EOS from bob to alice, fine 0.0000 EOS, suspend for 86,400 s (1 day) → overturned: nothing is enforced',
  ]);
  assert.match((await told('appeal', { value: 2 }, pool))[1] ?? '', /its case is erased/);
});

test('pause and dissolution', async () => {
  const pool = new FakePool().set('config', [configRow({ paused_until: at(60) })]);
  assert.deepEqual(await told('unpause', {}, pool), [
    'ends the pause',
    'pool: paused until 2026-11-27 12:01:00 UTC → running',
  ]);
  assert.match((await told('unpause', {})).join('\n'), /There is no pause: the contract would refuse it/);
  assert.equal((await told('dissolve', {}))[1], 'phase: live → dissolving');
});

test('an eosio.msig proposal is opened: the code that it would set is named by its hash, another transaction is called so', async () => {
  const code = readFileSync(path.join(ROOT, 'contracts/target/pool.wasm'));
  const pool = new FakePool();
  const { api } = pool.client();
  const data = Buffer.concat([nameBytes(DAC), Buffer.alloc(2), varuint(code.length), code]).toString('hex');
  const authorization = [{ actor: DAC, permission: 'owner' }];
  const packed = api.serializeTransaction({
    ...{ expiration: at(3600), ref_block_num: 0, ref_block_prefix: 0 },
    actions: [
      { account: 'eosio', name: 'setcode', authorization, data },
      { account: 'eosio', name: 'setabi', authorization, data: '' },
    ],
  });
  const digest = sha256(Buffer.from(packed)).toString('hex');
  pool.set(
    'proposal',
    [{ proposal_name: 'upgrade1', packed_transaction: Buffer.from(packed).toString('hex') }],
    'alice',
    'eosio.msig',
  );
  const lines = await told('msig', { subject: 'alice', target: 'upgrade1', digest }, pool);
  assert.deepEqual(lines, [
    "approves the eosio.msig proposal upgrade1 of alice as the pool's owner",
    `approval, of the transaction with sha256: ${digest}`,
    `code of pooldac: the present one → sha256 ${sha256(code).toString('hex')}`,
    'action: eosio::setabi',
  ]);
  assert.match(
    (await told('msig', { subject: 'alice', target: 'upgrade1', digest: '77'.repeat(32) }, pool)).join('\n'),
    new RegExp(`sha256 ${digest}, the proposal names another`),
  );
  assert.match(
    (await told('msig', { subject: 'alice', target: 'upgrade2', digest }, pool)).join('\n'),
    /alice has no proposal upgrade2 in eosio\.msig now/,
  );
  pool.set('proposal', [{ proposal_name: 'upgrade1', packed_transaction: 'ff' }], 'alice', 'eosio.msig');
  const junk = await told(
    'msig',
    { subject: 'alice', target: 'upgrade1', digest: sha256(Buffer.from('ff', 'hex')).toString('hex') },
    pool,
  );
  assert.equal(junk.length, 2, 'bytes that are no transaction have no actions');
});

function nameBytes(name: string): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(stringToName(name));
  return bytes;
}

function varuint(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>>= 7) {
    if (rest < 128) return Buffer.from([...bytes, rest]);
    bytes.push((rest & 127) | 128);
  }
}

test('of a proposal that is over only what it says is shown: what stood before is not known any more', async () => {
  assert.deepEqual(await told('config', { subject: 'votetime', value: 86_400, status: 2, done: at(-5) }), [
    'sets the figure votetime to 86,400 s (1 day)',
    'figure votetime: 86,400 s (1 day)',
  ]);
});

test('a kind of a later contract is called so, and every kind of this one is shown', async () => {
  assert.deepEqual(await told('newkind', {}), ['does what this version does not know: "newkind"']);
  shown.delete('newkind');
  assert.deepEqual([...shown].sort(), [...KINDS].sort());
  const source = readFileSync(path.join(ROOT, 'contracts/pool/execute.ts'), 'utf8');
  const inContract = [...source.matchAll(/Name\.fromString\("(\w+)"\)/g)].map(([, kind]) => kind);
  assert.deepEqual([...new Set(inContract)].sort(), [...KINDS].sort());
});

test("a node's answer that is none of the pool's tables is one sentence", async () => {
  const odd = new FakePool().set('config', [configRow({ phase: 9 })]);
  await assert.rejects(readFacts(odd.client(), DAC), {
    code: 'no_pool',
    message: /pooldac carries no pool on this chain \(the node's answer for config\.phase/,
  });
  await assert.rejects(
    readFacts(new FakePool().set('config', []).client(), DAC),
    /the pool of pooldac is not set up yet/,
  );
  const rows = new FakePool().set('seats', [{ account: 'Alice!' }]);
  await assert.rejects(readFacts(rows.client(), DAC), {
    code: 'chain',
    message: /answer for seats\.account is not what it should be/,
  });
});
