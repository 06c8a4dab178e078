import { deposited, escrowed, owedIn } from './books.ts';
import { casesAgainst, casesOf, unfinishedOf } from './counts.ts';
import type { Money, Pool } from './state.ts';
import { openReports } from './windows.ts';

export type Value = string | number | bigint | boolean;
export type NormalRow = Record<string, Value>;
/** Table, scope and key, like votes/7/alice → the row's columns. */
export type Rows = Map<string, NormalRow>;

export const MEMBER_STATUS = ['applied', 'active', 'notice', 'suspended', 'left', 'expelled'];
export const PROPOSAL_STATUS = ['voting', 'passed', 'executed', 'rejected', 'expired', 'cancelled'];
export const CASE_STATUS = ['opened', 'answered', 'ruled', 'appealed', 'done'];

export function showMoney(money: Money): string {
  return `${money.units} ${money.symbol}`;
}

/** Everything as the contract's tables should have it; columns that count or add up are worked out from the rest. */
export function rowsOf(p: Pool): Rows {
  const rows: Rows = new Map();
  const put = (key: string, row: object) => rows.set(key, row as NormalRow);
  if (p.config) {
    put('config//', p.config);
    put('state//', p.state);
    put('strategy//', p.strategy as object);
  }
  for (const account of p.founders) put(`founders//${account}`, { account });
  for (const [version, row] of p.terms) put(`terms//${version}`, { version, ...row });
  for (const [id, row] of p.claims) put(`claims//${id}`, { id, ...row });
  people(p, put);
  votes(p, put);
  windows(p, put);
  money(p, put);
  cases(p, put);
  chain(p, put);
  return rows;
}

type Put = (key: string, row: object) => void;

function people(p: Pool, put: Put): void {
  for (const [account, row] of p.members) {
    const counts = { proposals: unfinishedOf(p, account), cases: casesAgainst(p, account) };
    put(`members//${account}`, { ...row, ...counts, status: MEMBER_STATUS.indexOf(row.status) });
  }
  for (const [account, row] of p.seats) {
    const shares = p.shares.get(account);
    put(`seats//${account}`, { ...row, shares: shares?.running.size ?? 0, closing: shares?.closing.size ?? 0 });
  }
  for (const [id, row] of p.keys) put(`keys//${id}`, { id, ...row });
  for (const [account, row] of p.emitters) put(`emitters//${account}`, row);
  for (const [account, row] of p.arbitrators) put(`arbitrators//${account}`, row);
  for (const [account, row] of p.oracles) put(`oracles//${account}`, { ...row, open: openReports(p, account) });
}

function votes(p: Pool, put: Put): void {
  for (const [id, { votes: given, ...row }] of p.proposals) {
    const status = PROPOSAL_STATUS.indexOf(row.status);
    put(`proposals//${id}`, { ...row, status, amount: showMoney(row.amount) });
    for (const [voter, yes] of given) put(`votes/${id}/${voter}`, { voter, yes });
  }
}

function windows(p: Pool, put: Put): void {
  for (const [window, { opened, reports }] of p.open) {
    put(`open//${window}`, { window, opened });
    for (const [oracle, row] of reports) put(`reports/${window}/${oracle}`, row);
  }
  for (const [window, row] of p.windows) put(`windows//${window}`, row);
  for (const [window, proposal] of p.disputes) put(`disputes//${window}`, { window, proposal });
}

function money(p: Pool, put: Put): void {
  for (const [id, row] of p.books) {
    const core = id === 0 ? { escrow: escrowed(p), deposits: deposited(p) } : { escrow: 0n, deposits: 0n };
    put(`books//${id}`, { ...row, ...core, owed: owedIn(p, id) });
    for (const [account, credit] of p.credits.get(id) ?? []) put(`credits/${id}/${account}`, { account, ...credit });
  }
  for (const [account, free] of p.deposits) put(`deposits//${account}`, { account, free, cases: casesOf(p, account) });
  for (const [id, row] of p.orders) put(`orders//${id}`, row);
}

function cases(p: Pool, put: Put): void {
  for (const [id, { rulings, panel, ...row }] of p.cases) {
    put(`cases//${id}`, { ...row, panel: panel.join(), status: CASE_STATUS.indexOf(row.status) });
    for (const [arbitrator, ruling] of rulings) put(`rulings/${id}/${arbitrator}`, { arbitrator, ...ruling });
  }
}

/** What the rest of the chain has of the pool: balances, the producer's registration, authorities, approvals. */
function chain({ self, chain: { balances, producer, authorities, approvals } }: Pool, put: Put): void {
  for (const [token, accounts] of balances) {
    for (const [account, units] of accounts) put(`balance/${token}/${account}`, { units });
  }
  if (producer) put('producer', { ...producer, keys: producer.keys.join(), threshold: 1 });
  for (const [level, { threshold, accounts }] of authorities) {
    const shown = accounts.map(([permission, weight]) => `${permission} ${weight}`).join();
    put(`authority/${level}`, { threshold, keys: 0, accounts: shown });
  }
  approvals.forEach((row, id) => {
    put(`approval/${id}`, { ...row, by: `${self}@owner` });
  });
}
