import { windowOf } from '../../common/slot.ts';
import { FORK_RULES, type ForkRules } from '../forks/rules.ts';
import type { PathState } from './path.ts';
import { DEFAULT_SETTINGS, type Rule, ruleFor, type Settings } from './settings.ts';
import { parseStrategy } from './strategy.ts';
import { type CandidateTree, emptyTree } from './tree.ts';
import type { BlockRef, Candidate, EmitReason, Owed, SelectConfig } from './types.ts';

/** A pool window as the selection sees it: the candidates' tree, and what of it is in public. */
export interface WindowState {
  id: number;
  /** The strategy and mode that held when it was opened, and hold to its end. */
  rule: Rule;
  /** Public tip when the window began: where its branches should start. */
  parent: BlockRef;
  tree: CandidateTree;
  /** Blocks of this window that were let out and are on the public branch, in order. */
  emitted: Emitted[];
  /** Emitted blocks with an invalid body, and those on them: no node has them, others may take their slots. */
  rejected: Emitted[];
  /** Ids of blocks with an invalid body: signed by whomever, none leaves again. */
  bad: Set<string>;
  /** Every (id, signer) ever decided, by slot; survives a restart through the log. */
  decided: Map<number, string>;
  /** Signers of decided blocks of an earlier run, by id, that the public tip has not come to yet. */
  restored: Map<string, string>;
  leader: string | null;
  /** The slot whose block a tick found overdue: no other event finds that, see `judge`. */
  overdue: number | null;
  /** Replaced leaders, members in quarantine: they stay out until the window's end. */
  out: Set<string>;
  rescues: number;
  /** Standby mode: slots in which a member's agent showed a node that could take over. */
  ready: Map<string, Set<number>>;
  /** Standby mode: who is away (see SelectState) when it opens, or when it should take over. It stands by no more in this window. */
  passed: Set<string>;
  /** The free choice at its beginning, and whose turn it was then; not known before. */
  first: Candidate | null;
  turn: string | null;
  /** What shadow strategies chose there, by their text; null once it was told. */
  shadows: Map<string, Candidate | null>;
  /** Moments at which something here has to be looked at again; each answer makes them anew. */
  waits: number[];
  /** What stood before each emission of the last answer, to go back to when its fence fails. */
  before: Snapshot[];
  /** Blocks of this window that the pool's emitters decided and that were not here to be let out, by key: they follow when they come. */
  owed: Map<string, OwedBlock>;
  /** Leaders by a decision of another emitter of whom nothing was heard here before: that they are not connected says nothing. */
  strangers: Set<string>;
  /** Set when a decision could not be made durable: nothing leaves any more in this window. */
  halted: boolean;
}

/** A decided block that did not leave here yet, with what its decision said; see AdoptedDecision. */
export interface OwedBlock {
  block: BlockRef;
  reason: EmitReason;
  replaced: BlockRef[];
  failed: string | null;
}

export interface Emitted {
  block: BlockRef;
  /** Empty for a leak. */
  signer: string;
  /** Who signed a leak, if that is known. */
  leaker?: string;
}

type Revocable = 'parent' | 'emitted' | 'rejected' | 'decided' | 'owed' | 'leader' | 'out' | 'rescues';
export type Snapshot = Pick<WindowState, Revocable> & { tip: BlockRef | null; duty: Duty | null };

/** What is known of a member's node through its agent. */
export interface Agent {
  up: boolean;
  producing: boolean;
  headNum: number;
  /** Of the last word. */
  at: number;
  /** Whether it stood by at its last word; see `isReady`. */
  ready: boolean;
}

/** Standby mode: who makes blocks now. */
export interface Duty {
  leader: string;
  /** The first window it was appointed for, and the one that the turn was given for in which it may have taken another's place. */
  window: number;
  turn: number;
  /** When it was appointed, and when something was told about it last. */
  since: number;
  told: number;
  /** Its connection was lost since it was appointed. */
  lost: boolean;
  /** It failed and nobody can take over: said once. */
  stuck: boolean;
}

export interface SelectState {
  config: SelectConfig;
  settings: Settings;
  /** Texts of strategies that only watch. */
  shadows: string[];
  /** The best public block known, own emissions included. */
  tip: BlockRef | null;
  /** Height of the last irreversible block, as far as known. */
  irreversible: number;
  window: WindowState | null;
  /** Public blocks of other producers, newest last: where a pool branch may start. */
  roots: BlockRef[];
  /** Standby mode: who was passed over, in which turn, and is asked first until it leads. Sorted; absent while that is nobody. */
  owing?: Owed[];
  /** Standby mode: who was passed over in this turn and owed one from before. Sorted; absent while that is nobody. */
  away?: string[];
  /** When this run was told what the one before it knew of who stood by. */
  backAt?: number;
  /** After a restart: members that stood by at their last word before it, with its time, until they speak again. */
  stood?: Map<string, number>;
  /** Id of the newest window that was opened: none before it is opened again. */
  lastWindow: number;
  /** Connected members by signer, with the number of their sessions. */
  sessions: Map<string, number>;
  /** Of many emitters: members that are connected to others, by signer, with the number of those. Absent before the first. */
  elsewhere?: Map<string, number>;
  agents: Map<string, Agent>;
  duty: Duty | null;
  /** Whose turn was last, of strategy or standby mode. */
  lastTurn: string | null;
  /** Who made the last block of the pool's last window. */
  lastLeader: string | null;
  /** Members whose block was invalid, with the number of further windows they sit out. */
  quarantine: Map<string, number>;
  /** Ids of the blocks let out, newest last, so that their way back from the network is no surprise. */
  emittedIds: Set<string>;
  /** The way to the next producer, once a block of its was seen. */
  path?: PathState;
  /** Per signer and slot in the window: how many ms before the slot's time its block last came (negative: after). */
  lead: Map<string, number[]>;
  /** Per signer: by how many ms its last block came later than it used to, and in which window. */
  slow: Map<string, { window: number; ms: number }>;
}

export function initialState(config: SelectConfig): SelectState {
  return {
    config,
    settings: DEFAULT_SETTINGS,
    shadows: config.shadows.map(parseStrategy).flatMap((parsed) => (parsed.ok ? [parsed.strategy.text] : [])),
    tip: null,
    irreversible: 0,
    window: null,
    roots: [],
    lastWindow: -1,
    sessions: new Map(),
    agents: new Map(),
    duty: null,
    lastTurn: null,
    lastLeader: null,
    quarantine: new Map(),
    emittedIds: new Set(),
    lead: new Map(),
    slow: new Map(),
  };
}

/** The fork choice of this chain's nodes. */
export function rulesOf({ config }: SelectState): ForkRules {
  return FORK_RULES[config.forkRules];
}

export function openWindow(state: SelectState, id: number, parent: BlockRef): WindowState {
  const rule = ruleFor(state, id);
  state.lastLeader = state.window?.leader ?? state.lastLeader;
  const lists = { tree: emptyTree(), emitted: [], rejected: [], waits: [], before: [] };
  const maps = { decided: new Map(), restored: new Map(), owed: new Map(), ready: new Map(), shadows: new Map() };
  if (isTurnOver(state)) delete state.away;
  const passed = new Set(state.away);
  const sets = { strangers: new Set<string>(), bad: new Set<string>(), out: new Set(state.quarantine.keys()), passed };
  const none = { leader: null, overdue: null, first: null, turn: null, rescues: 0, halted: false };
  state.window = { id, rule, parent, ...lists, ...maps, ...sets, ...none };
  state.lastWindow = id;
  for (const [signer, left] of state.quarantine) {
    if (left > 1) state.quarantine.set(signer, left - 1);
    else state.quarantine.delete(signer);
  }
  return state.window;
}

/** Notes how things stand; gives the step to go back to. */
export function snapshot(state: SelectState, window: WindowState): number {
  const { parent, emitted, rejected, decided, owed, leader, out, rescues } = window;
  const copies = {
    emitted: [...emitted],
    rejected: [...rejected],
    decided: new Map(decided),
    owed: new Map(owed),
    out: new Set(out),
    duty: state.duty && { ...state.duty },
  };
  return window.before.push({ tip: state.tip, parent, leader, rescues, ...copies }) - 1;
}

export function rollBack(state: SelectState, window: WindowState, step: number): void {
  const then = window.before[step];
  if (!then) return;
  const { tip, duty, ...rest } = then;
  state.tip = tip;
  state.duty = duty;
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

/** Whether a member is connected, here or to another emitter: its blocks come either way. */
export function isAlive(state: SelectState, signer: string): boolean {
  return isHere(state, signer) || (state.elsewhere?.get(signer) ?? 0) > 0;
}

export function isHere(state: SelectState, signer: string): boolean {
  return (state.sessions.get(signer) ?? 0) > 0;
}

export function liveSigners(state: SelectState): string[] {
  const signers = new Set([...state.sessions.keys(), ...(state.elsewhere?.keys() ?? [])]);
  return [...signers].filter((signer) => isAlive(state, signer)).sort();
}

/** A member's connection came or went; `via`: one to another emitter. */
export function countSession(state: SelectState, signer: string, up: boolean, via?: string): void {
  if (via !== undefined) state.elsewhere ??= new Map();
  const counts = (via !== undefined && state.elsewhere) || state.sessions;
  counts.set(signer, Math.max(0, (counts.get(signer) ?? 0) + (up ? 1 : -1)));
}

/** Turns in the order of keys, from the first again after the last: those that follow after one's, which comes last itself. */
export function turnsAfter(last: string | null, signers: readonly string[]): string[] {
  const sorted = [...signers].sort();
  const isLater = (signer: string) => last === null || signer > last;
  return [...sorted.filter(isLater), ...sorted.filter((signer) => !isLater(signer))];
}

/** The one whose turn follows, or null when there is nobody. */
export function turnAfter(last: string | null, signers: readonly string[]): string | null {
  return turnsAfter(last, signers)[0] ?? null;
}

/** Whether the window of the one on duty is over, and nobody was found for the next. */
export function isTurnOver({ duty, lastWindow }: SelectState): boolean {
  return duty !== null && duty.window <= lastWindow;
}

/** Whether nothing can be let out of a window any more: its last slot is out, or a later window's block. */
export function isOver(state: SelectState, window: WindowState): boolean {
  const slot = state.tip?.slot ?? 0;
  return windowOf(slot) > window.id || windowOf(slot + 1) > window.id;
}
