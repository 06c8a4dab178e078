import { core, creditTo, monthLeft, sendOut } from './books.ts';
import { after, balanceOf, moveTokens, reached, seconds, tokenExists } from './chain.ts';
import { newBooks } from './founding.ts';
import { demand, demandRow } from './refusal.ts';
import { configOf, LIVE, requireNotDissolved, requirePayee, requireRunning } from './setup.ts';
import type { Money, Order, Pool } from './state.ts';

const DAY = 86_400;
const MONTH = 30 * DAY;

/** Out of the infrastructure, within the month's limit. */
function spendFrom(p: Pool, units: bigint): void {
  const books = core(p);
  demand(units <= monthLeft(p), "more than this month's rest of");
  demand(units <= books.infrastructure, 'for infrastructure: wait for income');
  p.state.month_spent += units;
  books.infrastructure -= units;
}

/** For a ruling: as much as there is and as the month allows. */
export function takeUpTo(p: Pool, units: bigint): bigint {
  const books = core(p);
  const taken = [units, monthLeft(p), books.infrastructure].reduce((a, b) => (a < b ? a : b));
  p.state.month_spent += taken;
  books.infrastructure -= taken;
  return taken;
}

function payOut(p: Pool, payee: string, units: bigint): void {
  const books = core(p);
  books.spent_total += units;
  sendOut(p, books, payee, units);
}

export function requireSpend(p: Pool, payee: string, amount: Money): void {
  requirePayee(p, payee);
  demand(amount.symbol === core(p).symbol, 'the core token is');
  demand(amount.units > 0n, 'it must be more than nothing');
}

function storeOrder(p: Pool, order: Omit<Order, 'id' | 'in_case'>): void {
  const id = p.state.next_order++;
  p.orders.set(id, { ...order, id, in_case: 0 });
}

export function startOrder(p: Pool, payee: string, amount: bigint, months: number, text: string): void {
  storeOrder(p, { payee, amount, escrow: false, months, due: seconds(p.chain), text });
}

/** Paid at once, or kept for so many days until a vote accepts the work. */
export function spend(p: Pool, payee: string, amount: bigint, days: number, text: string): void {
  spendFrom(p, amount);
  if (days === 0) return payOut(p, payee, amount);
  storeOrder(p, { payee, amount, escrow: true, months: 0, due: after(p.chain, days * DAY), text });
}

export function orderOf(p: Pool, id: number): Order {
  return demandRow(p.orders.get(id), 'there is no order');
}

export function requireMonthly(p: Pool, id: number): Order {
  const order = orderOf(p, id);
  demand(!order.escrow, 'is an escrow');
  return order;
}

export function requireEscrow(p: Pool, id: number): Order {
  const order = orderOf(p, id);
  demand(order.escrow, 'and not an escrow');
  demand(order.in_case === 0, 'is before the arbitrators in case');
  return order;
}

export function endOrder(p: Pool, id: number): void {
  p.orders.delete(requireMonthly(p, id).id);
}

export function payOrder(p: Pool, id: number): void {
  const config = requireRunning(p);
  demand(config.phase === LIVE, 'orders are paid by a live pool only');
  const order = requireMonthly(p, id);
  demand(reached(p.chain, order.due), 'is due in');
  spendFrom(p, order.amount);
  order.months -= 1;
  order.due += MONTH;
  if (order.months === 0) p.orders.delete(id);
  payOut(p, order.payee, order.amount);
}

export function settleEscrow(p: Pool, id: number, accepted: boolean): void {
  closeEscrow(p, requireEscrow(p, id), accepted ? 'pay' : 'return');
}

/** The work is paid, after a ruling to be claimed; or the tokens go back to the infrastructure. */
export function closeEscrow(p: Pool, order: Order, how: 'pay' | 'credit' | 'return'): void {
  p.orders.delete(order.id);
  if (how === 'pay') payOut(p, order.payee, order.amount);
  else if (how === 'credit') creditTo(p, core(p), order.payee, order.amount);
  else core(p).infrastructure += order.amount;
}

export function refund(p: Pool, id: number, signers: string[]): void {
  requireNotDissolved(p);
  const byPayee = signers.includes(orderOf(p, id).payee);
  const order = requireEscrow(p, id);
  demand(byPayee || reached(p.chain, lastAcceptance(p, order)), 'gives it back');
  closeEscrow(p, order, 'return');
}

/** Work whose time runs out in a pause, when no vote can be executed, can be accepted for a day after it. */
function lastAcceptance(p: Pool, { due }: Order): number {
  const { paused_at: from, paused_until: until } = configOf(p);
  return due < from ? due : Math.max(due, until + 86_400);
}

export function isListed(p: Pool, contract: string, symbol: string): boolean {
  return [...p.books.values()].some((books) => books.contract === contract && books.symbol === symbol);
}

export function requireNewToken(p: Pool, contract: string, symbol: string): number {
  demand(!isListed(p, contract, symbol), 'is in the books already');
  demand(tokenExists(p.chain, contract, symbol), 'has no token');
  demand(p.books.size < 5, 'there are 5 tokens in the books already');
  return p.books.size;
}

export function listToken(p: Pool, contract: string, symbol: string): void {
  const id = requireNewToken(p, contract, symbol);
  p.books.set(id, newBooks(id, contract, symbol, configOf(p).producer));
  p.credits.set(id, new Map());
}

/** A token that is not in the books counts for nothing until a vote lists it or sends it on. */
export function requireForeign(p: Pool, contract: string, amount: Money): void {
  demand(!isListed(p, contract, amount.symbol), 'it belongs to the members');
  demand(amount.units > 0n, 'it must be more than nothing');
  demand(balanceOf(p.chain, contract, amount.symbol, p.self) >= amount.units, 'are more');
}

export function sendForeign(p: Pool, contract: string, to: string, amount: Money): void {
  configOf(p);
  requireForeign(p, contract, amount);
  p.chain.inlines.push(() => moveTokens(p.chain, contract, amount, p.self, to));
}
