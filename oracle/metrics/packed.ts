import { invalidBy } from './member.ts';
import type { Quantiles } from './quantiles.ts';
import type { MemberMetrics, WindowMetrics } from './types.ts';

/**
 * What of a member is posted, in this order: 100 members must fit in the 16,384 bytes that the contract takes, and names of fields, repeated for
 * each, would not.
 */
export const COLUMNS = [
  ...['index', 'name', 'grid', 'offered', 'candidates', 'selected', 'unselected', 'late', 'invalid', 'standby'],
  ...['missing', 'p50', 'p90', 'p99', 'transactions', 'bytes', 'cpuUs', 'availability', 'eligible'],
] as const;

type Cell = number | string | null;

/** The form of metrics that is posted and hashed, as canonical JSON: members as rows under `columns`, quantiles as lists. */
export interface PackedMetrics extends Omit<WindowMetrics, 'members' | 'addedUs'> {
  addedUs: (number | null)[];
  columns: readonly string[];
  members: Cell[][];
}

export function pack({ members, addedUs, ...pool }: WindowMetrics): PackedMetrics {
  return { ...pool, addedUs: listOf(addedUs), columns: COLUMNS, members: members.map(rowOf) };
}

/** The metrics that `pack` was given. */
export function unpack({ columns: _, members, addedUs, ...pool }: PackedMetrics): WindowMetrics {
  return { ...pool, addedUs: quantilesOf(addedUs), members: members.map(memberOf) };
}

function rowOf(member: MemberMetrics): Cell[] {
  const { index, name, grid, offered, candidates, selected, unselected, late, invalid, standby, missing } = member;
  const { transactions, bytes, cpuUs, availability, eligible } = member;
  return [
    ...[index, name, grid, offered, candidates, selected, unselected, late, invalid, standby, missing],
    ...[...listOf(member.arrival), transactions, bytes, cpuUs, availability, eligible ? 1 : 0],
  ];
}

function memberOf(row: Cell[]): MemberMetrics {
  const [index, name, grid, ...rest] = row as [number, string, string, ...number[]];
  const [offered, candidates, selected, unselected, late, invalid, standby, missing] = rest as Eight;
  const [transactions, bytes, cpuUs, availability, eligible] = rest.slice(11) as Five;
  return {
    ...{ index, name, grid, offered, candidates, selected, unselected, late, invalid, standby, missing },
    arrival: quantilesOf(rest.slice(8, 11)),
    ...{ transactions, bytes, cpuUs, availability, eligible: eligible === 1, invalidBy: invalidBy(grid) },
  };
}

type Five = [number, number, number, number, number];
type Eight = [...Five, number, number, number];

function listOf({ p50, p90, p99 }: Quantiles): (number | null)[] {
  return [p50, p90, p99];
}

function quantilesOf([p50 = null, p90 = null, p99 = null]: (number | null)[]): Quantiles {
  return { p50, p90, p99 };
}
