import { z } from 'zod';
import type { ChainClient } from '../chain.ts';
import { checkRows } from '../checked-rows.ts';
import { type Bounds, chainTime, readTable } from '../tables.ts';

/** Columns of the contract's tables as nodeos writes them in JSON, and what they become here. */

/** uint64 and below: above 32 bits nodeos writes them as text. */
export const units = z.union([z.number().int(), z.string().regex(/^-?\d{1,20}$/)]).transform(BigInt);
/** An id or a count, which never comes near 2^53. */
export const count = z.union([z.number().int().nonnegative(), z.string().regex(/^\d{1,16}$/)]).transform(Number);
export const flag = z.union([z.boolean(), z.number().int()]).transform(Boolean);
/** ms since 1970; 0 for a time that was never set. */
export const time = z
  .string()
  .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z?$/)
  .transform(chainTime);
export const name = z.string().regex(/^[.1-5a-z]{0,13}$/);
export const hash = z.string().regex(/^[0-9a-f]{64}$/);
export const hex = z.string().regex(/^([0-9a-f]{2})*$/);
export const text = z.string();
export const key = z.string().regex(/^(EOS|PUB_)/);
export const amount = z.string().regex(/^-?\d+(\.\d+)? [A-Z]{1,7}$/);

/** A column that tells which of these words holds, by its number. */
export function oneOf<const W extends readonly string[]>(words: W) {
  return z
    .number()
    .int()
    .min(0)
    .max(words.length - 1)
    .transform((at) => words[at] as W[number]);
}

/** Rows of a table of the pool `dac`, checked. Throws PoolError `chain` for what is none of the pool's tables, or `chain_unreachable`. */
export async function readRows<T>(
  client: ChainClient,
  dac: string,
  table: string,
  row: z.ZodType<T>,
  { scope = dac, ...bounds }: Bounds & { scope?: string } = {},
): Promise<T[]> {
  return checkRows(table, row, await readTable<unknown>(client, dac, scope, table, bounds));
}

/** Bounds of the one row with this key. */
export function only(key: string | number): Bounds {
  return { lower_bound: String(key), upper_bound: String(key) };
}
