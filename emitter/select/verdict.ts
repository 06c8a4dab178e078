import { liveSigners, type SelectState, type WindowState } from './state.ts';
import type { SelectEffect, SelectEvent } from './types.ts';

/**
 * The relay node did not take an emitted block, or one that somebody leaked: its body is invalid, for the header was checked before. No node has
 * it, so the public tip is the block before it again; its signer is out, and sits out further windows. What was let out needs a rescue,
 * which says what it replaces; a leak was no decision of ours, and its slot is simply free.
 */
export function onAccepted(
  state: SelectState,
  { id: judged, ok }: Extract<SelectEvent, { type: 'accepted' }>,
  effects: SelectEffect[],
): void {
  const { window } = state;
  const from = window?.emitted.findIndex(({ block }) => block.id === judged) ?? -1;
  const bad = window?.emitted[from];
  if (ok || !window || !bad) return;
  const gone = window.emitted.slice(from);
  const before = window.emitted[from - 1]?.block ?? parentOf(state, window, bad.block.previous);
  // Something grew on it in the meantime, so nodes do have it.
  if (!gone.some(({ block }) => block.id === state.tip?.id)) return;
  window.emitted = window.emitted.slice(0, from);
  window.rejected = [...gone.filter(({ signer }) => signer !== ''), ...window.rejected];
  for (const { block } of gone) window.bad.add(block.id);
  state.tip = before;
  if (bad.signer === '') window.leader = window.rejected[0]?.signer ?? leaderOf(window);
  const culprit = bad.signer || (bad.leaker ?? '');
  if (culprit !== '') {
    window.out.add(culprit);
    state.quarantine.set(culprit, state.config.quarantineWindows);
  }
  const { id, num, slot, previous } = bad.block;
  const ids = gone.map(({ block }) => block.id);
  effects.push({
    type: 'rejected',
    window: window.id,
    block: { id, num, slot, previous },
    signer: culprit,
    gone: ids,
  });
}

/** Who made a window's newest block that stands. */
function leaderOf({ emitted }: WindowState): string | null {
  const last = emitted[emitted.length - 1];
  return last ? last.signer || (last.leaker ?? null) : null;
}

function parentOf(state: SelectState, window: WindowState, previous: string) {
  return state.roots.find(({ id }) => id === previous) ?? window.parent;
}

/** What an earlier run knew of a member: it sits out the window that is open, if one is, and the rest after it. */
export function restoreQuarantine(
  state: SelectState,
  { signer, windows }: Extract<SelectEvent, { type: 'quarantine' }>,
): void {
  const after = state.window ? windows - 1 : windows;
  state.window?.out.add(signer);
  if (after > 0) state.quarantine.set(signer, after);
}

/** A pool whose members are all in quarantine has a relay node that is wrong, or nothing to lose: all are tried again. */
export function liftFromAll(state: SelectState, window: WindowState, effects: SelectEffect[]): void {
  const agents = [...state.agents].filter(([, { up }]) => up).map(([signer]) => signer);
  const members = new Set([...liveSigners(state), ...agents]);
  if (members.size === 0 || ![...members].every((signer) => window.out.has(signer))) return;
  window.out.clear();
  state.quarantine.clear();
  const text = 'the relay node refused blocks of every member there is: look at it first; all are tried again';
  effects.push({ type: 'fault', code: 'all_rejected', text });
}
