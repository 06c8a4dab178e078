import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { signJoin } from '../../contracts/proof.ts';
import { Box, CHAIN_ID, TERMS } from './support/box.ts';
import { testKey } from './support/keys.ts';

const RUNS = 80;
const LENGTH = 40;
const MEMBERS = ['alice', 'bob', 'carol', 'dave'];
const ORACLES = ['oracle1', 'oracle2', 'oracle3'];

type Step = (box: Box) => Promise<void>;

const member = fc.constantFrom(...MEMBERS);
const oracle = fc.constantFrom(...ORACLES);
const units = fc.integer({ min: 1, max: 100_000_000 });
const dust = fc.integer({ min: 1, max: 9 });

const report: fc.Arbitrary<Step> = fc
  .tuple(oracle, fc.integer({ min: 0, max: 4 }), fc.integer({ min: 0, max: 15 }))
  .map(([by, ago, bits]) => async (box) => {
    const bitmap = bits === 0 ? Buffer.alloc(0) : Buffer.from([bits]);
    await box.report(by, { window: box.window - ago, bitmap });
  });

/** The usual course of things, so that random sequences get as far as being paid: all oracles report the same. */
const agree: fc.Arbitrary<Step> = fc.integer({ min: 1, max: 15 }).map((bits) => async (box) => {
  box.pass(6);
  const active = box.rows('seats').filter((seat) => seat.until === 0 && ((bits >> number(seat, 'index')) & 1) === 1);
  const eligible = active.map((seat) => number(seat, 'index'));
  for (const row of box.rows('oracles')) {
    if (row.active) await box.report(row.account as string, { eligible }).catch(onlyRefusal);
  }
});

const payday: fc.Arbitrary<Step> = fc
  .tuple(units, fc.shuffledSubarray(MEMBERS))
  .map(([amount, accounts]) => async (box) => {
    await box.earn(amount).catch(onlyRefusal);
    await box.act('close').catch(onlyRefusal);
    for (const account of accounts) await box.act('claim', { account }).catch(onlyRefusal);
  });

const steps: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: agree },
  { weight: 2, arbitrary: payday },
  { weight: 3, arbitrary: report },
  { weight: 3, arbitrary: fc.constantFrom(1, 6, 300, 700).map((seconds) => async (box: Box) => box.pass(seconds)) },
  { weight: 4, arbitrary: units.map((amount) => (box: Box) => box.earn(amount)) },
  { weight: 2, arbitrary: dust.map((amount) => (box: Box) => box.transfer('eosio', 'dac', amount)) },
  { weight: 1, arbitrary: dust.map((amount) => (box: Box) => box.transfer('eosio', 'poolbp', amount)) },
  { weight: 2, arbitrary: fc.constantFrom('sweep', 'collect', 'harvest').map((name) => (box: Box) => box.act(name)) },
  { weight: 4, arbitrary: fc.constantFrom('close', 'close', 'cut').map((name) => (box: Box) => box.act(name)) },
  { weight: 4, arbitrary: member.map((account) => (box: Box) => box.act('claim', { account })) },
  { weight: 1, arbitrary: fc.constant((box: Box) => box.act('prune', { max: 3 })) },
  { weight: 1, arbitrary: member.map((account) => (box: Box) => box.act('leave', { account }, account)) },
  { weight: 2, arbitrary: member.map((account) => (box: Box) => box.enrol(account, MEMBERS.indexOf(account))) },
  {
    weight: 1,
    arbitrary: fc.tuple(member, member).map(
      ([account, payee]) =>
        (box: Box) =>
          box.act('setpayee', { account, payee }, account),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(member, fc.integer({ min: 10, max: 14 })).map(
      ([account, n]) =>
        (box: Box) =>
          setKey(box, account, n),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(oracle, fc.boolean()).map(
      ([name, active]) =>
        (box: Box) =>
          box.act('setoracle', { oracle: name, active }, 'dac'),
    ),
  },
);

async function setKey(box: Box, account: string, n: number): Promise<void> {
  const key = testKey(n);
  const proof = signJoin({ chainId: CHAIN_ID, dac: 'dac', account, key: key.pub, terms: TERMS }, key.priv);
  await box.act('setkey', { account, key: key.pub, proof }, account);
}

const number = (row: Record<string, unknown>, field: string) => row[field] as number;
const sum = (rows: Record<string, unknown>[], field: string) =>
  rows.reduce((total, row) => total + number(row, field), 0);

/** The contract may refuse what a random step tries; anything else that is thrown is a fault. */
function onlyRefusal(thrown: unknown): void {
  if (!/eosio_assert|missing required/.test(String(thrown))) throw thrown;
}

class Ledger {
  accepted = 0;
  refused = 0;
  closes = 0;
  claims = 0;
}

/** What must hold after every step, whatever was done. */
function checkBooks(box: Box, issued: number): void {
  const books = box.row('books');
  const due = ['owed', 'bucket', 'infrastructure', 'escrow', 'deposits'].reduce((t, f) => t + number(books, f), 0);
  assert.ok(box.balance('dac') >= due, 'the balance covers the books');
  assert.equal(sum(box.rows('members'), 'owed'), books.owed, 'what members are owed is what the books owe');
  assert.equal(due + number(books, 'paid_total'), books.income_total, 'all income is accounted for');
  assert.equal(number(books, 'credited_total'), number(books, 'owed') + number(books, 'paid_total'));
  assert.equal(
    MEMBERS.reduce((t, name) => t + box.balance(name), 0),
    books.paid_total,
    'what is paid arrived',
  );
  assert.ok(number(books, 'income_total') <= issued, 'no more income than came in');
  const config = box.row('config');
  assert.ok(number(config, 'closing_bucket') <= number(books, 'bucket'), 'the cut epoch’s part is in the bucket');
  const active = box.rows('members').filter((row) => row.status === 1);
  const keys = active.sort((a, b) => number(a, 'index') - number(b, 'index')).map((row) => row.key);
  assert.deepEqual(box.producer()?.keys, keys, 'the signing authority is the active members’ keys');
  const seated = box.rows('members').filter((row) => row.status !== 0);
  assert.equal(box.rows('seats').length, seated.length, 'a seat for each member that is not an applicant');
  assert.ok(number(config, 'closed_through') <= number(config, 'closing_through'));
  checkShares(box);
}

/** Every share comes from one settled window: those after closing_through are running, those before wait for close. */
function checkShares(box: Box): void {
  const config = box.row('config');
  const seats = box.rows('seats');
  const open = box.rows('windows').filter((row) => number(row, 'window') > number(config, 'closed_through'));
  const isRunning = (row: Record<string, unknown>) => number(row, 'window') > number(config, 'closing_through');
  for (const seat of seats) {
    const counted = open.filter((row) => isEligible(row, number(seat, 'index')));
    assert.equal(seat.shares, counted.filter(isRunning).length, 'one share a running window');
    assert.equal(seat.closing, counted.filter((row) => !isRunning(row)).length, 'one share a cut window');
  }
}

function isEligible(window: Record<string, unknown>, index: number): boolean {
  const bitmap = Buffer.from(window.eligible as string, 'hex');
  return (((bitmap[index >> 3] ?? 0) >> (index & 7)) & 1) === 1;
}

test('random sequences of actions keep the books', async () => {
  const seed = process.env.SEED ? Number(process.env.SEED) : Math.floor(Math.random() * 2 ** 31);
  console.log(`seed ${seed} (SEED=${seed} repeats this run)`);
  const ledger = new Ledger();
  const property = fc.asyncProperty(fc.array(steps, { minLength: LENGTH / 2, maxLength: LENGTH }), async (sequence) => {
    const box = await Box.running(3);
    const paidWindows = new Map<number, number>();
    for (const step of sequence) {
      const before = box.row('books');
      try {
        await step(box);
        ledger.accepted += 1;
      } catch (refusal) {
        onlyRefusal(refusal);
        ledger.refused += 1;
      }
      const books = box.row('books');
      if (number(books, 'credited_total') > number(before, 'credited_total')) ledger.closes += 1;
      if (number(books, 'paid_total') > number(before, 'paid_total')) ledger.claims += 1;
      checkBooks(box, 2 ** 50);
      for (const row of box.rows('windows')) {
        const settled = paidWindows.get(number(row, 'window')) ?? number(row, 'epoch');
        assert.equal(row.epoch, settled, 'a window belongs to one epoch for good');
        paidWindows.set(number(row, 'window'), settled);
      }
    }
    await box.act('sweep');
    const books = box.row('books');
    const due = ['owed', 'bucket', 'infrastructure', 'escrow', 'deposits'].reduce((t, f) => t + number(books, f), 0);
    assert.equal(box.balance('dac'), due, 'after a sweep the books equal the balance');
  });
  await fc.assert(property, { seed, numRuns: RUNS });
  console.log(JSON.stringify(ledger));
  assert.ok(ledger.closes > RUNS / 4 && ledger.claims > RUNS / 4, 'the sequences reach the pay');
});
