import { pathMs } from './path.ts';
import { rulesOf, type SelectState, type WindowState } from './state.ts';
import { withId } from './tree.ts';
import type { Candidate } from './types.ts';

/** Logs from before it was a setting were written with this; see `applyPercent`. */
const OLD_APPLY_PERCENT = 150;

/**
 * The latest time at which a branch may leave so that the next producer has applied it before it starts its window. What counts is when it
 * is there, not when it left: docs/decisions/experiment-3-deadline.md.
 */
export function deadlineFor(state: SelectState, window: WindowState, path: readonly Candidate[]): number {
  const { applyPercent = OLD_APPLY_PERCENT } = state.config;
  const applyMs = (path.reduce((sum, block) => sum + block.cpuUs, 0) / 1000) * (applyPercent / 100);
  return rulesOf(state).tooLateAt(window.id) - state.config.deadlineMarginMs - pathMs(state) - applyMs;
}

/**
 * Whether a block whose slot is over may still leave: what a member made while it had no connection comes all at once, and leaves so, as the
 * branch of a rescue does. Those of this window that left late count as if nobody had applied them yet.
 */
export function isInTimeThoughLate(state: SelectState, window: WindowState, block: Candidate, now: number): boolean {
  if (!state.config.lateKeepsDeadline) return true;
  const left = window.emitted.flatMap(({ block: { id } }) => withId(window.tree, id).slice(0, 1));
  return now <= deadlineFor(state, window, [...left.filter(({ late }) => late), block]);
}
