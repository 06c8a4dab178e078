import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Box, initData } from './support/box.ts';
import { tokenCode } from './support/contracts.ts';
import { refuses } from './support/refuses.ts';

/** A second token of another contract, with this many units in the pool's hands. */
async function gift(box: Box, units: number, contract = 'other.token', symbol = 'GIFT'): Promise<void> {
  const isNew = !box.chain.accounts[contract];
  const { actions } = box.chain.accounts[contract] ?? box.deploy(contract, tokenCode());
  if (isNew) {
    await actions.create?.(['eosio', `1000000000 ${symbol}`]).send(contract);
    await actions.issue?.(['eosio', `1000000000 ${symbol}`, '']).send('eosio');
  }
  await actions.transfer?.(['eosio', 'dac', `${units} ${symbol}`, 'deposit']).send('eosio');
}

function held(box: Box, account: string, contract = 'other.token'): string[] {
  const open = box.chain.accounts[contract]?.tables.accounts;
  const scope = box.chain.accounts[account]?.toBigInt();
  return ((open?.(scope as bigint).getTableRows() ?? []) as { balance: string }[]).map((row) => row.balance);
}

test('a foreign token is in quarantine: it counts for nothing', async () => {
  const box = await Box.running();
  await gift(box, 500);
  await box.act('sweep', { token: 0 });
  assert.deepEqual([box.books().income_total, box.rows('books').length, box.rows('deposits')], [0, 1, []]);
  await refuses(box.act('sweep', { token: 1 }), /there is no token 1 in the books/);
});

test('a vote sends a foreign token on', async () => {
  const box = await Box.running();
  await gift(box, 500);
  const data = { contract: 'other.token', to: 'worker' };
  await refuses(box.propose('foreign', { ...data, amount: '501 GIFT' }), /the pool holds 500 GIFT of other.token/);
  await refuses(box.propose('foreign', { ...data, amount: '0 GIFT' }), /must be more than nothing/);
  await refuses(
    box.propose('foreign', { ...data, to: 'poolbp', amount: '5 GIFT' }),
    /payee poolbp belongs to the pool/,
  );
  const core = { contract: 'eosio.token', to: 'worker', amount: '0.0001 EOS' };
  await refuses(box.propose('foreign', core), /is in the books: it belongs to the members/);
  await box.decide('foreign', { ...data, amount: '200 GIFT' });
  assert.deepEqual([held(box, 'worker'), held(box, 'dac')], [['200 GIFT'], ['300 GIFT']]);
});

test('a vote lists a token: from then on it is shared like the core token, all of it', async () => {
  const box = await Box.running();
  await gift(box, 500);
  await refuses(box.propose('token', { contract: 'eosio.token', core: '4,EOS' }), /is in the books already/);
  await refuses(box.propose('token', { contract: 'other.token', core: '0,NONE' }), /has no token 0,NONE/);
  await refuses(box.propose('token', { contract: 'other.token', core: '2,GIFT' }), /has no token 2,GIFT/);
  await box.decide('token', { contract: 'other.token', core: '0,GIFT' });
  await box.act('sweep', { token: 1 });
  const books = box.books(1);
  assert.deepEqual([books.bucket, books.infrastructure, books.contract], [500, 0, 'other.token']);
  await refuses(
    box.propose('foreign', { contract: 'other.token', to: 'worker', amount: '1 GIFT' }),
    /is in the books: it belongs to the members/,
  );
  await box.settle(1);
  await box.earn(30_000);
  await box.act('close');
  assert.deepEqual([box.owed('alice', 1), box.books(1).bucket], [166, 2]);
  await box.act('claim', { account: 'alice', token: 1 });
  assert.deepEqual(held(box, 'alice'), ['166 GIFT']);
  assert.equal(box.owed('alice'), 9000, 'each token has its own credits');
});

test('collect books what the producer holds of a listed token, and moves none of it', async () => {
  const box = await Box.running();
  await gift(box, 500);
  await box.decide('token', { contract: 'other.token', core: '0,GIFT' });
  await box.chain.accounts['other.token']?.actions.transfer?.(['eosio', 'poolbp', '70 GIFT', '']).send('eosio');
  await box.act('collect', { token: 1 });
  assert.deepEqual([held(box, 'poolbp'), held(box, 'dac'), box.books(1).bucket], [['70 GIFT'], ['500 GIFT'], 570]);
  await box.settle(1);
  await box.earn(30_000);
  await box.act('close');
  await box.act('claim', { account: 'alice', token: 1 });
  assert.deepEqual(
    [held(box, 'alice'), held(box, 'poolbp'), held(box, 'dac')],
    [['190 GIFT'], ['0 GIFT'], ['380 GIFT']],
  );
});

test('at most five tokens are in the books', async () => {
  const box = await Box.live();
  for (const name of ['a', 'b', 'c', 'd', 'e']) await gift(box, 1, `${name}.token`, name.toUpperCase());
  for (const name of ['a', 'b', 'c', 'd']) {
    await box.decide('token', { contract: `${name}.token`, core: `0,${name.toUpperCase()}` });
  }
  await refuses(box.propose('token', { contract: 'e.token', core: '0,E' }), /there are 5 tokens in the books already/);
});

test('a token that its issuer takes back holds up neither the close nor other claims', async () => {
  const box = await Box.running();
  await gift(box, 500);
  await box.decide('token', { contract: 'other.token', core: '0,GIFT' });
  await box.act('sweep', { token: 1 });
  await box.settle(1);
  await box.chain.accounts['other.token']?.actions.transfer?.(['dac', 'eosio', '400 GIFT', '']).send('dac');
  box.checksBooks = false;
  await box.earn(30_000);
  await refuses(box.act('sweep', { token: 1 }), /the books are short: 500 GIFT are due and the balance is 100 GIFT/);
  await box.act('close');
  assert.deepEqual([box.owed('alice'), box.owed('alice', 1), box.books(1).bucket], [9000, 0, 500]);
  await box.act('claim', { account: 'alice', token: 0 });
  assert.equal(box.balance('alice'), 9000);
});

test('the largest amounts do not overflow', async () => {
  const MAX = 4611686018427387903n;
  const box = await Box.empty();
  const token = box.token.actions;
  await token.create?.(['eosio', `${MAX} BIG`]).send('eosio.token');
  await token.issue?.(['eosio', `${MAX} BIG`, '']).send('eosio');
  await box.act('init', { ...initData, core: '0,BIG', founders: ['alice'] }, 'dac');
  await box.act('setfigure', { figure: 'infra', value: 999 }, 'dac');
  await token.transfer?.(['eosio', 'dac', `${MAX} BIG`, '']).send('eosio');
  await box.act('sweep', { token: 0 });
  const books = box.pool.tables.books?.().getTableRows()[0] as Record<string, unknown>;
  assert.equal(String(books.infrastructure), String((MAX * 999n) / 1000n));
  assert.equal(BigInt(String(books.infrastructure)) + BigInt(String(books.bucket)), MAX);
});
