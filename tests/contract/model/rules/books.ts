import { balanceOf, claimRewards, moveTokens, seconds } from './chain.ts';
import { demand, demandRow } from './refusal.ts';
import { configOf } from './setup.ts';
import type { Books, Credit, Pool } from './state.ts';

export function booksOf(p: Pool, token: number): Books {
  return demandRow(p.books.get(token), 'in the books');
}

export function core(p: Pool): Books {
  return booksOf(p, 0);
}

// Columns that only add up what other tables say.

export function owedIn(p: Pool, token: number): bigint {
  return [...(p.credits.get(token)?.values() ?? [])].reduce((sum, credit) => sum + credit.owed, 0n);
}

export function escrowed(p: Pool): bigint {
  return [...p.orders.values()].reduce((sum, order) => sum + (order.escrow ? order.amount : 0n), 0n);
}

export function deposited(p: Pool): bigint {
  const free = [...p.deposits.values()].reduce((sum, units) => sum + units, 0n);
  const bonds = [...p.members.values()].reduce((sum, member) => sum + member.bond, 0n);
  return free + bonds + [...p.cases.values()].reduce((sum, row) => sum + row.fee, 0n);
}

export function liabilities(p: Pool, books: Books): bigint {
  const own = books.bucket + books.infrastructure + owedIn(p, books.id);
  return books.id === 0 ? own + escrowed(p) + deposited(p) : own;
}

/** The account is owed this from now on; the caller has taken it from elsewhere. */
export function creditTo(p: Pool, books: Books, account: string, units: bigint): void {
  if (units === 0n) return;
  const credits = p.credits.get(books.id) as Map<string, Credit>;
  const row = credits.get(account) ?? { owed: 0n, credited: 0n, paid: 0n };
  row.owed += units;
  row.credited += units;
  credits.set(account, row);
  books.credited_total += units;
}

/** What the producer's account and the contract's own hold. */
function held(p: Pool, { contract, symbol, holder }: Books): { first: bigint; own: bigint } {
  return {
    first: balanceOf(p.chain, contract, symbol, holder),
    own: balanceOf(p.chain, contract, symbol, p.self),
  };
}

/** Income is whatever the two accounts hold beyond the books; of the core token a part is for the infrastructure. */
export function sweep(p: Pool, token: number): void {
  const config = configOf(p);
  const books = booksOf(p, token);
  const { first, own } = held(p, books);
  const income = first + own - liabilities(p, books);
  const infrastructure = token === 0 ? (income * BigInt(config.infra_permille)) / 1000n : 0n;
  books.infrastructure += infrastructure;
  books.bucket += income - infrastructure;
  books.income_total += income;
  const beyond = token === 0 ? own - deposited(p) : 0n;
  if (beyond > 0n) send(p, books, p.self, books.holder, beyond);
}

/** Notes whether a claim brought something, then books what is beyond the books. */
export function collect(p: Pool, token: number): void {
  const config = configOf(p);
  const books = booksOf(p, token);
  const { contract, symbol } = books;
  const units = balanceOf(p.chain, contract, symbol, config.producer);
  if (token === 0 && p.state.before_claim >= 0n) {
    // Only what a claim brought lets an epoch end, not dust on the producer's account.
    if (units > p.state.before_claim) p.state.harvested = true;
    p.state.before_claim = -1n;
  }
  sweep(p, token);
}

export function harvest(p: Pool, id: number): void {
  const { producer } = configOf(p);
  const claim = demandRow(p.claims.get(id), 'there is no claim');
  const { contract, symbol } = core(p);
  p.state.before_claim = balanceOf(p.chain, contract, symbol, producer);
  const pays = claim.code === 'eosio' && claim.name === 'claimrewards';
  if (pays) p.chain.inlines.push(() => claimRewards(p.chain, producer));
  p.chain.inlines.push(() => collect(p, 0));
}

/** Pays everything that is owed, to a member's payee, to others themselves. */
export function claim(p: Pool, account: string, token: number): void {
  const credits = p.credits.get(token);
  const row = credits?.get(account);
  demand(row !== undefined && row.owed > 0n, 'nothing to claim');
  const books = booksOf(p, token);
  const member = p.members.get(account);
  const units = row.owed;
  row.owed = 0n;
  row.paid += units;
  if (!member) credits?.delete(account);
  books.paid_total += units;
  sendOut(p, books, member?.payee ?? account, units);
}

/** The producer's account pays first, the contract's own what that one lacks. */
export function sendOut(p: Pool, books: Books, to: string, units: bigint): void {
  const { first } = held(p, books);
  const from = first < units ? first : units;
  if (from > 0n) send(p, books, books.holder, to, from);
  if (units > from) send(p, books, p.self, to, units - from);
}

function send(p: Pool, { contract, symbol }: Books, from: string, to: string, units: bigint): void {
  p.chain.inlines.push(() => moveTokens(p.chain, contract, { units, symbol }, from, to));
}

const MONTH = 30 * 86_400;

/** What this month of 30 days may still take out of the infrastructure. */
export function monthLeft(p: Pool): bigint {
  const month = Math.floor(seconds(p.chain) / MONTH);
  if (p.state.month !== month) {
    p.state.month = month;
    p.state.month_spent = 0n;
  }
  const left = configOf(p).monthlimit - p.state.month_spent;
  return left > 0n ? left : 0n;
}
