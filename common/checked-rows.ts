import type { z } from 'zod';
import { PoolError } from './errors.ts';

/** Rows that nodeos decoded by the contract's ABI, or another answer of it, checked. Throws PoolError `chain` for one that cannot be. */
export function checkRows<T>(table: string, schema: z.ZodType<T>, rows: unknown[]): T[] {
  return rows.map((row) => {
    const result = schema.safeParse(row);
    if (result.success) return result.data;
    const [issue] = result.error.issues;
    const where = [table, ...(issue?.path ?? [])].join('.');
    throw new PoolError('chain', `the node's answer for ${where} is not what it should be: ${issue?.message}`);
  });
}
