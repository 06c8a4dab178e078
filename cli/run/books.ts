import type { ChainClient } from '../../common/chain.ts';
import { readTable, type Whole } from '../../common/tables.ts';

/** The core token's row of the contract's table `books`, in its smallest unit. */
export interface Books {
  owed: bigint;
  bucket: bigint;
  infrastructure: bigint;
  escrow: bigint;
  deposits: bigint;
  paid_total: bigint;
  spent_total: bigint;
}

/** What an account earned, ever and not paid out yet. */
export interface Credit {
  account: string;
  owed: bigint;
  credited: bigint;
  paid: bigint;
}

/** The id of the core token in `books`, which is also the scope of its credits. */
const CORE_TOKEN = '0';

/** What the contract says of its core tokens, or null when `dac` is no pool. */
export async function readBooks(chain: ChainClient, dac: string): Promise<Books | null> {
  const [row] = await readTable<Record<keyof Books, Whole>>(chain, dac, dac, 'books', { upper_bound: CORE_TOKEN });
  if (!row) return null;
  return {
    owed: BigInt(row.owed),
    bucket: BigInt(row.bucket),
    infrastructure: BigInt(row.infrastructure),
    escrow: BigInt(row.escrow),
    deposits: BigInt(row.deposits),
    paid_total: BigInt(row.paid_total),
    spent_total: BigInt(row.spent_total),
  };
}

/** What the balance must be: everything that the core tokens are held for. */
export function liabilities({ owed, bucket, infrastructure, escrow, deposits }: Books): bigint {
  return owed + bucket + infrastructure + escrow + deposits;
}

/** Everybody's credit in core tokens, by account. */
export async function readCredits(chain: ChainClient, dac: string): Promise<Map<string, Credit>> {
  type Row = Record<'owed' | 'credited' | 'paid', Whole> & { account: string };
  const rows = await readTable<Row>(chain, dac, CORE_TOKEN, 'credits');
  const credits = rows.map(({ account, owed, credited, paid }) => {
    return { account, owed: BigInt(owed), credited: BigInt(credited), paid: BigInt(paid) };
  });
  return new Map(credits.map((credit) => [credit.account, credit]));
}
