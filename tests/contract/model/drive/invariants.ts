import type { NormalRow } from '../rules/tables.ts';
import type { PaidRow } from './world.ts';

// What must hold of the contract's tables and the tokens' balances by themselves, whatever the model says.

const POOL = 'dac';
const COLUMNS = ['owed', 'bucket', 'infrastructure', 'escrow', 'deposits'] as const;

export class Tables {
  readonly #tables = new Map<string, PaidRow[]>();
  readonly #byKey = new Map<string, NormalRow>();

  constructor(rows: PaidRow[]) {
    for (const paid of rows) {
      const table = paid.key.slice(0, paid.key.indexOf('/'));
      const list = this.#tables.get(table);
      if (list) list.push(paid);
      else this.#tables.set(table, [paid]);
      this.#byKey.set(paid.key, paid.row);
    }
  }

  of(table: string): PaidRow[] {
    return this.#tables.get(table) ?? [];
  }

  one(key: string): NormalRow | undefined {
    return this.#byKey.get(key);
  }
}

/** A sentence about the first thing that does not hold. */
export function checkInvariants(rows: PaidRow[]): string | undefined {
  const tables = new Tables(rows);
  return checkBooks(tables) ?? checkShares(tables) ?? checkVotes(tables) ?? checkRoster(tables) ?? checkPayers(tables);
}

/** All that the books of a token owe or keep. */
export function liabilitiesOf(books: NormalRow): bigint {
  return COLUMNS.reduce((total, column) => total + (books[column] as bigint), 0n);
}

/** On the producer's account and the pool's own. */
export function heldOf(tables: Tables, { contract, symbol, holder }: NormalRow): bigint {
  const units = (account: unknown) =>
    tables.one(`balance/${contract}/${symbol}/${account}`)?.units as bigint | undefined;
  return (units(holder) ?? 0n) + (units(POOL) ?? 0n);
}

function sum(rows: PaidRow[], column: string): bigint {
  return rows.reduce((total, { row }) => total + BigInt(row[column] as bigint), 0n);
}

function checkBooks(tables: Tables): string | undefined {
  for (const { row } of tables.of('books')) {
    const due = liabilitiesOf(row);
    if (COLUMNS.some((column) => (row[column] as bigint) < 0n)) return `a column of token ${row.id} is negative`;
    const balance = heldOf(tables, row);
    if (balance < due) return `the balance ${balance} of token ${row.id} does not cover the books' ${due}`;
    if ((row.closing_bucket as bigint) > (row.bucket as bigint)) return 'more is set aside than the bucket holds';
    const credits = tables.of('credits').filter(({ key }) => key.startsWith(`credits/${row.id}/`));
    if (sum(credits, 'owed') !== row.owed) return `the credits of token ${row.id} are not what the books owe`;
    if (row.credited_total !== (row.owed as bigint) + (row.paid_total as bigint))
      return 'credited is not owed and paid';
    if (row.id !== 0n) {
      if (row.escrow !== 0n || row.deposits !== 0n) return 'escrow and deposits are of the core token only';
      continue;
    }
    const escrows = tables.of('orders').filter(({ row: order }) => order.escrow === true);
    if (sum(escrows, 'amount') !== row.escrow) return 'the escrows are not what the books hold';
    const held =
      sum(tables.of('deposits'), 'free') + sum(tables.of('members'), 'bond') + sum(tables.of('cases'), 'fee');
    if (held !== row.deposits) return `free deposits, bonds and fees are ${held}, the books hold ${row.deposits}`;
  }
  return undefined;
}

/** A settled window is in the tables once, and its shares are in the seats once. */
function checkShares(tables: Tables): string | undefined {
  const state = tables.one('state//');
  if (!state) return undefined;
  const { closed_through: closed, closing_through: closing } = state as Record<string, bigint>;
  const granted = { running: 0, closing: 0 };
  for (const { row } of tables.of('windows')) {
    if (row.voided || BigInt(row.window as bigint) <= (closed as bigint)) continue;
    const bits = bitCount(row.eligible as string);
    if (BigInt(row.window as bigint) <= (closing as bigint)) granted.closing += bits;
    else granted.running += bits;
  }
  const seats = tables.of('seats');
  const running = sum(seats, 'shares');
  const cut = sum(seats, 'closing');
  if (running !== BigInt(granted.running))
    return `the windows grant ${granted.running} shares, the seats hold ${running}`;
  if (cut !== BigInt(granted.closing)) return `the cut windows grant ${granted.closing} shares, the seats hold ${cut}`;
  return undefined;
}

function bitCount(hex: string): number {
  return [...Buffer.from(hex, 'hex')].reduce((count, byte) => count + byte.toString(2).replaceAll('0', '').length, 0);
}

function checkVotes(tables: Tables): string | undefined {
  const seats = tables.of('seats').length;
  for (const { row } of tables.of('proposals')) {
    const given = (row.yes as number) + (row.no as number);
    if (given > (row.electors as number)) return `${given} votes of ${row.electors} electors on proposal ${row.id}`;
    const passed = row.status === 1 || row.status === 2;
    const least = row.two_thirds ? Math.ceil((2 * (row.electors as number)) / 3) : ((row.electors as number) + 1) / 2;
    if (passed && ((row.yes as number) < least || row.yes === 0)) return `proposal ${row.id} passed with ${row.yes}`;
  }
  const active = tables.of('members').filter(({ row }) => [1, 2, 3].includes(row.status as number)).length;
  return active > seats ? `${active} members have ${seats} seats` : undefined;
}

/** The producer's keys are those of the members that sign, each once, and each is noted as in use by its member. */
function checkRoster(tables: Tables): string | undefined {
  const seats = tables.of('seats').map(({ row }) => row);
  const indexes = new Set(seats.map((row) => row.index));
  if (indexes.size !== seats.length) return 'two seats have one index';
  const signing = seats.filter((row) => row.signing && row.until === 0n).map((row) => row.key as string);
  if (new Set(signing).size !== signing.length) return 'two members sign with one key';
  const producer = tables.one('producer');
  if (tables.one('config//')?.registered) {
    if (producer?.active !== true) return 'the pool is registered and its producer is not';
    if (producer.threshold !== 1 || producer.keys !== signing.join())
      return 'the producer has other keys than the members';
  } else if (producer?.active) return 'the pool is not registered and its producer is';
  const inUse = new Set(tables.of('keys').flatMap(({ row }) => (row.until === 0 ? [`${row.account} ${row.key}`] : [])));
  const unnoted = seats.find((row) => row.signing && row.until === 0n && !inUse.has(`${row.account} ${row.key}`));
  return unnoted && `${unnoted.account}'s key is not noted as in use`;
}

/** Whoever brings a row pays for its memory; the rest is the pool's, and so are the keys of who was admitted by vote. */
const PAID_BY: Record<string, string> = {
  members: 'account',
  deposits: 'account',
  votes: 'voter',
  proposals: 'proposer',
  cases: 'claimant',
  rulings: 'arbitrator',
  reports: 'oracle',
};
function checkPayers(tables: Tables): string | undefined {
  for (const table of TABLES) {
    const column = PAID_BY[table];
    for (const { key, payer, row } of tables.of(table)) {
      if (payer !== (column ? row[column] : POOL)) return `${key} is paid by ${payer}`;
    }
  }
  for (const { key, payer, row } of tables.of('keys')) {
    if (payer !== row.account && payer !== POOL) return `${key} is paid by ${payer}`;
  }
  const proposers = new Map(tables.of('proposals').map(({ row }) => [row.id, row.proposer]));
  for (const { key, payer, row } of tables.of('disputes')) {
    if (proposers.get(row.proposal as bigint) !== payer) return `${key} is paid by ${payer}`;
  }
  return undefined;
}

const TABLES = [
  ...['members', 'deposits', 'votes', 'proposals', 'cases', 'rulings', 'reports', 'config', 'state', 'seats'],
  ...['founders', 'terms', 'claims', 'strategy', 'emitters', 'oracles', 'arbitrators', 'windows', 'books', 'credits'],
  'orders',
];
