import assert from 'node:assert/strict';
import { test } from 'node:test';
import { action } from '../../../common/chain.ts';
import { untilInBlock } from '../../../common/inclusion.ts';
import { Box } from '../../support/box.ts';
import { until } from '../../support/processes.ts';

const box = new Box();

type Row = Record<string, string | number>;
const sum = (rows: Row[], field: string) => rows.reduce((total, row) => total + BigInt(row[field] as string), 0n);

async function books() {
  const { chain, run } = box;
  const [row] = await chain.rows<Row>(run.dac, run.dac, 'books');
  const members = await chain.rows<Row>(run.dac, run.dac, 'members');
  const balance = await chain.balance('eosio.token', run.dac, 'EOS');
  const field = (name: string) => BigInt(row?.[name] as string);
  const liabilities = ['owed', 'bucket', 'infrastructure', 'escrow', 'deposits'].map(field).reduce((a, b) => a + b, 0n);
  return { owed: field('owed'), liabilities, balance, membersOwed: sum(members, 'owed') };
}

test('rewards, dust and claims in any order keep the books equal to the balance', {
  timeout: 300_000,
}, async () => {
  const { run } = box;
  const { chain } = box;
  const [first, second, third] = run.members.map(({ account }) => account) as [string, string, string];
  const push = async (name: string, data: unknown, signer: string) =>
    untilInBlock(chain, await chain.transact([action(run.dac, name, data, signer)]));
  await until('a settled window', async () => (await chain.rows(run.dac, run.dac, 'windows')).length > 0);
  await push('harvest', {}, first);
  const dust = { from: 'eosio', to: run.dac, quantity: '0.0001 EOS', memo: 'dust' };
  await untilInBlock(chain, await chain.transact([action('eosio.token', 'transfer', dust, 'eosio')]));
  await push('sweep', {}, first);
  await push('cut', {}, second);
  await until('the close', () =>
    push('close', {}, third).then(
      () => true,
      () => false,
    ),
  );
  const closed = await books();
  assert.equal(closed.balance, closed.liabilities);
  assert.equal(closed.owed, closed.membersOwed);
  for (const account of [third, first]) {
    const before = await chain.balance('eosio.token', account, 'EOS');
    const rows = await chain.rows<Row>(run.dac, run.dac, 'members');
    const owed = BigInt(rows.find((row) => row.account === account)?.owed as string);
    await push('claim', { account }, second);
    assert.equal(await chain.balance('eosio.token', account, 'EOS'), before + owed);
    // Signed by another, for the same transaction again would be refused as a duplicate.
    await assert.rejects(push('claim', { account }, first), /nothing to claim/);
  }
  const after = await books();
  assert.equal(after.balance, after.liabilities);
  assert.equal(after.owed, after.membersOwed);
});

test('an oracle key can report and nothing else', { timeout: 60_000 }, async () => {
  const { chain, run } = box;
  const oracle = run.oracles[0]?.account as string;
  const steal = { from: oracle, to: 'whale', quantity: '0.0001 EOS', memo: '' };
  await assert.rejects(
    chain.transact([action('eosio.token', 'transfer', steal, `${oracle}@report`)]),
    /irrelevant|authority/i,
  );
});
