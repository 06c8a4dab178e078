import { reportHash } from '../../../../contracts/proof.ts';
import { endOf, reached, requireOver, seconds } from './chain.ts';
import { sha256 } from './keys.ts';
import { demand, demandRow } from './refusal.ts';
import { configOf, requireLabel, requireNotDissolved, requireRunning } from './setup.ts';
import type { Config, Oracle, Pool, Seat, Window } from './state.ts';

const MAX_OPEN_REPORTS = 500;
const MAX_METRICS = 16_384;
const NO_HASH = '00'.repeat(32);

/** How long after its end a window can still be decided: its deadline, and twice the time of a vote on it. */
export function holdSeconds(config: Config): number {
  return config.deadline + 2 * (config.votetime + config.locktime);
}

/** The deadline runs from the window's end; anew after a pause that began before it was over. */
export function deadlineOf(config: Config, window: number): number {
  const end = endOf(window);
  const isInterrupted = end < config.paused_until && end + config.deadline > config.paused_at;
  return (isInterrupted ? config.paused_until : end) + config.deadline;
}

/** What makes any verdict on a window impossible, whoever gives it. */
export function requirePlausible(p: Pool, window: number): void {
  const { first_window } = p.state;
  demand(first_window !== 0, 'the producer was never registered');
  demand(window >= first_window, 'was before the producer was registered');
  requireOver(p.chain, window);
  for (const other of p.windows.values()) {
    if (other.voided || other.window === window) continue;
    demand(Math.abs(other.window - window) >= configOf(p).mingap, 'apart');
  }
}

/** Whose bit it is: the seat with that index, if it was a member's in that window. */
function holderOf(p: Pool, index: number, window: number): Seat | undefined {
  return [...p.seats.values()].find(
    (seat) => seat.index === index && seat.since <= window && (seat.until === 0 || seat.until >= window),
  );
}

export function bitsOf(bitmap: string): number[] {
  const bytes = [...Buffer.from(bitmap, 'hex')];
  return bytes.flatMap((byte, at) =>
    [0, 1, 2, 3, 4, 5, 6, 7].filter((bit) => byte & (1 << bit)).map((bit) => at * 8 + bit),
  );
}

export function requireBitmap(p: Pool, window: number, bitmap: string): void {
  demand(bitmap.length <= 26, 'at most 13 are needed');
  demand(!bitmap.endsWith('00'), 'leave trailing zero bytes out');
  for (const bit of bitsOf(bitmap)) demand(holderOf(p, bit, window) !== undefined, 'names no member of window');
}

/** Each account behind a bit gets the window's share, or loses it. */
export function share(p: Pool, row: Window, give: boolean): void {
  const closing = row.window <= p.state.closing_through;
  for (const bit of bitsOf(row.eligible)) {
    const seat = [...p.seats.values()].find((one) => one.index === bit);
    const shares = seat && p.shares.get(seat.account);
    if (!shares) continue;
    const set = closing ? shares.closing : shares.running;
    if (give === set.has(row.window)) throw new Error(`model: ${seat.account}'s share of window ${row.window} twice`);
    if (give) set.add(row.window);
    else set.delete(row.window);
  }
}

export interface Reporting {
  oracle: string;
  window: number;
  eligible: string;
  metrics: string;
  metrics_hash: string;
  log_root: string;
  strategy: string;
  version: string;
}

export function requireOracle(p: Pool, account: string): Oracle {
  const row = p.oracles.get(account);
  demand(row?.active === true, 'is not an oracle of this pool');
  return demandRow(row, '');
}

/** Reports of windows that are not settled. */
export function openReports(p: Pool, account: string): number {
  return [...p.open.values()].filter((row) => row.reports.has(account)).length;
}

export function report(p: Pool, d: Reporting): void {
  const config = requireRunning(p);
  requireOracle(p, d.oracle);
  requireNotDissolved(p);
  const { window, eligible, metrics_hash, log_root, strategy, version } = d;
  demand(window > p.state.closing_through, 'belongs to an epoch that is over');
  requireLabel(strategy);
  requireLabel(version);
  const metrics = Buffer.from(d.metrics, 'hex');
  demand(metrics.length <= MAX_METRICS, 'at most 16384 are allowed');
  demand(sha256(metrics).toString('hex') === metrics_hash, 'but the report says');
  const bitmap = Buffer.from(eligible, 'hex');
  const decided = p.windows.get(window);
  demand(!decided?.voided, 'was made void by the members');
  demand(decided === undefined || decided.reports !== 0, 'was settled by the members');
  demand(decided === undefined, 'is settled with report');
  requirePlausible(p, window);
  demand(!reached(p.chain, deadlineOf(config, window)), 'could be reported until');
  requireBitmap(p, window, eligible);
  const hash = reportHash({
    window,
    eligible: bitmap,
    metricsHash: metrics_hash,
    logRoot: log_root,
    strategy,
    version,
  });
  const reports = p.open.get(window)?.reports ?? new Map();
  if (!reports.has(d.oracle)) demand(openReports(p, d.oracle) < MAX_OPEN_REPORTS, 'let these settle first');
  if (!p.open.has(window)) p.open.set(window, { opened: seconds(p.chain), reports });
  reports.set(d.oracle, { oracle: d.oracle, hash, metrics_hash, log_root, time: seconds(p.chain) });
  const active = [...p.oracles.values()].filter((row) => row.active);
  const equal = active.filter((row) => reports.get(row.account)?.hash === hash).length;
  if (equal * 2 <= active.length) return;
  settle(p, { ...emptyWindow(p, window), reports: equal, hash, metrics_hash, log_root, eligible, strategy, version });
}

export function emptyWindow(p: Pool, window: number): Window {
  const epoch = window <= p.state.closing_through ? p.state.epoch - 1 : p.state.epoch;
  const hashes = { hash: NO_HASH, metrics_hash: NO_HASH, log_root: NO_HASH };
  const settled = seconds(p.chain);
  return { window, epoch, voided: false, settled, reports: 0, ...hashes, eligible: '', strategy: '', version: '' };
}

/** A window of the running epoch; it also erases two rows of closed epochs. */
export function settle(p: Pool, row: Window): void {
  share(p, row, true);
  dropReports(p, row.window);
  p.windows.set(row.window, row);
  p.state.last_window = Math.max(p.state.last_window, row.window);
  p.state.settled_at = seconds(p.chain);
  pruneWindows(p, 2);
}

/** The reports of a decided window are gone, and with the last one an oracle that was stopped. */
export function dropReports(p: Pool, window: number): void {
  const open = p.open.get(window);
  if (!open) return;
  p.open.delete(window);
  for (const account of open.reports.keys()) {
    if (p.oracles.get(account)?.active === false && openReports(p, account) === 0) p.oracles.delete(account);
  }
}

/** Rows of closed epochs, oldest first: windows, then what was only reported. */
export function pruneWindows(p: Pool, max: number): number {
  const old = (keys: Iterable<number>) =>
    [...keys].filter((window) => window <= p.state.closed_through).sort((a, b) => a - b);
  const windows = old(p.windows.keys()).slice(0, max);
  for (const window of windows) p.windows.delete(window);
  const open = old(p.open.keys()).slice(0, max - windows.length);
  for (const window of open) dropReports(p, window);
  return windows.length + open.length;
}
