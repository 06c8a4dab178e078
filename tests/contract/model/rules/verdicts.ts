import { DAY, reached, requireOver, seconds } from './chain.ts';
import { demand } from './refusal.ts';
import { configOf, DISSOLVING } from './setup.ts';
import type { Pool, Proposal, Window } from './state.ts';
import { deadlineOf, dropReports, emptyWindow, requireBitmap, requirePlausible, settle, share } from './windows.ts';

function requireOpenEpoch(p: Pool, window: number): void {
  demand(window > p.state.closed_through, 'belongs to a closed epoch');
}

/** When the last windows of a pool that ends can neither be reported nor disputed any more. */
export function lastWindowsOver(p: Pool): number {
  const { deadline, dispute: disputeTime, paused_until } = configOf(p);
  return Math.max(p.state.dissolving_at, paused_until) + deadline + disputeTime + DAY;
}

/** The oracles come first: members decide after the deadline, or against what was settled, in time. */
export function dispute(p: Pool, row: Proposal, bitmap: string | undefined): void {
  const config = configOf(p);
  const window = Number(row.value);
  requireOver(p.chain, window);
  requireOpenEpoch(p, window);
  const stopped = config.phase === DISSOLVING && !config.registered;
  demand(!stopped || !reached(p.chain, lastWindowsOver(p)), 'the time to dispute windows is over');
  const decided = p.windows.get(window);
  demand(!decided?.voided, 'is void and stays so');
  if (!decided) {
    requirePlausible(p, window);
    demand(reached(p.chain, deadlineOf(config, window)), 'members decide after that');
  }
  const late = window <= p.state.closing_through && reached(p.chain, p.state.closing_settled_at + config.dispute);
  demand(!late, 'the time to dispute window');
  if (bitmap !== undefined) requireBitmap(p, window, bitmap);
  demand(!p.disputes.has(window), 'is disputed already');
  p.disputes.set(window, row.id);
}

export function requireUndisputed(p: Pool, through: number): void {
  demand(
    [...p.disputes.keys()].every((window) => window > through),
    'that has to end first',
  );
}

export function settleByVote(p: Pool, window: number, bitmap: string, metricsHash: string): void {
  requireOpenEpoch(p, window);
  requireBitmap(p, window, bitmap);
  const decided = p.windows.get(window);
  if (decided) {
    demand(!decided.voided, 'is void and stays so');
    share(p, decided, false);
    Object.assign(decided, { eligible: bitmap, metrics_hash: metricsHash, reports: 0, settled: seconds(p.chain) });
    share(p, decided, true);
    return;
  }
  requirePlausible(p, window);
  const row: Window = { ...emptyWindow(p, window), eligible: bitmap, metrics_hash: metricsHash };
  if (window > p.state.closing_through) return settle(p, row);
  dropReports(p, window);
  p.windows.set(window, row);
  share(p, row, true);
}

export function voidWindow(p: Pool, window: number): void {
  requireOpenEpoch(p, window);
  const decided = p.windows.get(window);
  if (decided) {
    demand(!decided.voided, 'is void and stays so');
    share(p, decided, false);
    decided.voided = true;
    decided.settled = seconds(p.chain);
    return;
  }
  dropReports(p, window);
  p.windows.set(window, { ...emptyWindow(p, window), voided: true });
}
