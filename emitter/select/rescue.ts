import { firstSlot, lastSlot, slotAt, slotTime } from '../../common/slot.ts';
import { deadlineFor } from './deadline.ts';
import { isEligible, take } from './emission.ts';
import { awaitedSlot, expectedAt } from './expected.ts';
import { chooseNow } from './first.ts';
import { dialsUntil } from './readiness.ts';
import { type Emitted, isAlive, isOver, rulesOf, type SelectState, snapshot, type WindowState } from './state.ts';
import { withId } from './tree.ts';
import type { BlockRef, Candidate, SelectEffect } from './types.ts';

interface Branch {
  path: Candidate[];
  /** Own blocks in public that this branch takes the place of. */
  replaced: BlockRef[];
}

/** Lets out the best branch of another member in the place of a failed leader's blocks. Gives whether it did. */
export function rescue(state: SelectState, window: WindowState, now: number, effects: SelectEffect[]): boolean {
  if (window.rescues >= state.config.rescuesPerWindow) return false;
  const cause = leaderTrouble(state, window, now);
  const branch = cause && bestBranch(state, window, now);
  if (!branch || isFullerSoon(state, window, branch, now)) return false;
  const step = snapshot(state, window);
  const failed = window.rejected[0]?.signer ?? window.leader;
  if (failed) window.out.add(failed);
  window.rescues++;
  const { path, replaced } = branch;
  window.emitted = keptBeside(window, branch);
  window.rejected = [];
  window.overdue = null;
  // What a refused branch had beyond the new one is free again: the rescue says that it was replaced.
  for (const { slot } of replaced) window.decided.delete(slot);
  effects.push({ type: 'emit', step, reason: 'rescue', path, replaced, cause, failed });
  for (const block of path) take(state, window, block);
  return true;
}

/** Why the leader counts as failed, or null while it does not. In standby mode another takes its place without a rescue. */
export function leaderTrouble(state: SelectState, window: WindowState, now: number): string | null {
  if (window.rejected.length > 0) return 'rejected';
  const { leader } = window;
  if (!leader || window.rule.mode === 'standby') return null;
  if (now < dialsUntil(state)) return null;
  const isStranger = window.strangers.has(leader) && !state.sessions.has(leader);
  if (!isAlive(state, leader) && !isStranger) return 'connection_lost';
  return window.overdue === awaitedSlot(window) ? 'overdue' : null;
}

/**
 * When the leader's next block counts as overdue: its own learned time plus a margin. Slots before the last can wait
 * until their time without a loss, so a slow leader is not replaced needlessly; the last slot cannot.
 */
export function dueAt(state: SelectState, window: WindowState): number | null {
  const slot = awaitedSlot(window);
  if (!window.leader || window.emitted.length === 0 || slot > lastSlot(window.id)) return null;
  const usual = expectedAt(state, window.leader, slot) + state.config.overdueMs;
  const expected = Math.max(usual, dialsUntil(state));
  return slot === lastSlot(window.id) ? expected : Math.max(expected, slotTime(slot));
}

/**
 * The best stored branch of a live member to go on with: one that nodes prefer to the public one, with the fewest empty slots, then the
 * fewest replaced blocks, then the longest; between equals the strategy chooses.
 */
function bestBranch(state: SelectState, window: WindowState, now: number): Branch | null {
  const tip = state.tip;
  if (!tip || isOver(state, window) || now > deadlineFor(state, window, [])) return null;
  let best: Branch[] = [];
  for (const leaf of window.tree.all) {
    if (!rulesOf(state).isBetterHead(leaf, tip)) continue;
    const branch = openBranch(state, window, leaf);
    if (!branch || now > deadlineFor(state, window, branch.path)) continue;
    const order = best[0] ? compare(state, window, branch, best[0], now) : -1;
    if (order < 0) best = [branch];
    else if (order === 0) best.push(branch);
  }
  if (best.length <= 1) return best[0] ?? null;
  const leaves = best.map(({ path }) => path[path.length - 1] as Candidate);
  return best[leaves.indexOf(chooseNow(state, window, leaves, now))] ?? null;
}

function compare(state: SelectState, window: WindowState, one: Branch, other: Branch, now: number): number {
  const empty = state.config.rescueFills ? emptyWith(window, one, now) - emptyWith(window, other, now) : 0;
  return empty || one.replaced.length - other.replaced.length || other.path.length - one.path.length;
}

/** How many slots of the window stay without a block when a branch leaves: those before its last block, and those whose time is past. */
function emptyWith(window: WindowState, branch: Branch, now: number): number {
  const { path } = branch;
  const end = Math.max(path.at(-1)?.slot ?? 0, Math.min(slotAt(now), lastSlot(window.id)));
  return end - firstSlot(window.id) + 1 - keptBeside(window, branch).length - path.length;
}

/** What of the window stays in public when a branch leaves. */
function keptBeside(window: WindowState, { replaced }: Branch): Emitted[] {
  return window.emitted.filter(({ block }) => replaced.every(({ id }) => id !== block.id));
}

/**
 * Whether another member's stored branch leaves fewer slots empty, and needs but its next block to be preferred too: a member that is back
 * from trouble has a branch with a gap, which can be ahead by what it caught up. Until the leader's next block would be overdue there is time
 * for that; not when the branch itself would be too late then.
 */
function isFullerSoon(state: SelectState, window: WindowState, branch: Branch, now: number): boolean {
  const due = dueAt(state, window);
  if (!state.config.rescueFills || due === null || now >= due) return false;
  if (due + state.config.deadlineMarginMs > deadlineFor(state, window, branch.path)) return false;
  const empty = emptyWith(window, branch, now);
  if (empty === 0) return false;
  return window.tree.all.some((leaf) => {
    const next = { ...leaf, num: leaf.num + 1, slot: leaf.slot + 1 };
    if (!rulesOf(state).isBetterHead(next, state.tip as BlockRef)) return false;
    const other = openBranch(state, window, leaf);
    if (!other || slotTime(next.slot) > deadlineFor(state, window, [...other.path, leaf])) return false;
    return emptyWith(window, other, now) < empty;
  });
}

/** The path to a leaf that a rescue may let out: of a live member that has not failed. */
function openBranch(state: SelectState, window: WindowState, leaf: Candidate): Branch | null {
  if (leaf.signer === window.leader || !isAlive(state, leaf.signer) || !isEligible(state, window, leaf)) return null;
  return branchTo(state, window, leaf);
}

/**
 * The path to a leaf from the last public block on its branch; null when a block between is missing, or may not leave. A member that
 * missed the previous producer's last block has its branch below it.
 */
function branchTo(state: SelectState, window: WindowState, leaf: Candidate): Branch | null {
  const { emitted, rejected } = window;
  const path: Candidate[] = [];
  for (let next: Candidate | undefined = leaf; next; next = parentOf(window, next)) {
    if (window.bad.has(next.id) || next.num <= state.irreversible) return null;
    path.unshift(next);
    const { previous } = next;
    const fork = emitted.findIndex(({ block }) => block.id === previous);
    if (fork < 0 && !state.roots.some(({ id }) => id === previous)) continue;
    const replaced = emitted.slice(fork + 1).map(({ block }) => block);
    if (!rulesOf(state).mayReplace(replaced, state.tip as BlockRef)) return null;
    // No node has the rejected ones; their slots get another block all the same.
    return { path, replaced: [...replaced, ...rejected.map(({ block }) => block)] };
  }
  return null;
}

/** The parent by the same signer if there is one, else any with that id. */
function parentOf(window: WindowState, child: Candidate): Candidate | undefined {
  const same = withId(window.tree, child.previous);
  return same.find(({ signer }) => signer === child.signer) ?? same[0];
}
