import assert from 'node:assert/strict';
import { stringToName } from '../../../common/name.ts';
import type { Emulated } from './chain.ts';

type Raw = Record<string, unknown>;

const COLUMNS = ['owed', 'bucket', 'infrastructure', 'escrow', 'deposits'] as const;

/** What must hold after every action, whatever was done: the books' columns, their rows and the real balance. */
export function checkBooks(box: Emulated): void {
  for (const books of raw(box, 'books')) {
    const id = big(books.id);
    const due = COLUMNS.reduce((total, column) => total + big(books[column]), 0n);
    for (const column of COLUMNS) assert.ok(big(books[column]) >= 0n, `${column} of token ${id} is not negative`);
    const balance = heldOf(box, books);
    if (balance !== undefined)
      assert.ok(balance >= due, `the balance ${balance} of token ${id} covers the books' ${due}`);
    assert.ok(big(books.closing_bucket) <= big(books.bucket), 'the cut epoch’s part is in the bucket');
    assert.equal(sum(raw(box, 'credits', id), 'owed'), big(books.owed), `the credits of token ${id} are what is owed`);
    assert.equal(
      big(books.credited_total),
      big(books.owed) + big(books.paid_total),
      'what was credited is owed or paid',
    );
    if (id === 0n) checkCore(box, books);
    else
      assert.equal(big(books.deposits) + big(books.escrow), 0n, 'only the core token is deposited or held in escrow');
  }
}

function checkCore(box: Emulated, books: Raw): void {
  const escrows = raw(box, 'orders').filter((order) => order.escrow);
  if (!isDissolved(box)) assert.equal(sum(escrows, 'amount'), big(books.escrow), 'the escrows are in the books');
  const bonds = sum(raw(box, 'members'), 'bond');
  const held = sum(raw(box, 'deposits'), 'free') + bonds + sum(raw(box, 'cases'), 'fee');
  assert.equal(held, big(books.deposits), 'the deposits are what is free, bonds and fees');
}

/** Dust that came in and is not swept yet. */
export function dust(box: Emulated, token = 0): bigint {
  const books = raw(box, 'books').find((row) => big(row.id) === BigInt(token)) as Raw;
  const due = COLUMNS.reduce((total, column) => total + big(books[column]), 0n);
  return (heldOf(box, books) ?? 0n) - due;
}

function isDissolved(box: Emulated): boolean {
  return raw(box, 'config')[0]?.phase === 3;
}

function raw(box: Emulated, table: string, scope?: bigint): Raw[] {
  const open = box.pool.tables[table];
  if (!open) throw new Error(`the contract has no table ${table}`);
  return (scope === undefined ? open() : open(scope)).getTableRows() as Raw[];
}

/** On the producer's account and the pool's own; nothing is known of a token without a table of accounts. */
function heldOf(box: Emulated, { contract, symbol, holder }: Raw): bigint | undefined {
  const accounts = box.chain.accounts[String(contract)]?.tables.accounts;
  if (!accounts) return undefined;
  const code = String(symbol).split(',')[1];
  const balance = (account: string) => {
    const rows = accounts(stringToName(account)).getTableRows() as { balance: string }[];
    const row = rows.find((one) => one.balance.endsWith(` ${code}`));
    return row ? BigInt((row.balance.split(' ')[0] as string).replace('.', '')) : 0n;
  };
  return balance(String(holder)) + balance('dac');
}

function big(value: unknown): bigint {
  return BigInt(String(value));
}

function sum(rows: Raw[], column: string): bigint {
  return rows.reduce((total, row) => total + big(row[column]), 0n);
}
