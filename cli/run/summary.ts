import { DatabaseSync } from 'node:sqlite';
import { amountText } from '../../common/amount.ts';
import { PoolError } from '../../common/errors.ts';
import { readBalance, readBooks, readCredits } from '../../common/governance/treasury.ts';
import { firstSlot, lastSlot, slotTime } from '../../common/slot.ts';
import { readTable } from '../../common/tables.ts';
import { reportOf } from '../../oracle/dry-run.ts';
import type { WindowMetrics } from '../../oracle/metrics/types.ts';
import { metricsOf } from '../../oracle/report/build.ts';
import { NodeChain } from '../../oracle/source/node-chain.ts';
import { publicForkSwitches } from './forks.ts';
import { fullestLog } from './logs.ts';
import type { PoolRun } from './pool-run.ts';
import { oracleJournal } from './programs.ts';
import { turnOf } from './turns.ts';

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

/** A window's metrics, computed here again from the chain and the emitter's log that has most of it. */
export async function measureWindow(run: PoolRun, window: number): Promise<WindowMetrics> {
  const { dac, publicApi, pool, oracles } = run.state;
  const { account = '', permission = '' } = oracles[0] ?? {};
  const chain = new NodeChain(run.chain(), { dac, account, permission });
  const options = { eventLog: fullestLog(run, window), pool, oracle: account, window, api: publicApi, dac, permission };
  const report = await reportOf(chain, options);
  return metricsOf(report);
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
  const db = new DatabaseSync(oracleJournal(run.options.dir, oracle), { readOnly: true, timeout: 2000 });
  try {
    const rows = db.prepare('SELECT window, hash, trx FROM windows WHERE trx IS NOT NULL ORDER BY window').all();
    return rows
      .map((row) => ({ window: Number(row.window), oracle, hash: String(row.hash), trx: String(row.trx) }))
      .filter(({ window }) => windows.includes(window));
  } finally {
    db.close();
  }
}

/**
 * The books, and the members' credits. Income is measured: what the pool's two accounts hold now and what it has paid out, without
 * deposits. Infrastructure is its part of the income, whether or not it is spent already.
 */
async function money(run: PoolRun) {
  const { dac, coreSymbol } = run.state;
  const chain = run.chain();
  const show = (amount: bigint) => amountText(amount, coreSymbol);
  const [books] = await readBooks(chain, dac);
  if (!books) throw new PoolError('chain', `${dac} has no books`);
  const { held, booked, unswept } = await readBalance(chain, dac, books);
  if (unswept !== 0n) throw new PoolError('books', `the books do not equal the balance: ${booked} against ${held}`);
  const credits = await readCredits(chain, dac);
  const credited = credits.reduce((sum, credit) => sum + credit.credited, 0n);
  const income = held - books.deposits + books.paid + books.spent;
  const infrastructure = books.infrastructure + books.spent;
  const { escrow, bucket: carry } = books;
  if (income !== credited + infrastructure + escrow + carry) {
    const parts = `credited ${credited}, infrastructure ${infrastructure}, escrow ${escrow}, carry ${carry}`;
    throw new PoolError('books', `the books do not add up: income ${income} against ${parts}`);
  }
  const members = await readTable<{ account: string }>(chain, dac, dac, 'members');
  return {
    income: show(income),
    infrastructure: show(infrastructure),
    escrow: show(escrow),
    carry: show(carry),
    payouts: members.map(({ account: member }) => {
      const credit = credits.find(({ account }) => account === member);
      return { member, credited: show(credit?.credited ?? 0n), paid: show(credit?.paid ?? 0n) };
    }),
  };
}
