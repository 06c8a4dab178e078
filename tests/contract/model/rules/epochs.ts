import { creditTo } from './books.ts';
import { endOf, reached } from './chain.ts';
import { freeSpentSeats } from './members.ts';
import { demand } from './refusal.ts';
import { configOf, requireNotDissolved, requireRunning } from './setup.ts';
import type { Pool } from './state.ts';
import { requireUndisputed } from './verdicts.ts';
import { holdSeconds, pruneWindows } from './windows.ts';

/** Ends the running epoch at its newest settled window: shares and buckets are set aside. */
export function cut(p: Pool): void {
  requireRunning(p);
  requireNotDissolved(p);
  const { state } = p;
  demand(state.closing_through === state.closed_through, 'is not closed yet: close it first');
  const total = runningShares(p);
  demand(total > 0n, 'has no share');
  const hold = holdSeconds(configOf(p));
  for (const [window, { reports }] of p.open) {
    if (window <= state.closing_through || window >= state.last_window) continue;
    const isLive = [...reports.keys()].some((oracle) => p.oracles.get(oracle)?.active);
    demand(!isLive || reached(p.chain, endOf(window) + hold), 'is reported and not settled');
  }
  demand(state.harvested, 'has no income of the producer yet');
  demand((p.books.get(0)?.bucket ?? 0n) >= total, 'gives nothing for each of');
  setAside(p);
  state.closing_through = state.last_window;
  state.closing_settled_at = state.settled_at;
  state.epoch += 1;
  state.harvested = false;
}

function runningShares(p: Pool): bigint {
  return [...p.shares.values()].reduce((total, shares) => total + BigInt(shares.running.size), 0n);
}

export function setAside(p: Pool): void {
  for (const books of p.books.values()) books.closing_bucket = books.bucket;
  for (const shares of p.shares.values()) {
    shares.closing = shares.running;
    shares.running = new Set();
  }
}

/** Pays the epoch that was cut, or cuts and pays the running one: a pool that stands still needs one call. */
export function close(p: Pool): void {
  const config = requireRunning(p);
  requireNotDissolved(p);
  const { state } = p;
  const wasCut = state.closing_through > state.closed_through;
  const settledAt = wasCut ? state.closing_settled_at : state.settled_at;
  demand(reached(p.chain, settledAt + config.dispute), 'can be disputed for');
  requireUndisputed(p, wasCut ? state.closing_through : state.last_window);
  if (!wasCut) cut(p);
  state.closed_through = state.closing_through;
  payShares(p);
  freeSpentSeats(p);
}

/** Each share of the epoch that was cut earns the same, rounded down; what is left stays in the bucket. */
export function payShares(p: Pool): void {
  const total = [...p.shares.values()].reduce((sum, shares) => sum + BigInt(shares.closing.size), 0n);
  for (const books of p.books.values()) {
    const each = total > 0n ? books.closing_bucket / total : 0n;
    for (const [account, shares] of p.shares) {
      const pay = each * BigInt(shares.closing.size);
      books.bucket -= pay;
      creditTo(p, books, account, pay);
    }
    books.closing_bucket = 0n;
  }
  for (const shares of p.shares.values()) shares.closing = new Set();
}

export function prune(p: Pool, max: number): void {
  demand(max >= 1 && max <= 500, '1 to 500 are allowed');
  configOf(p);
  demand(pruneWindows(p, max) + freeSpentSeats(p) > 0, 'nothing to prune');
}
