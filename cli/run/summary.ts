import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { PoolError } from '../../common/errors.ts';
import { firstSlot, lastSlot, slotTime } from '../../common/slot.ts';
import { reportOf } from '../../oracle/dry-run.ts';
import type { WindowMetrics } from '../../oracle/metrics/types.ts';
import { NodeChain } from '../../oracle/source/node-chain.ts';
import { publicForkSwitches } from './forks.ts';
import type { MemberRow } from './payday.ts';
import type { PoolRun } from './pool-run.ts';
import { turnOf } from './turns.ts';

type Amount = string | number;

interface BooksRow {
  owed: Amount;
  bucket: Amount;
  infrastructure: Amount;
  escrow: Amount;
  deposits: Amount;
  paid_total: Amount;
}

export type Summary = Awaited<ReturnType<typeof summarize>>;

/** What a run came to, for people and programs: windows against the final chain, and where the income went. */
export async function summarize(run: PoolRun, windows: number[]) {
  const metrics: WindowMetrics[] = [];
  for (const window of windows) metrics.push(await measureWindow(run, window));
  const first = windows[0] ?? 0;
  const last = windows[windows.length - 1] ?? 0;
  return {
    windows: metrics.map((each) => windowSummary(run, each)),
    publicForkSwitches: publicForkSwitches(run.state.nodes, slotTime(firstSlot(first)), slotTime(lastSlot(last) + 1)),
    reports: run.state.oracles.flatMap(({ account }) => reportsOf(run, account, windows)),
    ...(await money(run)),
  };
}

/** A window's metrics, computed here again from the log and the chain. */
export async function measureWindow(run: PoolRun, window: number): Promise<WindowMetrics> {
  const { dac, publicApi, pool, oracles } = run.state;
  const { account = '', permission = '' } = oracles[0] ?? {};
  const chain = new NodeChain(run.chain(), { dac, account, permission });
  const options = { eventLog: run.eventLog, pool, oracle: account, window, api: publicApi, dac, permission };
  const report = await reportOf(chain, options);
  return JSON.parse(Buffer.from(report.metrics, 'hex').toString('utf8')) as WindowMetrics;
}

function windowSummary(run: PoolRun, metrics: WindowMetrics) {
  const { window: id, firstSlot, lastSlot, slots, emitted, missed, rescues, replaced } = metrics;
  const members = metrics.members.map(({ name, candidates, selected, standby, late, invalid }) => {
    return { name, candidates, selected, standby, late, invalid };
  });
  return { id, turn: turnOf(run.turns, id), firstSlot, lastSlot, slots, emitted, missed, rescues, replaced, members };
}

/** From the oracle's own journal: what it posted, and in which transaction. */
function reportsOf(run: PoolRun, oracle: string, windows: number[]) {
  const file = path.join(run.options.dir, `oracle-${oracle}.sqlite`);
  const db = new DatabaseSync(file, { readOnly: true, timeout: 2000 });
  try {
    const rows = db.prepare('SELECT window, hash, trx FROM windows WHERE trx IS NOT NULL ORDER BY window').all();
    return rows
      .map((row) => ({ window: Number(row.window), oracle, hash: String(row.hash), trx: String(row.trx) }))
      .filter(({ window }) => windows.includes(window));
  } finally {
    db.close();
  }
}

/** The books, and the members' accounts. Income is measured: what the DAC holds now and what it has paid out. */
async function money(run: PoolRun) {
  const { dac, coreSymbol, tokenContract } = run.state;
  const chain = run.chain();
  const [precision = '4', symbol = 'EOS'] = coreSymbol.split(',');
  const show = (amount: bigint) => formatAmount(amount, Number(precision), symbol);
  const [books] = await chain.rows<BooksRow>(dac, dac, 'books');
  if (!books) throw new PoolError('chain', `${dac} has no books`);
  const members = await chain.rows<MemberRow>(dac, dac, 'members');
  const balance = await chain.balance(tokenContract, dac, symbol);
  const credited = members.reduce((sum, member) => sum + BigInt(member.credited), 0n);
  const income = balance + BigInt(books.paid_total);
  const [infrastructure, escrow, carry] = [books.infrastructure, books.escrow, books.bucket].map(BigInt) as [
    bigint,
    bigint,
    bigint,
  ];
  if (income !== credited + infrastructure + escrow + carry + BigInt(books.deposits)) {
    const parts = `credited ${credited}, infrastructure ${infrastructure}, escrow ${escrow}, carry ${carry}`;
    throw new PoolError('books', `the books do not add up: income ${income} against ${parts}`);
  }
  return {
    income: show(income),
    infrastructure: show(infrastructure),
    escrow: show(escrow),
    carry: show(carry),
    payouts: members.map((member) => {
      return { member: member.account, credited: show(BigInt(member.credited)), paid: show(BigInt(member.paid)) };
    }),
  };
}

/** "12.3456 EOS" of an amount in the smallest unit. */
export function formatAmount(amount: bigint, precision: number, symbol: string): string {
  const digits = amount.toString().padStart(precision + 1, '0');
  const whole = digits.slice(0, digits.length - precision);
  return precision === 0 ? `${digits} ${symbol}` : `${whole}.${digits.slice(-precision)} ${symbol}`;
}
