import { firstSlot, lastSlot } from '../../common/slot.ts';
import { isHere, liveSigners, type SelectState, type WindowState } from './state.ts';
import type { SelectEffect } from './types.ts';

/**
 * What is said of a window at its end. In propose mode a member stood by that had a session and no candidate in a slot; in standby mode
 * it was told when it showed, so that a kill takes none of it away. Who is connected to another emitter alone is for its log to say.
 */
export function closing(state: SelectState, window: WindowState): SelectEffect {
  const { strategy, mode } = window.rule;
  const standby: { slot: number; signer: string }[] = [];
  const signers = mode === 'standby' ? [] : liveSigners(state).filter((signer) => isHere(state, signer));
  for (let slot = firstSlot(window.id); slot <= lastSlot(window.id); slot++) {
    const delivered = new Set(window.tree.all.filter((c) => c.slot === slot).map((c) => c.signer));
    for (const signer of signers) {
      if (!delivered.has(signer)) standby.push({ slot, signer });
    }
  }
  return { type: 'closed', window: window.id, emitted: window.decided.size, strategy, mode, standby };
}
