import { firstSlot, lastSlot } from '../../common/slot.ts';
import { liveSigners, type SelectState, type WindowState } from './state.ts';
import type { SelectEffect } from './types.ts';

/**
 * What is said of a window at its end. Standing by was a member without a candidate in a slot: in propose mode one with a session,
 * in standby mode one whose agent showed a node that could take over.
 */
export function closing(state: SelectState, window: WindowState): SelectEffect {
  const { strategy, mode } = window.rule;
  const standby: { slot: number; signer: string }[] = [];
  const signers = mode === 'standby' ? [...window.ready.keys()].sort() : liveSigners(state);
  for (let slot = firstSlot(window.id); slot <= lastSlot(window.id); slot++) {
    const delivered = new Set(window.tree.all.filter((c) => c.slot === slot).map((c) => c.signer));
    for (const signer of signers) {
      if (delivered.has(signer) || (mode === 'standby' && !window.ready.get(signer)?.has(slot))) continue;
      standby.push({ slot, signer });
    }
  }
  return { type: 'closed', window: window.id, emitted: window.decided.size, strategy, mode, standby };
}
