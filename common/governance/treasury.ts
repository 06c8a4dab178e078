import { z } from 'zod';
import { tokenCode } from '../amount.ts';
import type { ChainClient } from '../chain.ts';
import { count, flag, name, readRows, text, time, units } from './columns.ts';

/** Table `orders`: monthly orders (`months` still to pay, the next at `due`), and escrows to be accepted until `due`. */
const orderRow = z
  .object({ id: count, payee: name, amount: units, escrow: flag, months: count, due: time, in_case: count, text })
  .transform(({ in_case: inCase, ...row }) => ({ ...row, inCase }));

/** Table `books`: a token's books, in its units; 0 is the core token. */
const bookRow = z
  .object({
    ...{ id: count, contract: name, symbol: text, holder: name, owed: units, bucket: units, infrastructure: units },
    ...{ escrow: units, deposits: units, closing_bucket: units, income_total: units, credited_total: units },
    ...{ paid_total: units, spent_total: units },
  })
  .transform((row) => ({
    ...{ id: row.id, contract: row.contract, symbol: row.symbol, holder: row.holder, owed: row.owed },
    ...{ bucket: row.bucket, infrastructure: row.infrastructure, escrow: row.escrow, deposits: row.deposits },
    ...{ closingBucket: row.closing_bucket, income: row.income_total, credited: row.credited_total },
    ...{ paid: row.paid_total, spent: row.spent_total },
  }));

const creditRow = z.object({ account: name, owed: units, credited: units, paid: units });
const depositRow = z.object({ account: name, free: units, cases: count });

export type Order = z.output<typeof orderRow>;
export type Book = z.output<typeof bookRow>;
export type Credit = z.output<typeof creditRow>;
export type Deposit = z.output<typeof depositRow>;

export function readOrders(client: ChainClient, dac: string): Promise<Order[]> {
  return readRows(client, dac, 'orders', orderRow);
}

/** The core token first. */
export function readBooks(client: ChainClient, dac: string): Promise<Book[]> {
  return readRows(client, dac, 'books', bookRow);
}

/** What accounts are owed of a token (its id in the books), were ever credited and paid. */
export function readCredits(client: ChainClient, dac: string, token = 0): Promise<Credit[]> {
  return readRows(client, dac, 'credits', creditRow, { scope: String(token) });
}

export function readDeposits(client: ChainClient, dac: string): Promise<Deposit[]> {
  return readRows(client, dac, 'deposits', depositRow);
}

/** Books beside what the pool's two accounts hold. */
export interface Balance {
  book: Book;
  /** Of the producer's account and of the contract's own together. */
  held: bigint;
  /** owed + bucket + infrastructure + escrow + deposits. */
  booked: bigint;
  /** held − booked: what came in and is not swept yet; less than nothing should never be. */
  unswept: bigint;
}

export function liabilities({ owed, bucket, infrastructure, escrow, deposits }: Book): bigint {
  return owed + bucket + infrastructure + escrow + deposits;
}

/** A token's books and balance. They are two reads: a payment between them shows as a difference that is gone at the next look. */
export async function readBalance(client: ChainClient, dac: string, book: Book): Promise<Balance> {
  const code = tokenCode(book.symbol);
  const [first, own] = await Promise.all([book.holder, dac].map((one) => client.balance(book.contract, one, code)));
  const held = (first ?? 0n) + (own ?? 0n);
  const booked = liabilities(book);
  return { book, held, booked, unswept: held - booked };
}
