import { firstSlot, lastSlot, slotInWindow, slotTime, windowOf } from '../../common/slot.ts';
import { bestBranch, dueAt, leaderTrouble } from './rescue.ts';
import {
  candidateKey,
  isAlive,
  isBetterHead,
  openWindow,
  rememberEmitted,
  rollBack,
  type SelectState,
  snapshot,
  type WindowState,
} from './state.ts';
import type { Strategy } from './strategy.ts';
import type { BlockRef, Candidate, EmitReason, SelectEffect, SelectEvent } from './types.ts';

/** A window nobody follows is closed this long after its last slot's time, so that late candidates still count in it. */
const CLOSE_AFTER_MS = 2000;

/** Two windows of other producers' blocks. */
const ROOTS_KEPT = 24;

/**
 * The selection: the same events give the same effects, in every run. It changes `state`, which belongs to the caller; it
 * has no clock, no socket and no promise inside. One block a slot leaves, each on top of the public tip, except in a
 * rescue, which lets out a whole branch in place of a failed leader's blocks.
 */
export function reduce(state: SelectState, strategy: Strategy, event: SelectEvent): SelectEffect[] {
  const effects: SelectEffect[] = [];
  switch (event.type) {
    case 'candidate':
      onCandidate(state, event.candidate, effects);
      break;
    case 'public':
      onPublic(state, event.block, event.pool, effects);
      break;
    case 'member':
      state.sessions.set(event.signer, Math.max(0, (state.sessions.get(event.signer) ?? 0) + (event.up ? 1 : -1)));
      break;
    case 'decided':
      restoreDecision(state, event.block, event.signer, event.rescue);
      break;
    case 'fence-failed':
      if (state.window?.id === event.window) {
        rollBack(state, state.window, event.step);
        state.window.halted = true;
      }
      break;
    case 'turn':
      enterWindow(state, event.window, effects);
      break;
    case 'tick':
      break;
  }
  closeIfOver(state, event.at, effects);
  const { window } = state;
  if (window && event.type !== 'fence-failed') window.before = [];
  if (window && !window.halted) {
    while (extend(state, window, strategy, event.at, effects));
    if (rescue(state, window, event.at, effects)) while (extend(state, window, strategy, event.at, effects));
  }
  const wake = nextWake(state, event.at);
  if (wake !== null) effects.push({ type: 'wake', at: wake });
  return effects;
}

function onCandidate(state: SelectState, candidate: Candidate, effects: SelectEffect[]): void {
  const window = enterWindow(state, windowOf(candidate.slot), effects);
  if (!window) return;
  if (window.candidates.some((known) => candidateKey(known) === candidateKey(candidate))) return;
  window.candidates.push(candidate);
  const lead = state.lead.get(candidate.signer) ?? [];
  // A block that came late says that its member was in trouble, not how early it usually is.
  if (candidate.late) return;
  lead[slotInWindow(candidate.slot)] = Math.round(slotTime(candidate.slot) - candidate.arrivedMs);
  state.lead.set(candidate.signer, lead);
}

/** The window with this id, opened if it is new; null for one that is over. */
function enterWindow(state: SelectState, id: number, effects: SelectEffect[]): WindowState | null {
  const running = state.window;
  if (running?.id === id) return running;
  if (id <= state.lastWindow || !state.tip) return null;
  if (running) effects.push(closing(state, running));
  return openWindow(state, id, state.tip);
}

function onPublic(state: SelectState, block: BlockRef, pool: boolean, effects: SelectEffect[]): void {
  const { window, tip } = state;
  if (state.emittedIds.has(block.id)) return;
  const better = !tip || isBetterHead(block, tip);
  // Older pool blocks are answers to sync requests, emitted long ago, perhaps by an earlier run.
  if (pool && (better || windowOf(block.slot) === window?.id)) effects.push({ type: 'leak', block });
  // Through a member that joins, blocks of long ago come by as answers to its requests: they must not push out the newest.
  if (!pool && block.num + ROOTS_KEPT > (tip?.num ?? 0)) state.roots = [...state.roots, block].slice(-ROOTS_KEPT);
  if (!better) return;
  state.tip = block;
  if (window && windowOf(block.slot) < window.id && window.emitted.length === 0) window.parent = block;
  if (pool && window && windowOf(block.slot) === window.id) window.emitted.push({ block, signer: '' });
}

/** What an earlier run of the emitter decided in the window that still runs: its slots stay decided. */
function restoreDecision(state: SelectState, block: BlockRef, signer: string, rescue: boolean): void {
  const id = windowOf(block.slot);
  const window = enterWindow(state, id, []);
  if (!window) return;
  rememberEmitted(state, block.id);
  if (rescue) {
    window.rescues++;
    if (window.leader) window.out.add(window.leader);
  }
  window.decided.set(block.slot, candidateKey({ id: block.id, signer }));
  window.leader = signer;
}

/** Emits the next block on top of the public tip, if there is one. Gives whether it did. */
function extend(
  state: SelectState,
  window: WindowState,
  strategy: Strategy,
  now: number,
  effects: SelectEffect[],
): boolean {
  const tip = state.tip as BlockRef;
  if (windowOf(tip.slot) > window.id) return false;
  const fresh = window.candidates.filter((c) => !c.late && !window.out.has(c.signer) && mayTakeSlot(window, c));
  const onTip = fresh.filter((c) => c.previous === tip.id && c.slot > tip.slot);
  const next = lowestSlot(onTip)[0];
  if (window.emitted.length > 0) return next ? emit(state, window, 'extend', next, effects) : false;
  if (onTip.length > 0) return emit(state, window, 'first', chooseFirst(onTip, strategy), effects);
  const below = fresh.filter((c) => isFirstOfWindow(state, c, window));
  if (below.length === 0 || windowOf(tip.slot) === window.id) return false;
  const since = Math.min(...below.map((c) => c.arrivedMs));
  if (now < since + state.config.parentWaitMs) return false;
  const highest = Math.max(...below.map((c) => c.num));
  return emit(
    state,
    window,
    'first',
    chooseFirst(
      below.filter((c) => c.num === highest),
      strategy,
    ),
    effects,
  );
}

/** A slot once decided stays with its block; only a rescue, which logs what it replaces, changes it. */
function mayTakeSlot(window: WindowState, candidate: Candidate): boolean {
  const decided = window.decided.get(candidate.slot);
  return decided === undefined || decided === candidateKey(candidate);
}

/**
 * Built on a public block from before the window: nodeos prefers it to the previous producer's branch whatever its height. After a
 * window of which nothing left, members can still be on branches of that window's, which nobody else could link.
 */
function isFirstOfWindow(state: SelectState, candidate: Candidate, window: WindowState): boolean {
  const { previous, num } = candidate;
  const isPublic = state.roots.some(({ id }) => id === previous);
  return isPublic && !window.candidates.some(({ id }) => id === previous) && num > window.parent.num - 12;
}

/** A slot that has a block is never left out for a later one. */
function lowestSlot(candidates: Candidate[]): Candidate[] {
  const slot = Math.min(...candidates.map((c) => c.slot));
  return candidates.filter((c) => c.slot === slot);
}

/** A higher `confirmed` keeps the last irreversible block moving; among equals the strategy chooses. */
function chooseFirst(candidates: Candidate[], strategy: Strategy): Candidate {
  const earliest = lowestSlot(candidates);
  const confirmed = Math.max(...earliest.map((c) => c.confirmed));
  return strategy.choose(earliest.filter((c) => c.confirmed === confirmed));
}

function rescue(state: SelectState, window: WindowState, now: number, effects: SelectEffect[]): boolean {
  if (window.rescues >= state.config.rescuesPerWindow) return false;
  const cause = leaderTrouble(state, window, now);
  const branch = cause && bestBranch(state, window, now);
  if (!branch) return false;
  const step = snapshot(state, window);
  const failed = window.leader;
  if (failed) window.out.add(failed);
  window.rescues++;
  window.emitted = window.emitted.filter((e) => !branch.replaced.some((block) => block.id === e.block.id));
  effects.push({ type: 'emit', step, reason: 'rescue', ...branch, cause, failed });
  for (const block of branch.path) take(state, window, block);
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

function take(state: SelectState, window: WindowState, block: Candidate): void {
  window.decided.set(block.slot, candidateKey(block));
  window.emitted.push({ block, signer: block.signer });
  window.leader = block.signer;
  rememberEmitted(state, block.id);
  state.tip = block;
}

function closeIfOver(state: SelectState, now: number, effects: SelectEffect[]): void {
  const { window } = state;
  if (!window || now < slotTime(lastSlot(window.id)) + CLOSE_AFTER_MS) return;
  effects.push(closing(state, window));
  state.window = null;
}

function nextWake(state: SelectState, now: number): number | null {
  const { window } = state;
  if (!window) return null;
  const times = [slotTime(lastSlot(window.id)) + CLOSE_AFTER_MS];
  const due = dueAt(state, window);
  if (due !== null) times.push(due);
  if (window.emitted.length === 0)
    for (const c of window.candidates) times.push(c.arrivedMs + state.config.parentWaitMs);
  const later = times.filter((at) => at > now);
  return later.length > 0 ? Math.min(...later) : null;
}

/** What is said of a window at its end; members with a session and no candidate in a slot were standing by. */
function closing(state: SelectState, window: WindowState): SelectEffect {
  const standby: { slot: number; signer: string }[] = [];
  const alive = [...state.sessions.keys()].filter((signer) => isAlive(state, signer));
  for (let slot = firstSlot(window.id); slot <= lastSlot(window.id); slot++) {
    const delivered = new Set(window.candidates.filter((c) => c.slot === slot).map((c) => c.signer));
    for (const signer of alive) if (!delivered.has(signer)) standby.push({ slot, signer });
  }
  return { type: 'closed', window: window.id, emitted: window.decided.size, standby };
}
