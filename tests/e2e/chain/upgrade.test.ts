import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { before, test } from 'node:test';
import { type Action, action } from '../../../common/chain.ts';
import { refuses } from '../../support/chain.ts';
import { approveMsig, cancelMsig, execMsig, type Level, proposeMsig, untilCodeIs } from '../../support/chain-msig.ts';
import { ChainPool } from '../../support/chain-pool.ts';

const NO_CODE = '0'.repeat(64);
const { wasm } = ChainPool.contract();
/** The same contract with a section that no engine looks at: other bytes, another hash. */
const section = Buffer.from('\0\x06\x04next1', 'latin1');
const newer = Buffer.concat([wasm, section]);

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

let pool: ChainPool;
let [alice, bob, carol, dave, erin] = ['', '', '', '', ''];
let owner: Level;

before(async () => {
  pool = await ChainPool.live('upg', ['alice', 'bob', 'carol', 'dave', 'erin']);
  [alice = '', bob = '', carol = '', dave = '', erin = ''] = pool.founders;
  owner = { actor: pool.dac, permission: 'owner' };
});

const setCode = (code: Buffer): Action =>
  action(
    'eosio',
    'setcode',
    { account: pool.dac, vmtype: 0, vmversion: 0, code: code.toString('hex') },
    `${pool.dac}@owner`,
  );

const propose = (name: string, code: Buffer, requested: Level[] = [owner], seconds?: number) =>
  proposeMsig(pool.chain, { proposer: alice, name, requested, ...(seconds === undefined ? {} : { seconds }) }, [
    setCode(code),
  ]);

const voted = (name: string, hash: string) =>
  pool.pass('msig', { msig_proposer: alice, proposal_name: name, trx_hash: hash });

test('a voted upgrade: the contract approves as owner, anybody executes, the code is the new one', async () => {
  const { chain, dac } = pool;
  assert.equal(await chain.codeHash(dac), sha256(wasm));
  const hash = await propose('upgrade1', newer);
  await refuses(execMsig(chain, alice, 'upgrade1', bob), /transaction authorization failed/);
  const id = await voted('upgrade1', hash);
  await refuses(execMsig(chain, alice, 'upgrade1', bob), /transaction authorization failed/);
  await pool.act('execute', { id }, erin);
  assert.equal((await pool.proposal(id)).status, 2);
  await execMsig(chain, alice, 'upgrade1', bob);
  await untilCodeIs(chain, dac, sha256(newer));
  // It is the same pool.
  const [config] = await pool.rows('config');
  assert.equal(config?.phase, 1);
  await pool.act('setpayee', { account: alice, payee: bob }, alice);
});

test('a hash that is not the proposed transaction is refused when it is executed', async () => {
  await propose('upgrade2', wasm);
  const id = await voted('upgrade2', 'ab'.repeat(32));
  await refuses(pool.act('execute', { id }, erin), /hash/);
  assert.equal((await pool.proposal(id)).status, 1);
  await cancelMsig(pool.chain, alice, 'upgrade2');
  await refuses(pool.act('execute', { id }, erin), /proposal not found/);
});

test('a transaction that was exchanged after the vote is refused', async () => {
  const hash = await propose('upgrade3', wasm);
  const id = await voted('upgrade3', hash);
  await cancelMsig(pool.chain, alice, 'upgrade3');
  await propose('upgrade3', Buffer.alloc(0));
  await refuses(pool.act('execute', { id }, erin), /hash/);
  assert.equal(await pool.chain.codeHash(pool.dac), sha256(newer));
});

test('a transaction that has expired is not carried out', async () => {
  const hash = await propose('upgrade4', wasm, [owner], 30);
  const id = await voted('upgrade4', hash);
  await pool.act('execute', { id }, erin);
  await pool.chain.pass(31);
  await refuses(execMsig(pool.chain, alice, 'upgrade4', bob), /expired/);
  assert.equal(await pool.chain.codeHash(pool.dac), sha256(newer));
});

test('break-glass: k members bring a pool back whose contract is of no use, k - 1 do not', async () => {
  const { chain, dac, founders } = pool;
  const hash = await propose('useless', Buffer.alloc(0));
  const id = await voted('useless', hash);
  await pool.act('execute', { id }, erin);
  await execMsig(chain, alice, 'useless', bob);
  await untilCodeIs(chain, dac, NO_CODE);

  const requested = founders.map((actor) => ({ actor, permission: 'active' }));
  await propose('rescue', wasm, requested);
  for (const member of [alice, carol, dave]) await approveMsig(chain, alice, 'rescue', member);
  await refuses(execMsig(chain, alice, 'rescue', bob), /transaction authorization failed/);
  await approveMsig(chain, alice, 'rescue', erin);
  await execMsig(chain, alice, 'rescue', bob);
  await untilCodeIs(chain, dac, sha256(wasm));
  // The rows were never touched, and votes work again.
  assert.equal((await pool.rows('members')).length, founders.length);
  await pool.carry('url', { url: 'https://back.example', location: 1 });
  assert.equal((await pool.rows('config'))[0]?.url, 'https://back.example');
});
