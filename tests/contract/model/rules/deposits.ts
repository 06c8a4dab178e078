import { core, sendOut } from './books.ts';
import { reached } from './chain.ts';
import { casesAgainst, casesOf, isGone, memberOf } from './counts.ts';
import { demand, demandRow, refuse } from './refusal.ts';
import { configOf, DISSOLVED } from './setup.ts';
import type { Money, Pool } from './state.ts';

export function openDeposit(p: Pool, account: string): void {
  demand(!p.deposits.has(account), 'has a deposit row already');
  p.deposits.set(account, 0n);
}

/** A transfer came in: booked for who has a row and says "deposit", else a gift. */
export function receive(p: Pool, contract: string, from: string, money: Money, memo: string): void {
  const books = p.books.get(0);
  if (memo !== 'deposit' || from === p.self || !books) return;
  if (books.contract !== contract || books.symbol !== money.symbol) return;
  const free = p.deposits.get(from);
  if (free !== undefined) p.deposits.set(from, free + money.units);
}

export function depositOf(p: Pool, account: string): bigint {
  return demandRow(p.deposits.get(account), 'has no deposit: call open');
}

/** Takes a bond or a fee out of what is free. */
export function holdFor(p: Pool, account: string, units: bigint, what: string): void {
  const free = depositOf(p, account);
  demand(free >= units, what);
  p.deposits.set(account, free - units);
}

export function giveBack(p: Pool, account: string, units: bigint): void {
  p.deposits.set(account, depositOf(p, account) + units);
}

export function withdraw(p: Pool, account: string, money: Money): void {
  const free = depositOf(p, account);
  const books = core(p);
  demand(money.symbol === books.symbol, 'the core token is');
  demand(money.units > 0n && money.units <= free, 'cannot be withdrawn');
  p.deposits.set(account, free - money.units);
  const useless = free === money.units && casesOf(p, account) === 0 && !p.members.has(account);
  if (useless) p.deposits.delete(account);
  sendOut(p, books, account, money.units);
}

export function release(p: Pool, account: string): void {
  const config = configOf(p);
  const member = memberOf(p, account);
  demand(member.bond > 0n, 'has no bond here');
  if (config.phase !== DISSOLVED) {
    if (!isGone(member)) refuse(member.status === 'applied' ? 'when it withdraws with leave' : 'after it has left');
    demand(casesAgainst(p, account) === 0, 'its bond is kept until they end');
    demand(reached(p.chain, member.until), 'is kept for');
  }
  giveBack(p, account, member.bond);
  member.bond = 0n;
}
