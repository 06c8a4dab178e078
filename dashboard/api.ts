/**
 * What the page's server says to the page, as JSON. Amounts are texts as the chain writes them ("12.3456 EOS"), times ms since 1970,
 * slots half seconds since 2000-01-01, windows slot / 12. In public mode addresses (urls, hosts, sessions) are left out by the server.
 */

/**
 * A member in a slot, as docs/metrics.md counts it: within one emitter's log the best of emitted, valid, late, invalid, standing by, missing; of
 * what several emitters say the best of emitted, valid, standing by, late, invalid, missing (in standby mode standing by before valid).
 */
export const CELL = {
  emitted: 'E',
  valid: 'V',
  late: 'L',
  invalid: 'I',
  standby: 'S',
  missing: '.',
} as const;
export type Cell = (typeof CELL)[keyof typeof CELL];

/** A row of the grid. Its place in the list never changes: members that come later stand behind. */
export interface GridRow {
  account: string;
  /** Still a member. */
  isMember: boolean;
}

/** Of a slot: a rescue begins here, an own public block lost its place, a pool block that no emitter sent, a member builds beside what it was given. */
export type Mark = 'rescue' | 'replaced' | 'leak' | 'poisoned';

/** A column of the grid: one slot of the pool's. */
export interface Column {
  slot: number;
  /** A letter of CELL a row, in the order of the rows; rows that came later than this text is long: missing. */
  cells: string;
  /** The same as each emitter alone saw it, by its name. */
  views: Record<string, string>;
  /** Null while nothing left, or when nothing did. */
  emitted: {
    id: string;
    member: string | null;
    emitter: string;
    arrivedMs: number | null;
    addedUs: number | null;
  } | null;
  marks: Mark[];
  /** No emitter has told the window's end yet: nothing is missing for good. */
  isOpen: boolean;
}

/** Events of `/api/live` (server-sent events). `reset` and `columns` carry an id: after a break the stream goes on behind it (Last-Event-ID). */
export interface LiveEvents {
  /** The newest columns, at the beginning and when an id is not known any more. */
  reset: { pool: string; rows: GridRow[]; columns: Column[]; emitters: EmitterView[] };
  /** Columns that are new or changed, whole; `rows` when one came or went. At most two a second. */
  columns: { rows?: GridRow[]; columns: Column[] };
  emitters: EmitterView[];
}

export interface EmitterView {
  name: string;
  /** Answers, and says that it is ready. */
  state: 'ready' | 'not-ready' | 'away';
  /** One sentence each. */
  reasons: string[];
  /** Blocks can leave by its relay node, and by so many public peers. */
  relayUp: boolean;
  peersUp: number;
  /** Accounts of the members whose nodes are connected. */
  members: string[];
  /** Who leads the running window, if there is one. */
  leader: string | null;
  logSeq: number;
  /** What is odd about its log, one sentence each: it began anew, or records between are gone. */
  notices: string[];
  /** Ms since its last answer; null when it never gave one. */
  ageMs: number | null;
}

/** A candidate as one emitter saw it: `/api/slots/SLOT`. */
export interface SlotDetail {
  slot: number;
  candidates: {
    emitter: string;
    member: string | null;
    signer: string;
    id: string;
    verdict: 'valid' | 'late' | 'invalid';
    reason: string | null;
    /** After the slot's time. */
    arrivedMs: number;
    bytes: number;
    transactions: number | null;
    emitted: boolean;
  }[];
  /** One sentence each: rescues, replaced blocks, leaks, faults of this slot. */
  notes: string[];
}
