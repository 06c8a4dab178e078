import type { Mark } from '../../api.ts';

/** A member's block as one emitter's log has it. */
export interface Seen {
  emitter: string;
  /** Row of the grid; null for a signer who is no member. */
  row: number | null;
  member: string | null;
  signer: string;
  id: string;
  /** Ms since 1970, when its last byte arrived. */
  at: number;
  bytes: number;
  transactions: number;
  verdict: 'valid' | 'late' | 'invalid';
  reason: string | null;
  /** The emitter that passed it on; null when it came from its member. */
  via: string | null;
}

/** A block that an emitter let out. */
export interface Out {
  id: string;
  signer: string;
  row: number | null;
  member: string | null;
  /** Ms since 1970, when it arrived there; null when its log does not have that. */
  arrivedAt: number | null;
  addedUs: number;
}

/** A slot as one emitter's log has it. */
export interface LogView {
  /** A letter a row: V, L, I, S or '.'; rows behind its end are '.'. What was emitted follows from `out`. */
  cells: string;
  /** The window's end is told, and in which mode the window ran. */
  closed: 'propose' | 'standby' | null;
  out: Out[];
  /** "id signer" of this emitter's own decisions. */
  decided: string[];
  /** Ids of blocks that lost their place. */
  replaced: string[];
}

/** All that is known of one slot; plain JSON, so that it can be kept and folded on. */
export interface SlotState {
  slot: number;
  /** By the emitter's name. */
  logs: Record<string, LogView>;
  marks: Mark[];
  notes: string[];
  seen: Seen[];
}

export function newSlot(slot: number): SlotState {
  return { slot, logs: {}, marks: [], notes: [], seen: [] };
}

/** The log's view of a slot, made when it is the first word of it. */
export function viewOf(state: SlotState, emitter: string): LogView {
  const known = state.logs[emitter];
  if (known) return known;
  const made: LogView = { cells: '', closed: null, out: [], decided: [], replaced: [] };
  state.logs[emitter] = made;
  return made;
}
