import { METERS, type MeterName, type Resources } from './account.ts';

/** What one report took: CPU in µs, NET in bytes, RAM in bytes until its window is settled. */
export type Use = Record<MeterName, number>;

/** Until there were reports: docs/contract.md, "What it costs" and "RAM", for the first oracle of a window; NET of a report of 21 members. */
export const ASSUMED_USE: Use = { cpu: 1000, net: 4096, ram: 456 };

export type ResourceLevel = 'ok' | 'low' | 'critical';

/** For how much more an account has of one resource. */
export interface Left {
  /** Null: without end. */
  free: number | null;
  /** Windows that can be reported with it, without what comes back in the meantime. */
  windows: number;
  /** How long the pool needs for so many. */
  hours: number;
}

/**
 * What is left of each resource, by the dearest of the last reports: a report that is refused for want of CPU costs the members a window, a
 * warning that came early costs nothing. `secondsPerWindow`: between two windows of the pool.
 */
export function estimate(resources: Resources, uses: Use[], secondsPerWindow: number): Record<MeterName, Left> {
  const entries = METERS.map((name) => {
    const { used, max } = resources[name];
    const most = Math.max(...uses.map((use) => use[name]), 0);
    // A report that replaced its own, or settled a window, takes no RAM: the next one can.
    const each = Math.max(1, uses.length === 0 || name === 'ram' ? Math.max(most, ASSUMED_USE[name]) : most);
    const free = max === null ? null : Math.max(0, max - used);
    const windows = free === null ? Number.POSITIVE_INFINITY : Math.floor(free / each);
    return [name, { free, windows, hours: (windows * secondsPerWindow) / 3600 }] as const;
  });
  return Object.fromEntries(entries) as Record<MeterName, Left>;
}

/** Times the figure at which a warning began: below it the warning stays, so that a value on the edge warns once. */
const RELIEF = 1.5;
/** At a tenth of what is low it is critical. */
const CRITICAL_PART = 0.1;

/** RAM comes back when a window is settled: it must be enough for so many that wait. The contract takes 500 of an oracle. */
export const LOW_RAM_WINDOWS = 100;

/** The level of what is left, hours or windows, given the level before. `low`: below it is low. */
export function levelOf(left: number, before: ResourceLevel, low: number): ResourceLevel {
  const critical = low * CRITICAL_PART;
  if (left < critical || (before === 'critical' && left < critical * RELIEF)) return 'critical';
  if (left < low || (before !== 'ok' && left < low * RELIEF)) return 'low';
  return 'ok';
}
