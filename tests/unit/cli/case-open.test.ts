import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { keyText } from '../../../common/keys.ts';
import { evidenceText } from '../../../oracle/evidence/document.ts';
import { bookRow, CHAIN, configRow, FakePool, NEVER, type Row, stateRow } from '../../support/fake-pool.ts';
import { invoked } from '../../support/invoked.ts';
import { scratch } from '../../support/processes.ts';
import { logKey, signer, WINDOW } from '../oracle/support/events.ts';
import { receipt } from '../oracle/support/receipts.ts';

const POOL = 'poolbp';
const stopped = { stopper: '', stopper_at: NEVER };
const escrow = (changes: Row = {}) => ({
  orders: [
    { id: 2, payee: 'worker', amount: 5, escrow: 1, months: 0, due: '2099-01-01T00:00:00', in_case: 0, text: '' },
  ].map((row) => ({ ...row, ...changes })),
});
const deposit = (changes: Row = {}) => ({ deposits: [{ account: 'alice', free: 0, cases: 0, ...changes }] });

/** What stands in the tables when a case can be opened. */
const GOOD: Record<string, Row[]> = {
  ...{ config: [configRow({ producer: POOL })], state: [stateRow({ closed_through: 0 })], books: [bookRow()] },
  ...{ arbitrators: [{ account: 'judge1', ...stopped }], orders: [], ...deposit() },
  emitters: [{ account: 'emitter1', key: keyText(logKey.id), endpoints: '', ...stopped }],
  keys: [{ account: 'alice', key: keyText(signer('alice')) }],
};

const CASES: [name: string, says: RegExp, line: string, tables: Record<string, Row[]>][] = [
  ['against itself', /alice cannot open a case against itself/, '--against alice', {}],
  ['against the pool', /poolbp is the pool itself: propose to the members/, '--against poolbp', {}],
  ['a pool that ends', /the pool is dissolving: cases are opened in a live/, '', { config: [configRow({ phase: 2 })] }],
  ['a stranger', /zoe is no member of pooldac: while a case costs nothing/, '--as zoe', {}],
  ['no deposit', /alice has no deposit: \.\/pool deposit open makes it/, '', { deposits: [] }],
  ['too many cases', /alice has 3 cases that are not finished/, '', deposit({ cases: 3 })],
  [
    'a fee',
    /costs 1\.0000 EOS, and alice has 0\.9999 EOS free/,
    '',
    {
      config: [configRow({ casefee: 10_000 })],
      ...deposit({ free: 9999 }),
    },
  ],
  ['no panel', /no arbitrator is named who is no party/, '--against judge1', {}],
  ['no order', /there is no order 2: \.\/pool books lists them/, '--order 2', {}],
  ['a monthly order', /order 2 is a monthly one/, '--order 2', escrow({ escrow: 0 })],
  ['an order in another case', /order 2 is before the arbitrators in case 7/, '--order 2', escrow({ in_case: 7 })],
  ['an order that ran out', /the time of order 2 is over: \.\/pool refund 2/, '--order 2', escrow({ due: NEVER })],
  ["others' order", /order 2 is for worker: its payee, or a member/, '--order 2', escrow()],
];

test('case open prints its line, and refuses in one sentence what the contract would', async (t) => {
  const pool = new FakePool();
  for (const name of ['alice', 'zoe']) pool.accounts[name] = { ram_quota: 9000, ram_usage: 4000 };
  const api = await pool.serve(t);
  const file = path.join(scratch(t), 'asked.json');
  const about = { v: 1, kind: 'dispute', chain: CHAIN, pool: POOL, window: WINDOW, member: 'alice' } as const;
  const receipts = [receipt(0, 'alice', { identity: { chain: CHAIN, pool: POOL } })];
  writeFileSync(file, evidenceText({ ...about, receipts, report: null }));
  const open = (line: string, tables: Record<string, Row[]>) => {
    for (const [table, rows] of Object.entries({ ...GOOD, ...tables })) pool.set(table, rows);
    const words = ['case', 'open', '--evidence', file, '--as', 'alice', '--against', 'bob', ...line.split(' ')];
    return invoked([...words.filter(Boolean), '--api', api]);
  };
  const good = await open('', {});
  assert.equal(good.code, 0, good.stderr);
  assert.match(good.stdout, /push action pooldac opencase '\{"claimant":"alice","respondent":"bob","order":0,/);
  assert.match((await open('--order 2 --against worker', escrow())).stdout, /"respondent":"worker","order":2/);
  for (const [name, says, line, tables] of CASES) {
    const { code, stdout, stderr } = await open(line, tables);
    assert.deepEqual([code, stdout], [1, ''], `${name}: ${stderr}`);
    assert.match(stderr.trim().split('\n').at(-1) ?? '', says, name);
  }
});
