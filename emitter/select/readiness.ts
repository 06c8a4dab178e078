import { RESTART_MS, SILENCE_MS } from '../../common/agent.ts';
import { firstSlot, lastSlot, slotAt } from '../../common/slot.ts';
import type { Agent, SelectState, WindowState } from './state.ts';
import type { SelectEffect, SelectEvent } from './types.ts';

/** A follower's head may be told of this late: an agent speaks at each block, and it takes a moment. */
const SYNC_BLOCKS = 2;

/** Since when a member has stood by, by its last word, if that is not too long ago; null when it did not. */
export function stoodSince(state: SelectState, signer: string, before: Agent | undefined, at: number): number | null {
  const last = state.stood?.get(signer);
  state.stood?.delete(signer);
  if (before) return before.ready && at - before.at <= SILENCE_MS ? before.at : null;
  return last !== undefined && at - last <= RESTART_MS ? last : null;
}

/** What the log says of the run before. */
export function restoreStanding(
  state: SelectState,
  { at, words, away, owing }: Extract<SelectEvent, { type: 'stood' }>,
): void {
  state.backAt = at;
  state.stood = new Map(words.map(({ signer, last }) => [signer, last]));
  if (away.length > 0) state.away = away;
  if (owing.length > 0) state.owing = owing;
}

/**
 * Right after a restart members are still dialling this emitter, and blocks are kept from connections that it does not know yet: what a
 * member cannot do then is not held against it.
 */
export function isJustBack({ backAt }: SelectState, now: number): boolean {
  return backAt !== undefined && now - backAt <= RESTART_MS;
}

/**
 * Until when a leader that another run left is not taken for gone, nor its next block for overdue: its node dials, says who it is by a block,
 * and is asked for those below it, which take their time to come. Far back when there was no other run.
 */
export function dialsUntil({ backAt, config }: SelectState): number {
  return backAt === undefined || config.dialMs === undefined ? 0 : backAt + config.dialMs;
}

/** Whether its node can make the next block now. */
export function isAble(state: SelectState, window: WindowState | null, signer: string): boolean {
  return isLive(state, window, signer) && isInSync(state, signer);
}

/** Whether its agent and node answer, and it may make blocks. */
function isLive(state: SelectState, window: WindowState | null, signer: string): boolean {
  return state.agents.get(signer)?.up === true && !window?.out.has(signer) && !state.quarantine.has(signer);
}

function isInSync({ agents, tip }: SelectState, signer: string): boolean {
  return (agents.get(signer)?.headNum ?? 0) + SYNC_BLOCKS >= (tip?.num ?? 0);
}

/** Whether it stands by: its node follows paused and could take over, and the running window is not its to make. */
export function isReady(state: SelectState, signer: string): boolean {
  const { window, duty, agents } = state;
  const agent = agents.get(signer);
  if (agent?.producing !== false || !isLive(state, window, signer)) return false;
  if (!isInSync(state, signer) && !isJustBack(state, agent.at)) return false;
  if (window?.passed.has(signer)) return false;
  return duty?.leader !== signer || (window !== null && duty.window > window.id);
}

/** Tells the slots of the running window that are new; each is in the log with the word that shows it, or with the lead that ends it. */
export function noteReady(
  { window }: SelectState,
  signer: string,
  from: number,
  to: number,
  effects: SelectEffect[],
): void {
  if (window?.rule.mode !== 'standby') return;
  const known = window.ready.get(signer) ?? new Set<number>();
  window.ready.set(signer, known);
  const end = Math.min(slotAt(to), lastSlot(window.id));
  const slots: number[] = [];
  const made = new Set(window.tree.all.filter((made) => made.signer === signer).map(({ slot }) => slot));
  const isNew = (slot: number) => !known.has(slot) && !made.has(slot);
  for (let slot = Math.max(slotAt(from), firstSlot(window.id)); slot <= end; slot++) if (isNew(slot)) slots.push(slot);
  for (const slot of slots) known.add(slot);
  if (slots.length > 0) effects.push({ type: 'standby', window: window.id, signer, slots });
}
