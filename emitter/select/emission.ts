import { windowOf } from '../../common/slot.ts';
import { isInTimeThoughLate } from './deadline.ts';
import { chooseFirst } from './first.ts';
import { adopt } from './standby.ts';
import {
  candidateKey,
  isOver,
  rememberEmitted,
  rulesOf,
  type SelectState,
  snapshot,
  type WindowState,
} from './state.ts';
import { strategyOf } from './strategy.ts';
import { builtOn, withId } from './tree.ts';
import type { BlockRef, Candidate, EmitReason, SelectEffect } from './types.ts';

/**
 * Emits the next block on top of the public tip, if there is one, or a window's first below it. Gives whether it did. Late
 * candidates only when told so: they count as not delivered in time, but an empty slot is worse.
 */
export function extend(
  state: SelectState,
  window: WindowState,
  now: number,
  effects: SelectEffect[],
  lateToo = false,
): boolean {
  const tip = state.tip as BlockRef;
  if (isOver(state, window) || window.rejected.length > 0 || now >= rulesOf(state).tooLateAt(window.id)) return false;
  const isInTime = (c: Candidate) => !c.late || (lateToo && isInTimeThoughLate(state, window, c, now));
  const mayLeave = (c: Candidate) => isInTime(c) && isEligible(state, window, c) && mayTakeSlot(window, c);
  const onTip = builtOn(window.tree, tip.id).filter((c) => c.slot > tip.slot && mayLeave(c));
  if (window.emitted.length > 0) {
    const next = lowestSlot(onTip)[0];
    return next ? emit(state, window, 'extend', next, effects) : false;
  }
  if (onTip.length > 0) return emitFirst(state, window, onTip, now, effects);
  if (windowOf(tip.slot) === window.id) return false;
  const below = firstsBelow(state, window).filter(mayLeave);
  if (below.length === 0) return false;
  const waitUntil = Math.min(...below.map((c) => c.arrivedMs)) + state.config.parentWaitMs;
  if (now < waitUntil) {
    window.waits.push(waitUntil);
    return false;
  }
  const highest = Math.max(...below.map((c) => c.num));
  return emitFirst(
    state,
    window,
    below.filter((c) => c.num === highest),
    now,
    effects,
  );
}

/** Whether a candidate may leave at all: of the leader in standby mode, of nobody who failed, and never below what is irreversible. */
export function isEligible(state: SelectState, window: WindowState, { id, num, signer }: Candidate): boolean {
  if (window.out.has(signer) || window.bad.has(id) || num <= state.irreversible) return false;
  return window.rule.mode === 'propose' || !state.duty || state.duty.leader === signer;
}

/** A slot once decided stays with its block; only a rescue, which logs what it replaces, changes it. What is out is not let out again. */
function mayTakeSlot(window: WindowState, candidate: Candidate): boolean {
  if (window.emitted.some(({ block }) => block.id === candidate.id)) return false;
  const decided = window.decided.get(candidate.slot);
  return decided === undefined || decided === candidateKey(candidate);
}

/**
 * Blocks on a public one from before the window, on a branch that nodes prefer to the public tip: as a rule at once, for the pool's first
 * block makes more irreversible; only once it is longer while nothing becomes irreversible; never of a member that is a round behind. After
 * a window of which nothing left, members can still be on branches of that window's, which nobody else could link.
 */
function firstsBelow(state: SelectState, window: WindowState): Candidate[] {
  const firsts = window.tree.all.filter(({ previous }) => {
    return state.roots.some(({ id }) => id === previous) && withId(window.tree, previous).length === 0;
  });
  // Members' equal blocks are one to nodes.
  const preferred = new Set([...new Set(firsts.map(({ id }) => id))].filter((id) => isPreferred(state, window, id)));
  return firsts.filter(({ id }) => preferred.has(id));
}

/** Whether nodes leave the public tip for a block, or for what its member has built on it since. */
function isPreferred(state: SelectState, window: WindowState, id: string): boolean {
  // It grows while it is walked.
  const branch = new Set([id]);
  for (const each of branch) {
    const [block] = withId(window.tree, each);
    if (block && rulesOf(state).isBetterHead(block, state.tip as BlockRef)) return true;
    for (const next of builtOn(window.tree, each)) branch.add(next.id);
  }
  return false;
}

/** A slot that has a block is never left out for a later one. */
export function lowestSlot(candidates: readonly Candidate[]): Candidate[] {
  const slot = Math.min(...candidates.map((c) => c.slot));
  return candidates.filter((c) => c.slot === slot);
}

function emitFirst(
  state: SelectState,
  window: WindowState,
  candidates: Candidate[],
  now: number,
  effects: SelectEffect[],
): boolean {
  const choice = chooseFirst(state, window, strategyOf(window.rule.strategy), lowestSlot(candidates), now);
  if ('waitUntil' in choice) {
    window.waits.push(choice.waitUntil);
    return false;
  }
  window.first = choice.take;
  emit(state, window, 'first', choice.take, effects);
  if (window.rule.mode === 'standby') adopt(state, window, choice.take.signer, now, effects);
  return true;
}

function emit(
  state: SelectState,
  window: WindowState,
  reason: EmitReason,
  block: Candidate,
  effects: SelectEffect[],
): boolean {
  const step = snapshot(state, window);
  effects.push({ type: 'emit', step, reason, path: [block], replaced: [], cause: null, failed: null });
  take(state, window, block);
  return true;
}

export function take(state: SelectState, window: WindowState, block: BlockRef & { signer: string }): void {
  window.decided.set(block.slot, candidateKey(block));
  window.emitted.push({ block, signer: block.signer });
  window.leader = block.signer;
  rememberEmitted(state, block.id);
  state.tip = block;
}
