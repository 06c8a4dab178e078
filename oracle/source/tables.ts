import type { ChainClient } from '../../common/chain.ts';
import type { FiledReport, PoolConfig, Seat } from './chain.ts';

const PAGE = 500;

export interface Bounds {
  lower_bound?: string;
  upper_bound?: string;
}

/** All rows of a table between two bounds, page by page: a node may answer with fewer rows than were asked for. */
export async function readTable<T>(
  client: ChainClient,
  code: string,
  scope: string,
  table: string,
  bounds: Bounds = {},
) {
  const all: T[] = [];
  let lower = bounds;
  for (;;) {
    const body = { code, scope, table, json: true, limit: PAGE, ...lower };
    const answer = await client.post<{ rows: T[]; more: boolean; next_key?: string }>('/v1/chain/get_table_rows', body);
    all.push(...answer.rows);
    if (!answer.more || !answer.next_key) return all;
    lower = { ...bounds, lower_bound: answer.next_key };
  }
}

/** Chain time as nodeos prints it ("2026-11-23T18:00:00", UTC), in ms since 1970. */
export function chainTime(text: string): number {
  return Date.parse(text.endsWith('Z') ? text : `${text}Z`);
}

export interface ConfigRow {
  producer: string;
  eligible_percent: number;
  dispute_seconds: number;
  harvested: boolean | number;
  last_window: number | string;
  closing_through: number | string;
  closing_settled_at: string;
  closed_through: number | string;
}

export function toConfig(row: ConfigRow): PoolConfig {
  return {
    producer: row.producer,
    eligiblePercent: row.eligible_percent,
    disputeSeconds: row.dispute_seconds,
    harvested: Boolean(row.harvested),
    lastWindow: Number(row.last_window),
    closingThrough: Number(row.closing_through),
    closingSettledAt: chainTime(row.closing_settled_at),
    closedThrough: Number(row.closed_through),
  };
}

export interface SeatRow {
  index: number;
  account: string;
  since: number | string;
  until: number | string;
}

export function toSeat(row: SeatRow): Seat {
  return { index: row.index, account: row.account, since: Number(row.since), until: Number(row.until) };
}

export function toFiled(row: { hash: string; time?: string; settled?: string } | undefined): FiledReport | null {
  return row ? { hash: row.hash, at: chainTime(row.time ?? row.settled ?? '') } : null;
}
