import type { ChainClient } from './chain.ts';
import { PoolError } from './errors.ts';

const PAGE = 500;
/** A million rows, more than any table of a pool has: a node that always has more to give is not asked for ever. */
const MOST_PAGES = 2000;

/** Rows with a key from `lower_bound` to `upper_bound`, both included. */
export interface Bounds {
  lower_bound?: string;
  upper_bound?: string;
}

/** A whole number in a table: nodeos gives those above 32 bits as text. */
export type Whole = number | string;

/** All rows of a table between two bounds, page by page: a node may answer with fewer rows than were asked for. Throws PoolError `chain_unreachable` also for an answer that is no page. */
export async function readTable<T>(
  client: ChainClient,
  code: string,
  scope: string,
  table: string,
  bounds: Bounds = {},
) {
  const all: T[] = [];
  let lower = bounds;
  for (let page = 0; page < MOST_PAGES; page++) {
    const body = { code, scope, table, json: true, limit: PAGE, ...lower };
    const answer = await client.post<{ rows: T[]; more: boolean; next_key?: string }>('/v1/chain/get_table_rows', body);
    if (!Array.isArray(answer?.rows)) {
      throw new PoolError('chain_unreachable', `${client.url} answered a query of the table ${table} without rows`);
    }
    all.push(...answer.rows);
    if (!answer.more || !answer.next_key) return all;
    lower = { ...bounds, lower_bound: answer.next_key };
  }
  throw new PoolError('chain_unreachable', `${client.url} comes to no end with the table ${table}`);
}

/** Chain time as nodeos prints it ("2026-11-23T18:00:00", UTC), in ms since 1970. */
export function chainTime(text: string): number {
  return Date.parse(text.endsWith('Z') ? text : `${text}Z`);
}
