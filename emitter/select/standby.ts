import { SILENCE_MS } from '../../common/agent.ts';
import { lastSlot, SLOT_MS, slotAt, slotTime, windowOf } from '../../common/slot.ts';
import { awaitedSlot, expectedAt } from './expected.ts';
import { dialsUntil, isAble, isJustBack, isReady, noteReady, stoodSince } from './readiness.ts';
import { ruleFor } from './settings.ts';
import { isAlive, isOver, isTurnOver, rulesOf, type SelectState, turnsAfter, type WindowState } from './state.ts';
import { askedForTurn, isBack, leads, passOver } from './turns.ts';
import type { SelectEffect, SelectEvent } from './types.ts';

/** A leader that is paused, or another that is not, is told again after this: the command may have been lost. */
const TELL_AGAIN_MS = 500;

/** nodeos skips to the next slot when less than a tenth of this one is left. Source: `calculate_pending_block_time`. */
const SLOT_REST_MS = SLOT_MS / 10;

/** Takes in what an agent says; in standby mode corrects what is not as it was told. */
export function onAgent(
  state: SelectState,
  { signer, up, producing, headNum, at }: Extract<SelectEvent, { type: 'agent' }>,
  effects: SelectEffect[],
): void {
  const before = state.agents.get(signer);
  const agent = { up, producing, headNum, at, ready: false };
  state.agents.set(signer, agent);
  agent.ready = isReady(state, signer);
  const since = stoodSince(state, signer, before, at);
  if (since !== null && agent.ready) noteReady(state, signer, since, at, effects);
  if (!up) return;
  const { duty } = state;
  if (!duty) {
    // A node that starts paused, as standby mode has it, makes no blocks in propose mode until it is told to.
    const id = currentWindow(state, at);
    const isNew = !before?.up && !producing && ruleFor(state, id).mode === 'propose';
    if (isNew) effects.push({ type: 'release', window: id, resume: [signer] });
    return;
  }
  // Who was not here when it was told is told at once.
  if (before?.up && at < duty.told + TELL_AGAIN_MS) return;
  if (signer === duty.leader && !producing) tell(state, [], at, effects);
  if (signer !== duty.leader && producing) tell(state, [signer], at, effects);
}

/** Appoints, replaces and dismisses the one that makes the blocks, as the mode has it. */
export function watchDuty(state: SelectState, now: number, effects: SelectEffect[]): void {
  const id = currentWindow(state, now);
  const window = state.window?.id === id ? state.window : null;
  if (ruleFor(state, id).mode === 'propose') {
    if (isLastSlotRunning(state, id, now)) return;
    if (state.duty) effects.push({ type: 'release', window: id, resume: agentsUp(state) });
    state.duty = null;
    delete state.away;
    return;
  }
  const { duty } = state;
  if (window && !duty) return;
  // One turn lasts until the pool's next window is over, however many of other producers' windows come before it.
  if (!window && (!duty || isTurnOver(state))) return appoint(state, id, now, effects);
  const cause = dutyTrouble(state, window);
  if (cause) replace(state, window, cause, now, effects);
  else if (duty) duty.stuck = false;
  if (window && state.duty) leads(state, state.duty.leader);
}

/** Blocks leave up to 0.6 s early: a node that is resumed when the last one left makes that slot's again. */
function isLastSlotRunning({ window }: SelectState, next: number, now: number): boolean {
  return window !== null && window.id < next && now < slotTime(lastSlot(window.id));
}

/** The window that runs, or the next one that could: at its end, when its last slot is out, the next leader prepares. */
function currentWindow(state: SelectState, now: number): number {
  const { window } = state;
  if (window && !isOver(state, window) && now < rulesOf(state).tooLateAt(window.id)) return window.id;
  return Math.max(state.lastWindow + 1, windowOf(slotAt(now)) + 1);
}

/** Whoever makes the first block while nobody is appointed, as after a restart, has the duty from then on. */
export function adopt(
  state: SelectState,
  window: WindowState,
  leader: string,
  now: number,
  effects: SelectEffect[],
): void {
  if (!state.duty) restoreDuty(state, window, leader, now, effects);
}

/** It makes this window's blocks already: as the log or its first block says. */
export function restoreDuty(
  state: SelectState,
  window: WindowState,
  leader: string,
  now: number,
  effects: SelectEffect[],
): void {
  if (state.duty?.leader === leader) return;
  state.lastTurn = leader;
  giveDuty(state, leader, window.id, window.id, now, effects);
  tell(state, others(state), now, effects);
}

function appoint(state: SelectState, window: number, now: number, effects: SelectEffect[]): void {
  const { signers, owing } = askedForTurn(state);
  const at = signers.findIndex((signer) => isAble(state, null, signer));
  const leader = signers[at];
  if (leader === undefined) {
    if (state.duty && !state.duty.stuck) sayNobody(state, 'its turn is over', effects);
    return;
  }
  if (at >= owing) state.lastTurn = leader;
  delete state.away;
  if (!isJustBack(state, now)) passOver(state, signers.slice(0, at), window);
  giveDuty(state, leader, window, window, now, effects);
  tell(state, others(state), now, effects);
}

function replace(
  state: SelectState,
  window: WindowState | null,
  cause: string,
  now: number,
  effects: SelectEffect[],
): void {
  const duty = state.duty;
  if (!duty) return;
  const asked = turnsAfter(duty.leader, [...state.agents.keys()]).filter((signer) => signer !== duty.leader);
  const leader = asked.find((signer) => isAble(state, window, signer));
  if (leader === undefined) {
    if (!duty.stuck) sayNobody(state, cause, effects);
    return;
  }
  const skipped = asked.slice(0, asked.indexOf(leader));
  // Who fails in its window has lost that.
  if (!isJustBack(state, now)) passOver(state, window ? skipped : [duty.leader, ...skipped], duty.turn);
  if (window) {
    window.out.add(duty.leader);
    window.overdue = null;
    for (const signer of state.away ?? []) window.passed.add(signer);
  } else {
    // Before its window another takes over the turn as well; in mid-window it keeps its own.
    state.lastTurn = leader;
    isBack(state, leader);
  }
  giveDuty(state, leader, window?.id ?? duty.window, duty.turn, now, effects);
  tell(state, others(state), now, effects, window && duty.leader);
}

/** Why the one on duty counts as failed, or null while it does not. */
function dutyTrouble(state: SelectState, window: WindowState | null): string | null {
  const duty = state.duty;
  if (!duty) return null;
  if (window?.out.has(duty.leader) || state.quarantine.has(duty.leader)) return 'rejected';
  if (duty.lost) return 'connection_lost';
  if (state.agents.get(duty.leader)?.up === false) return 'node_gone';
  return window && window.overdue === awaitedSlot(window) ? 'overdue' : null;
}

/**
 * When its next block counts as overdue: its own learned time plus a margin, and not before the first slot it could make since it was
 * told, or could send since this emitter is back; of one that took over in mid-window, the slot's own time. There is no other branch in
 * stock, so nothing is gained by waiting longer.
 */
export function dutyDueAt(state: SelectState, window: WindowState): number | null {
  const duty = state.duty;
  const slot = awaitedSlot(window);
  if (!duty || slot > lastSlot(window.id)) return null;
  const from = Math.max(duty.since, dialsUntil(state));
  const possible = slotTime(slotAt(from + SLOT_REST_MS) + 1);
  const usual = tookOver(window, duty.leader) ? slotTime(slot) : expectedAt(state, duty.leader, slot);
  return Math.max(usual, possible) + state.config.overdueMs;
}

/**
 * Whether others made blocks of this window before it. nodeos then does not catch up with the times at which its blocks leave
 * otherwise. Source: Leap v5.0.3 block_timing_util.hpp, `calculate_producing_block_deadline`.
 */
export function tookOver(window: WindowState, signer: string): boolean {
  return window.rule.mode === 'standby' && window.emitted.some((emitted) => emitted.signer !== signer);
}

/** A member's connection came or went. */
export function noteConnection(state: SelectState, signer: string): void {
  if (state.duty?.leader === signer) state.duty.lost = !isAlive(state, signer);
}

function giveDuty(
  state: SelectState,
  leader: string,
  window: number,
  turn: number,
  now: number,
  effects: SelectEffect[],
): void {
  const agent = state.agents.get(leader);
  // Up to here it stood by; blocks leave before their time.
  const until = Math.max(now, slotTime(state.tip?.slot ?? 0));
  if (agent?.ready && now - agent.at <= SILENCE_MS) noteReady(state, leader, agent.at, until, effects);
  state.duty = { leader, window, turn, since: now, told: now, lost: false, stuck: false };
}

function agentsUp(state: SelectState): string[] {
  return [...state.agents].filter(([, agent]) => agent.up).map(([signer]) => signer);
}

function others(state: SelectState): string[] {
  return agentsUp(state).filter((signer) => signer !== state.duty?.leader);
}

function tell(
  state: SelectState,
  pause: string[],
  now: number,
  effects: SelectEffect[],
  failed: string | null = null,
): void {
  const { duty, tip } = state;
  if (!duty) return;
  duty.told = now;
  const head = tip && { num: tip.num, id: tip.id };
  const { window, leader } = duty;
  const said = { window, runs: state.window?.id === window, leader, pause: pause.sort(), head };
  effects.push({ type: 'lead', ...said, away: state.away ?? [], owing: state.owing ?? [], failed });
}

function sayNobody(state: SelectState, cause: string, effects: SelectEffect[]): void {
  if (!state.duty) return;
  state.duty.stuck = true;
  const text = `no member's node can take over from ${state.duty.leader} (${cause}): it stays as it is`;
  effects.push({ type: 'fault', code: 'standby_nobody', text });
}
