import { lastSlot, slotInWindow, slotTime, windowOf } from '../../common/slot.ts';
import { candidateKey, isAlive, type SelectState, type WindowState } from './state.ts';
import type { BlockRef, Candidate } from './types.ts';

/** How much longer than billed other nodes may need for the same transactions. */
const APPLY_FACTOR = 1.5;

export interface Branch {
  path: Candidate[];
  /** Own blocks in public that this branch takes the place of. */
  replaced: BlockRef[];
}

/** Why the leader counts as failed, or null while it does not. */
export function leaderTrouble(state: SelectState, window: WindowState, now: number): string | null {
  const { leader } = window;
  if (!leader) return null;
  if (!isAlive(state, leader)) return 'connection_lost';
  const due = dueAt(state, window);
  return due !== null && now >= due ? 'overdue' : null;
}

/**
 * When the leader's next block counts as overdue: its own learned time plus a margin. Slots before the last can wait
 * until their time without a loss, so a slow leader is not replaced needlessly; the last slot cannot.
 */
export function dueAt(state: SelectState, window: WindowState): number | null {
  const last = window.emitted[window.emitted.length - 1];
  if (!window.leader || !last) return null;
  const slot = last.block.slot + 1;
  if (windowOf(slot) !== window.id) return null;
  const position = slotInWindow(slot);
  const learned = state.lead.get(window.leader)?.[position] ?? 0;
  const expected = slotTime(slot) - learned + state.config.overdueMs;
  return slot === lastSlot(window.id) ? expected : Math.max(expected, slotTime(slot));
}

/** The latest time at which a branch may leave so that the next producer has applied it before it starts its window. */
export function deadlineFor(state: SelectState, window: WindowState, path: Candidate[]): number {
  const applyMs = (path.reduce((sum, block) => sum + block.cpuUs, 0) / 1000) * APPLY_FACTOR;
  return slotTime(lastSlot(window.id)) - state.config.deadlineMarginMs - applyMs;
}

/**
 * The best stored branch of a live member to go on with: strictly higher than the public tip, fewest replaced blocks, then
 * longest, then first to arrive. It may not replace a last slot that is out: the next producer builds on it already.
 */
export function bestBranch(state: SelectState, window: WindowState, now: number): Branch | null {
  const tip = state.tip;
  if (!tip || tip.slot >= lastSlot(window.id) || windowOf(tip.slot) > window.id) return null;
  let best: Branch | null = null;
  for (const leaf of window.candidates) {
    if (leaf.num <= tip.num || leaf.signer === window.leader || window.out.has(leaf.signer)) continue;
    if (!isAlive(state, leaf.signer)) continue;
    const branch = branchTo(state, window, leaf);
    if (!branch || now > deadlineFor(state, window, branch.path)) continue;
    if (!best || isBetterBranch(branch, best)) best = branch;
  }
  return best;
}

function isBetterBranch(branch: Branch, than: Branch): boolean {
  if (branch.replaced.length !== than.replaced.length) return branch.replaced.length < than.replaced.length;
  return branch.path.length > than.path.length;
}

/**
 * The path to a leaf from the last public block on its branch; null when a block between is missing. A member that missed the
 * previous producer's last block has its branch below it.
 */
export function branchTo(state: SelectState, window: WindowState, leaf: Candidate): Branch | null {
  const path: Candidate[] = [];
  const emitted = window.emitted;
  let next: Candidate | undefined = leaf;
  while (next) {
    path.unshift(next);
    const { previous } = next;
    if (state.roots.some((root) => root.id === previous)) return { path, replaced: emitted.map((e) => e.block) };
    const fork = emitted.findIndex((e) => e.block.id === previous);
    if (fork >= 0) return { path, replaced: emitted.slice(fork + 1).map((e) => e.block) };
    next = parentOf(window, next);
  }
  return null;
}

/** The parent by the same signer if there is one, else any with that id. */
function parentOf(window: WindowState, child: Candidate): Candidate | undefined {
  const own = candidateKey({ id: child.previous, signer: child.signer });
  const same = window.candidates.filter((candidate) => candidate.id === child.previous);
  return same.find((candidate) => candidateKey(candidate) === own) ?? same[0];
}
