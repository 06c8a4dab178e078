import { windowOf } from '../../common/slot.ts';
import { take } from './emission.ts';
import { enterWindow } from './enter.ts';
import { turnOfWindow } from './first.ts';
import { adopt as takeDuty } from './standby.ts';
import {
  candidateKey,
  isOver,
  type OwedBlock,
  rememberEmitted,
  rulesOf,
  type SelectState,
  snapshot,
  type WindowState,
} from './state.ts';
import { withId } from './tree.ts';
import type { AdoptedDecision, BlockRef, Candidate, SelectEffect, SelectEvent } from './types.ts';

type Adopted = Extract<SelectEvent, { type: 'adopted' }>;

/** What stands in place of the cause of a rescue that another emitter decided. */
const CAUSE = 'adopted';

/**
 * Takes over what the pool's emitters decided, as if it had been decided here: all of them go the same way, whoever decides. What is here
 * leaves here as well; what is not is asked for, and leaves when it comes. [emitters: out when it stands]
 */
export function adoptDecisions(state: SelectState, event: Adopted, effects: SelectEffect[]): void {
  const [first] = event.decisions;
  for (const { id } of event.decisions) rememberEmitted(state, id);
  // Of windows that are over only the blocks are known again.
  const isNew = first && !isPast(state, windowOf(first.slot));
  const window = isNew ? enterWindow(state, windowOf(first.slot), effects) : null;
  // What was not sure is known now, whichever window it was of.
  if (state.window && event.send) state.window.halted = false;
  if (
    !first ||
    !window ||
    event.decisions.every(({ slot, ...said }) => window.decided.get(slot) === candidateKey(said))
  )
    return;
  const isLate = isOver(state, window) || event.at >= rulesOf(state).tooLateAt(window.id);
  const replaced = first.reason === 'rescue' ? makeRoom(window, first) : [];
  const blocks = refsOf(state, window, event);
  if (first.reason === 'first') beginWindow(state, window, blocks[0] as Placed, event.at, effects);
  for (const { signer } of blocks) if (!state.sessions.has(signer)) window.strangers.add(signer);
  const { tip } = state;
  // Blocks that were seen in public while the decisions could not be read: what of them is decided is told now, and next.
  window.emitted = window.emitted.filter(({ block }) => block.slot < first.slot);
  for (const { ref, signer } of blocks) take(state, window, { ...ref, signer });
  if (isLate) state.tip = tip;
  if (event.send && !isLate) letOutAdopted(state, window, blocks, { event, replaced }, effects);
}

/** Whether a window was over before anything was known of it here. */
function isPast({ tip, window }: SelectState, id: number): boolean {
  return tip !== null && windowOf(tip.slot) > id && window?.id !== id;
}

/** A block that others decided comes now: it leaves, as long as it is part of what is public. */
export function payOwed(state: SelectState, window: WindowState, candidate: Candidate, effects: SelectEffect[]): void {
  const key = candidateKey(candidate);
  const owed = window.owed.get(key);
  if (!owed) return;
  const step = snapshot(state, window);
  window.owed.delete(key);
  if (!window.emitted.some(({ block }) => block.id === candidate.id)) return;
  const { reason, replaced, failed } = owed;
  effects.push({ type: 'emit', step, reason, path: [candidate], replaced, cause: CAUSE, failed, adopted: true });
}

interface Placed {
  ref: BlockRef;
  signer: string;
  /** Null when it is not here. */
  candidate: Candidate | null;
  decision: AdoptedDecision;
}

/** The decided blocks; one that is not here is taken to leave irreversible what the one below it does. */
function refsOf(state: SelectState, window: WindowState, { decisions }: Adopted): Placed[] {
  let irreversible = state.tip?.irreversible;
  return decisions.map((decision) => {
    const { id, num, slot, previous, signer } = decision;
    const candidate = withId(window.tree, id).find((one) => one.signer === signer) ?? null;
    const place = { id, num, slot, previous, ...(irreversible !== undefined && { irreversible }) };
    const ref = candidate ?? place;
    irreversible = ref.irreversible ?? irreversible;
    return { ref, signer, candidate, decision };
  });
}

/** A rescue: what it replaces is gone from the window, and who failed is out. Gives what it replaces. */
function makeRoom(window: WindowState, { replaces, failed }: AdoptedDecision): BlockRef[] {
  const isReplaced = (id: string) => replaces.includes(id);
  const gone = [...window.emitted, ...window.rejected].filter(({ block }) => isReplaced(block.id));
  window.emitted = window.emitted.filter(({ block }) => !isReplaced(block.id));
  window.rejected = [];
  window.overdue = null;
  window.rescues++;
  if (failed) window.out.add(failed);
  for (const { block } of gone) window.decided.delete(block.slot);
  for (const [key, { block }] of window.owed) if (isReplaced(block.id)) window.owed.delete(key);
  return gone.map(({ block }) => block);
}

/** The free choice was made elsewhere; whose turn it was is the same at all emitters. */
function beginWindow(
  state: SelectState,
  window: WindowState,
  { candidate, signer }: Placed,
  now: number,
  effects: SelectEffect[],
): void {
  window.first = candidate;
  turnOfWindow(state, window);
  if (window.rule.mode === 'standby') takeDuty(state, window, signer, now, effects);
}

/** One that cannot leave from here is decided all the same: the step to go back to is what stands with all of them. */
function letOutAdopted(
  state: SelectState,
  window: WindowState,
  blocks: readonly Placed[],
  { event, replaced }: { event: Adopted; replaced: BlockRef[] },
  effects: SelectEffect[],
): void {
  const path = blocks.flatMap(({ candidate }) => candidate ?? []);
  const reason = event.decisions[0]?.reason ?? 'extend';
  const failed = event.decisions[0]?.failed ?? null;
  if (path.length === blocks.length) {
    const step = snapshot(state, window);
    effects.push({ type: 'emit', step, reason, path, replaced, cause: CAUSE, failed, adopted: true });
    return;
  }
  const owing = blocks.map(({ ref, decision }, i): OwedBlock => {
    return {
      block: ref,
      reason: decision.reason,
      ...(i === 0 ? { replaced, failed } : { replaced: [], failed: null }),
    };
  });
  for (const [i, { ref, signer, candidate }] of blocks.entries()) {
    if (candidate) continue;
    window.owed.set(candidateKey({ id: ref.id, signer }), owing[i] as OwedBlock);
    effects.push({ type: 'want', id: ref.id, signer });
  }
  for (const [i, { candidate }] of blocks.entries()) {
    if (!candidate) continue;
    const { block: _, ...said } = owing[i] as OwedBlock;
    const step = snapshot(state, window);
    effects.push({ type: 'emit', step, path: [candidate], cause: CAUSE, ...said, adopted: true });
  }
}
