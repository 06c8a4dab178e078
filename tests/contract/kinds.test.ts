import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Box } from './support/box.ts';
import { refuses } from './support/refuses.ts';

// Kinds of proposals that no other file executes. The rest: admit and url (join, signing), expel, suspend and terms
// (standing), config (figures), role (roles), order, end, spend and accept (treasury), token and foreign (tokens),
// settle and void (verdicts), unpause (pause), dissolve (dissolution), register (signing), appeal (rulings).

test('an msig is approved by the contract as its owner, with the hash that was voted for', async () => {
  const box = await Box.live();
  const hash = 'ef'.repeat(32);
  const data = { msig_proposer: 'dave', proposal_name: 'upgrade', trx_hash: hash };
  const id = await box.propose('msig', data);
  assert.equal(box.proposal(id)?.two_thirds, true);
  await box.pass(id);
  const approvals = box.msig.tables.approvals?.().getTableRows() as Record<string, unknown>[];
  const [approval] = approvals;
  assert.deepEqual(
    [approval?.proposer, approval?.proposal, approval?.actor, approval?.permission, approval?.hash],
    ['dave', 'upgrade', 'dac', 'owner', hash],
  );
  assert.equal(approvals.length, 1);
});

test('a strategy holds from the next window on, the previous one until then', async () => {
  const box = await Box.live();
  await refuses(box.propose('strategy', { strategy: '', mode: 'propose' }), /the strategy has 0 bytes: 1 to 32/);
  await refuses(box.propose('strategy', { strategy: 's'.repeat(33), mode: 'propose' }), /has 33 bytes/);
  await refuses(
    box.propose('strategy', { strategy: 'x', mode: 'other' }),
    /mode other is unknown: propose and standby are known/,
  );
  await box.decide('strategy', { strategy: 'sticky', mode: 'standby' });
  const row = box.row('strategy');
  assert.deepEqual([row.strategy, row.mode, row.from_window], ['sticky', 'standby', box.window + 1]);
  assert.deepEqual([row.previous_strategy, row.previous_mode], ['first-delivered', 'propose']);
  await box.decide('strategy', { strategy: 'third', mode: 'propose' });
  assert.deepEqual([box.row('strategy').previous_strategy, box.row('strategy').strategy], ['sticky', 'third']);
});

test('two strategies in one window: what holds before stays what held before', async () => {
  const box = await Box.live({ figures: { votetime: 1, locktime: 0 } });
  const ids = [
    await box.propose('strategy', { strategy: 'second', mode: 'standby' }),
    await box.propose('strategy', { strategy: 'third', mode: 'standby' }),
  ];
  for (const id of ids) await box.voteAll(id);
  await box.count(...ids);
  for (const id of ids) await box.act('execute', { id });
  const row = box.row('strategy');
  assert.deepEqual(
    [row.previous_strategy, row.strategy, row.from_window],
    ['first-delivered', 'third', box.window + 1],
  );
});

test('claims of the chain are added and taken away by vote', async () => {
  const box = await Box.live();
  await refuses(box.propose('claim', { code: 'nobody', name: 'x', on: true }), /claim contract nobody is no account/);
  await box.decide('claim', { code: 'eosio.msig', name: 'bpay', on: true });
  assert.deepEqual(
    box.rows('claims').map((row) => [row.id, row.code, row.name]),
    [
      [1, 'eosio', 'claimrewards'],
      [2, 'eosio.msig', 'bpay'],
    ],
  );
  await box.decide('claim', { code: 'eosio', name: 'claimrewards', on: false });
  await refuses(box.act('harvest', { id: 1 }), /there is no claim 1/);
});

test('the producer is registered and unregistered by vote, not twice', async () => {
  const box = await Box.live();
  await refuses(box.decide('register', { on: false }), /producer poolbp is not registered/);
  await box.decide('register', { on: true });
  const first = box.state.first_window;
  await box.decide('register', { on: false });
  box.wait(600);
  await box.decide('register', { on: true });
  assert.deepEqual([box.producer()?.active, box.state.first_window], [true, first], 'the first window stays');
});
