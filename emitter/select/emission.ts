import { SLOTS_PER_WINDOW, windowOf } from '../../common/slot.ts';
import { chooseFirst } from './first.ts';
import { adopt } from './standby.ts';
import { candidateKey, isOver, rememberEmitted, type SelectState, snapshot, type WindowState } from './state.ts';
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
  if (isOver(state, window) || window.rejected.length > 0 || now >= state.rules.tooLateAt(window.id)) return false;
  const mayLeave = (c: Candidate) => (lateToo || !c.late) && isEligible(state, window, c) && mayTakeSlot(window, c);
  const onTip = window.tree.on(tip.id).filter((c) => c.slot > tip.slot && mayLeave(c));
  if (window.emitted.length > 0) {
    const next = lowestSlot(onTip)[0];
    return next ? emit(state, window, 'extend', next, effects) : false;
  }
  if (onTip.length > 0) return emitFirst(state, window, onTip, now, effects);
  if (windowOf(tip.slot) === window.id) return false;
  const below = window.tree.all.filter((c) => mayLeave(c) && isFirstOfWindow(c, window));
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

/** A slot once decided stays with its block; only a rescue, which logs what it replaces, changes it. */
function mayTakeSlot(window: WindowState, candidate: Candidate): boolean {
  const decided = window.decided.get(candidate.slot);
  return decided === undefined || decided === candidateKey(candidate);
}

/** Built on a block from before the window: nodeos prefers it to the previous producer's branch whatever its height. */
function isFirstOfWindow(candidate: Candidate, window: WindowState): boolean {
  return window.tree.withId(candidate.previous).length === 0 && candidate.num > window.parent.num - SLOTS_PER_WINDOW;
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
  const choice = chooseFirst(state, window, window.rule.strategy, lowestSlot(candidates), now);
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

export function take(state: SelectState, window: WindowState, block: Candidate): void {
  window.decided.set(block.slot, candidateKey(block));
  window.emitted.push({ block, signer: block.signer });
  window.leader = block.signer;
  rememberEmitted(state, block.id);
  state.tip = block;
}
