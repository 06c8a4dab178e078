import { lastSlot, slotTime, windowOf } from '../../common/slot.ts';
import { adoptDecisions, payOwed } from './adopt.ts';
import { closing } from './closing.ts';
import { extend } from './emission.ts';
import { enterWindow } from './enter.ts';
import { awaitedSlot, learnLead } from './expected.ts';
import { askShadows } from './first.ts';
import { learnPath } from './path.ts';
import { restoreStanding } from './readiness.ts';
import { dueAt, rescue } from './rescue.ts';
import { onSettings } from './settings.ts';
import { dutyDueAt, noteConnection, onAgent, restoreDuty, tookOver, watchDuty } from './standby.ts';
import {
  candidateKey,
  countSession,
  rememberEmitted,
  rollBack,
  rulesOf,
  type SelectState,
  type WindowState,
} from './state.ts';
import { addTo } from './tree.ts';
import type { Candidate, SelectEffect, SelectEvent } from './types.ts';
import { onAccepted, restoreQuarantine } from './verdict.ts';

/** A window nobody follows is closed this long after its last slot's time, so that late candidates still count in it. */
const CLOSE_AFTER_MS = 2000;

/** Two windows of other producers' blocks. */
const ROOTS_KEPT = 24;

/**
 * The selection: the same events give the same effects, in every run. It changes `state`, which belongs to the caller; it
 * has no clock, no socket and no promise inside. One block a slot leaves, each on top of the public tip, except in a
 * rescue, which lets out a whole branch in place of a failed leader's blocks.
 */
export function reduce(state: SelectState, event: SelectEvent): SelectEffect[] {
  const effects: SelectEffect[] = [];
  if (state.window && event.type !== 'fence-failed') state.window.before = [];
  takeIn(state, event, effects);
  // What an earlier run decided comes one by one: a window that is over meanwhile ends with all of it.
  if (event.type !== 'decided' && event.type !== 'replaced') closeIfOver(state, event.at, effects);
  const { window } = state;
  if (window) window.waits = [];
  if (window && event.type === 'tick') judge(state, window, event.at);
  // [emitters: a slot once] What is known to be decided comes before any choice.
  const isMoreDecided = event.type === 'adopted' && event.more === true;
  if (window && !window.halted && !isMoreDecided) {
    letOut(state, window, event.at, effects);
    askShadows(state, window, event.at, effects);
  }
  watchDuty(state, event.at, effects);
  const wake = nextWake(state, event.at);
  if (wake !== null) effects.push({ type: 'wake', at: wake });
  return effects;
}

/**
 * Only a tick finds a block overdue, and the caller sends one when all that has arrived was told: after the emitter itself stood still,
 * the first thing it reads would make the leader look late whose block is the next thing to be read.
 */
function judge(state: SelectState, window: WindowState, now: number): void {
  const due = dueOf(state, window);
  if (due !== null && now >= due) window.overdue = awaitedSlot(window);
}

function dueOf(state: SelectState, window: WindowState): number | null {
  return window.rule.mode === 'standby' ? dutyDueAt(state, window) : dueAt(state, window);
}

function letOut(state: SelectState, window: WindowState, now: number, effects: SelectEffect[]): void {
  while (extend(state, window, now, effects));
  if (rescue(state, window, now, effects)) while (extend(state, window, now, effects));
  while (extend(state, window, now, effects, true));
}

function takeIn(state: SelectState, event: SelectEvent, effects: SelectEffect[]): void {
  switch (event.type) {
    case 'candidate':
      return onCandidate(state, event.candidate, effects);
    case 'public':
      return onPublic(state, event, effects);
    case 'member':
      countSession(state, event.signer, event.up, event.via);
      return noteConnection(state, event.signer);
    case 'decided':
      return restoreDecision(state, event, effects);
    case 'adopted':
      return adoptDecisions(state, event, effects);
    case 'replaced':
      enterWindow(state, event.window, [])?.out.add(event.signer);
      return;
    case 'resume':
      state.lastWindow = Math.max(state.lastWindow, event.window);
      return;
    case 'quarantine':
      return restoreQuarantine(state, event);
    case 'stood':
      return restoreStanding(state, event);
    case 'fence-failed':
      if (state.window?.id !== event.window) return;
      rollBack(state, state.window, event.step);
      state.window.halted = true;
      return;
    case 'turn':
      enterWindow(state, event.window, effects);
      return;
    case 'settings':
      return onSettings(state, event, effects);
    case 'agent':
      return onAgent(state, event, effects);
    case 'accepted':
      return onAccepted(state, event, effects);
    case 'irreversible':
      state.irreversible = Math.max(state.irreversible, event.num);
      return;
    case 'configure':
      state.config = event.config;
      return;
    case 'tick':
      return;
  }
}

function onCandidate(state: SelectState, candidate: Candidate, effects: SelectEffect[]): void {
  const window = enterWindow(state, windowOf(candidate.slot), effects);
  if (!window || !addTo(window.tree, candidate)) return;
  payOwed(state, window, candidate, effects);
  if (candidate.via === undefined && !tookOver(window, candidate.signer)) learnLead(state, candidate);
}

function onPublic(
  state: SelectState,
  { block, pool, at, signer: leaker, unchecked }: Extract<SelectEvent, { type: 'public' }>,
  effects: SelectEffect[],
): void {
  // A leak can be the first thing of its window: that begins below it, for its body may be invalid.
  if (leaker !== undefined && !state.emittedIds.has(block.id)) enterWindow(state, windowOf(block.slot), effects);
  const { window, tip } = state;
  for (const [key, { block: owed }] of window?.owed ?? []) if (owed.id === block.id) window?.owed.delete(key);
  // Of an earlier run, and not at the tip yet: the relay node was behind it when this run began.
  const signer = window?.restored.get(block.id);
  if (state.emittedIds.has(block.id) && signer === undefined) return;
  if (!pool) learnPath(state, block, at);
  const better = !tip || rulesOf(state).isBetterHead(block, tip);
  // Older pool blocks are answers to sync requests, emitted long ago, perhaps by an earlier run.
  const isOwn = signer !== undefined;
  if (pool && !isOwn && !unchecked && (better || windowOf(block.slot) === window?.id))
    effects.push({ type: 'leak', block });
  // Through a member that joins, blocks of long ago come by as answers to its requests: they must not push out the newest.
  if (!pool && block.num + ROOTS_KEPT > (tip?.num ?? 0)) state.roots = [...state.roots, block].slice(-ROOTS_KEPT);
  if (!better) return;
  window?.restored.delete(block.id);
  state.tip = block;
  if (window && windowOf(block.slot) < window.id && window.emitted.length === 0) window.parent = block;
  if (!pool || windowOf(block.slot) !== window?.id) return;
  const isLeak = signer === undefined && leaker !== undefined;
  window.emitted.push({ block, signer: signer ?? '', ...(isLeak && { leaker }) });
  // Whose block is the newest leads: when nothing follows on it, it is that member that is overdue.
  if (isLeak) window.leader = leaker;
}

/** What an earlier run of the emitter decided in the window that still runs: its slots stay decided. */
function restoreDecision(
  state: SelectState,
  { block, signer, rescue: replaced, failed, at }: Extract<SelectEvent, { type: 'decided' }>,
  effects: SelectEffect[],
): void {
  const window = enterWindow(state, windowOf(block.slot), []);
  if (!window) return;
  if (state.config.dialMs !== undefined) state.backAt ??= at;
  rememberEmitted(state, block.id);
  if (state.tip && block.num > state.tip.num) window.restored.set(block.id, signer);
  if (replaced) {
    window.rescues++;
    for (const slot of window.decided.keys()) if (slot >= block.slot) window.decided.delete(slot);
    const out = failed ?? window.leader;
    if (out) window.out.add(out);
  }
  window.decided.set(block.slot, candidateKey({ id: block.id, signer }));
  window.leader = signer;
  if (window.rule.mode === 'standby' && !window.out.has(signer)) restoreDuty(state, window, signer, at, effects);
}

function closeIfOver(state: SelectState, now: number, effects: SelectEffect[]): void {
  const { window } = state;
  if (!window || now < slotTime(lastSlot(window.id)) + CLOSE_AFTER_MS) return;
  effects.push(closing(state, window));
  state.lastLeader = window.leader ?? state.lastLeader;
  state.window = null;
}

function nextWake(state: SelectState, now: number): number | null {
  const { window } = state;
  if (!window) return null;
  const times = [slotTime(lastSlot(window.id)) + CLOSE_AFTER_MS, ...window.waits];
  const due = dueOf(state, window);
  if (due !== null && window.overdue !== awaitedSlot(window)) times.push(Math.max(due, now + 1));
  const later = times.filter((at) => at > now);
  return later.length > 0 ? Math.min(...later) : null;
}
