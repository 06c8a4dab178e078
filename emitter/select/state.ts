import { windowOf } from '../../common/slot.ts';
import type { BlockRef, Candidate, SelectConfig } from './types.ts';

/** A pool window as the selection sees it: the candidates' tree, and what of it is in public. */
export interface WindowState {
  id: number;
  /** Public tip when the window began: where its branches should start. */
  parent: BlockRef;
  candidates: Candidate[];
  /** Blocks of this window that were let out and are on the public branch, in order. */
  emitted: { block: BlockRef; signer: string }[];
  /** Every (id, signer) ever decided, by slot; survives a restart through the log. */
  decided: Map<number, string>;
  leader: string | null;
  /** Replaced leaders: they stay out until the window's end. */
  out: Set<string>;
  rescues: number;
  /** What stood before each emission of the last answer, to go back to when its fence fails. */
  before: Snapshot[];
  /** Set when a decision could not be made durable: nothing leaves any more in this window. */
  halted: boolean;
}

export interface Snapshot {
  tip: BlockRef | null;
  parent: BlockRef;
  emitted: WindowState['emitted'];
  decided: Map<number, string>;
  leader: string | null;
  out: Set<string>;
  rescues: number;
}

export interface SelectState {
  config: SelectConfig;
  /** The best public block known, own emissions included. */
  tip: BlockRef | null;
  window: WindowState | null;
  /** Public blocks of other producers, newest last: where a pool branch may start. */
  roots: BlockRef[];
  /** Id of the newest window that was opened: none before it is opened again. */
  lastWindow: number;
  /** Connected members by signer, with the number of their sessions. */
  sessions: Map<string, number>;
  /** Ids of the blocks let out, newest last, so that their way back from the network is no surprise. */
  emittedIds: Set<string>;
  /** Per signer and slot in the window: how many ms before the slot's time its block last came (negative: after). */
  lead: Map<string, number[]>;
}

export function initialState(config: SelectConfig): SelectState {
  return {
    config,
    tip: null,
    window: null,
    roots: [],
    lastWindow: -1,
    sessions: new Map(),
    emittedIds: new Set(),
    lead: new Map(),
  };
}

export function openWindow(state: SelectState, id: number, parent: BlockRef): WindowState {
  const fresh = { candidates: [], emitted: [], decided: new Map(), leader: null, out: new Set<string>() };
  state.window = { id, parent, ...fresh, rescues: 0, before: [], halted: false };
  state.lastWindow = id;
  return state.window;
}

/** Notes how things stand; gives the step to go back to. */
export function snapshot(state: SelectState, window: WindowState): number {
  const { parent, emitted, decided, leader, out, rescues } = window;
  const copies = { emitted: [...emitted], decided: new Map(decided), out: new Set(out) };
  return window.before.push({ tip: state.tip, parent, leader, rescues, ...copies }) - 1;
}

export function rollBack(state: SelectState, window: WindowState, step: number): void {
  const then = window.before[step];
  if (!then) return;
  const { tip, ...rest } = then;
  state.tip = tip;
  Object.assign(window, rest);
}

/** Two windows of blocks and their rescues come back within this many. */
const EMITTED_IDS_KEPT = 96;

export function rememberEmitted(state: SelectState, id: string): void {
  state.emittedIds.add(id);
  for (const oldest of state.emittedIds) {
    if (state.emittedIds.size <= EMITTED_IDS_KEPT) break;
    state.emittedIds.delete(oldest);
  }
}

export function candidateKey(candidate: { id: string; signer: string }): string {
  return `${candidate.id}:${candidate.signer}`;
}

export function isAlive(state: SelectState, signer: string): boolean {
  return (state.sessions.get(signer) ?? 0) > 0;
}

/**
 * Whether a block is a better head than another by nodeos' legacy rule: irreversible height first, then height. The former
 * grows at each producer's first block and is equal within a window, so a later window wins unless its branch is
 * shorter by more than a window. Source: Leap fork_database.cpp; block_header_state.cpp `next`.
 */
export function isBetterHead(block: BlockRef, than: BlockRef): boolean {
  const windows = windowOf(block.slot) - windowOf(than.slot);
  if (windows === 0) return block.num > than.num;
  return windows > 0 ? block.num + 12 > than.num : block.num > than.num + 12;
}
