import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { action } from '../../../common/chain.ts';
import { readBalance, readBooks, readCredits } from '../../../common/governance/treasury.ts';
import { untilInBlock } from '../../../common/inclusion.ts';
import { makeLogger } from '../../../common/logger.ts';
import { SILENT } from '../../../oracle/alerts/alert.ts';
import { ClaimTimes } from '../../../oracle/keeper/claims.ts';
import { Keeper } from '../../../oracle/keeper/keep.ts';
import { NodeKeeper } from '../../../oracle/keeper/node-keeper.ts';
import { NodeChain } from '../../../oracle/source/node-chain.ts';
import { Box } from '../../support/box.ts';
import { until } from '../../support/processes.ts';

const box = new Box();
const [one = '', two = '', three = ''] = box.run.members.map(({ account }) => account);
const operator = box.run.emitters[0]?.account ?? '';
const oracle = box.run.oracles[0]?.account ?? '';

const balanceOf = (account: string) => box.chain.balance('eosio.token', account, 'EOS');
const owedTo = async (account: string) =>
  (await readCredits(box.chain, box.run.dac)).find((credit) => credit.account === account)?.owed ?? 0n;

async function assertBooksEqualBalance(): Promise<void> {
  const [books] = await readBooks(box.chain, box.run.dac);
  assert.ok(books);
  const credits = await readCredits(box.chain, box.run.dac);
  assert.equal((await readBalance(box.chain, box.run.dac, books)).unswept, 0n);
  assert.equal(
    books.owed,
    credits.reduce((sum, { owed }) => sum + owed, 0n),
  );
}

async function transfer(from: string, quantity: string, memo: string): Promise<void> {
  const data = { from, to: box.run.dac, quantity, memo };
  await untilInBlock(box.chain, await box.chain.transact([action('eosio.token', 'transfer', data, from)]));
}

/** The oracle's keeper with the oracle's own permission; gives one look of it, whose refused steps come again. */
function keeper(): () => Promise<void> {
  const who = { dac: box.run.dac, account: oracle, permission: 'report' };
  const node = new NodeChain(box.chain, who);
  const parts = { client: box.chain, who, times: new ClaimTimes(new DatabaseSync(':memory:')) };
  const chain = new NodeKeeper({ ...parts, config: () => node.config(), oracles: () => node.oracles() });
  // An hour a look, so that what was refused is not waited for.
  let hours = 0;
  const clock = { now: () => ++hours * 3_600_000 };
  const keep = new Keeper({ chain, account: oracle, logger: makeLogger('keeper', 'silent'), clock, alarm: SILENT });
  return () => keep.once().catch(() => {});
}

test('rewards, dust, deposits, orders and claims in any order keep the books equal to the balance', {
  timeout: 300_000,
}, async () => {
  const { chain, run } = box;
  const look = keeper();
  const state = async () =>
    (await chain.rows<{ harvested: number; closed_through: number }>(run.dac, run.dac, 'state'))[0];
  await until('a settled window', async () => (await chain.rows(run.dac, run.dac, 'windows')).length > 0);
  assert.equal(await balanceOf(operator), 0n);
  await until('the harvest', () => look().then(async () => Boolean((await state())?.harvested)));
  await transfer('eosio', '0.0001 EOS', 'dust');
  await box.push('sweep', { token: 0 }, one);
  await box.push('open', { account: 'eosio' }, 'eosio');
  await transfer('eosio', '5.0000 EOS', 'deposit');
  await assertBooksEqualBalance();
  await until('the close', () => look().then(async () => Number((await state())?.closed_through) > 0));
  await until('the order', () => look().then(async () => (await balanceOf(operator)) > 0n));
  assert.equal(await balanceOf(operator), 100_000n);
  await assert.rejects(box.push('payorder', { id: 1 }, three), /the next month of order 1 is due in/);
  await assertBooksEqualBalance();
  await box.push('withdraw', { account: 'eosio', quantity: '5.0000 EOS' }, 'eosio');
  for (const account of [three, one]) {
    const [held, owed] = [await balanceOf(account), await owedTo(account)];
    assert.ok(owed > 0n);
    await box.push('claim', { account, token: 0 }, two);
    assert.equal(await balanceOf(account), held + owed);
    // Signed by another, for the same transaction again would be refused as a duplicate.
    await assert.rejects(box.push('claim', { account, token: 0 }, one), /nothing to claim/);
  }
  await assertBooksEqualBalance();
});

test('an oracle key can report and poke, and nothing else', { timeout: 60_000 }, async () => {
  const steal = { from: oracle, to: 'whale', quantity: '0.0001 EOS', memo: '' };
  const refused = /irrelevant|authority/i;
  await assert.rejects(box.chain.transact([action('eosio.token', 'transfer', steal, `${oracle}@report`)]), refused);
  await assert.rejects(box.push('claim', { account: two, token: 0 }, `${oracle}@report`), refused);
  await assert.rejects(box.push('sweep', { token: 0 }, `${oracle}@report`), refused);
});
