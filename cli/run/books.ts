import type { ChainClient } from '../../common/chain.ts';
import { readTable, type Whole } from '../../common/tables.ts';

/** The core token's row of the contract's table `books`, in its smallest unit. */
export interface Books {
  /** The producer account: it holds what came in, the contract's own account the deposits. */
  holder: string;
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
  type Row = Record<Exclude<keyof Books, 'holder'>, Whole> & { holder: string };
  const [row] = await readTable<Row>(chain, dac, dac, 'books', { upper_bound: CORE_TOKEN });
  if (!row) return null;
  return {
    holder: row.holder,
    owed: BigInt(row.owed),
    bucket: BigInt(row.bucket),
    infrastructure: BigInt(row.infrastructure),
    escrow: BigInt(row.escrow),
    deposits: BigInt(row.deposits),
    paid_total: BigInt(row.paid_total),
    spent_total: BigInt(row.spent_total),
  };
}

/** What the pool's two accounts hold together, of the token with this contract and symbol. */
export async function heldBalance(
  chain: ChainClient,
  token: { contract: string; symbol: string },
  dac: string,
  { holder }: Books,
): Promise<bigint> {
  const [first, own] = await Promise.all(
    [holder, dac].map((account) => chain.balance(token.contract, account, token.symbol)),
  );
  return (first ?? 0n) + (own ?? 0n);
}

/** What the two balances must be together: everything that the core tokens are held for. */
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
