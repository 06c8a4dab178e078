import { isAlive, liveSigners, type SelectState, turnAfter, type WindowState } from './state.ts';
import { type Choice, type Strategy, strategyOf } from './strategy.ts';
import { builtOn } from './tree.ts';
import type { Candidate, SelectEffect } from './types.ts';

/**
 * The choice at a window's beginning, between candidates for one slot on one parent: blocks of members that are still there, then a
 * higher `confirmed`, which keeps the last irreversible block moving, then the strategy.
 */
export function chooseFirst(
  state: SelectState,
  window: WindowState,
  strategy: Strategy,
  candidates: readonly Candidate[],
  now: number,
): Choice {
  const living = candidates.filter(({ signer }) => isAlive(state, signer));
  const able = living.length > 0 ? living : candidates;
  const confirmed = Math.max(...able.map((c) => c.confirmed));
  const equal = able.filter((c) => c.confirmed === confirmed);
  // One leads by the vote's mode: there is nothing to choose.
  if (window.rule.mode === 'standby') return { take: equal[0] as Candidate };
  const { slot } = equal[0] as Candidate;
  const members = membersOf(state, window);
  const sent = new Set(window.tree.all.filter((c) => c.slot === slot).map(({ signer }) => signer));
  const missing = members.filter((signer) => !sent.has(signer));
  const turn = turnOfWindow(state, window);
  return strategy.choose(equal, { now, window: window.id, turn, lastLeader: state.lastLeader, missing });
}

/** The choice between the ends of equally good branches in a rescue, which waits for nobody. */
export function chooseNow(
  state: SelectState,
  window: WindowState,
  candidates: readonly Candidate[],
  now: number,
): Candidate {
  const { turn, id } = window;
  const context = { now, window: id, turn, lastLeader: state.lastLeader, missing: [] };
  const choice = strategyOf(window.rule.strategy).choose(candidates, context);
  return 'take' in choice ? choice.take : (candidates[0] as Candidate);
}

function membersOf(state: SelectState, window: WindowState): string[] {
  return liveSigners(state).filter((signer) => !window.out.has(signer));
}

/** Whose turn it is in a window by the order of keys: taken once, at its first question. */
export function turnOfWindow(state: SelectState, window: WindowState): string | null {
  if (window.turn === null) {
    window.turn = turnAfter(state.lastTurn, membersOf(state, window));
    state.lastTurn = window.turn ?? state.lastTurn;
  }
  return window.turn;
}

/** Asks the shadow strategies about the same beginning; each is told of once, when the active one has chosen as well. */
export function askShadows(state: SelectState, window: WindowState, now: number, effects: SelectEffect[]): void {
  if (window.rule.mode === 'standby') return;
  const candidates = builtOn(window.tree, window.parent.id).filter(
    (c) => !c.late && !window.out.has(c.signer) && c.slot === slotOfFirst(window),
  );
  if (candidates.length === 0) return;
  for (const strategy of state.shadows) {
    if (!window.shadows.has(strategy)) {
      const choice = chooseFirst(state, window, strategyOf(strategy), candidates, now);
      if ('take' in choice) window.shadows.set(strategy, choice.take);
      else window.waits.push(choice.waitUntil);
    }
    const chosen = window.shadows.get(strategy);
    if (!chosen || !window.first) continue;
    const { id, slot, signer } = chosen;
    const same = id === window.first.id && signer === window.first.signer;
    effects.push({ type: 'shadow', window: window.id, slot, strategy, id, signer, same });
    window.shadows.set(strategy, null);
  }
}

/** The slot whose block is chosen: that of the choice, before it the lowest there is. */
function slotOfFirst(window: WindowState): number {
  return window.first?.slot ?? Math.min(...builtOn(window.tree, window.parent.id).map(({ slot }) => slot));
}
