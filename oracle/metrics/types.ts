import type { EventRecord } from '../../common/events.ts';
import type { Quantiles } from './quantiles.ts';
import type { Reason } from './reasons.ts';
import type { Receipted } from './receipted.ts';

/** Version of the rules in docs/metrics.md. Oracles whose rules differ must not get equal reports by accident. */
export const METRICS_VERSION = 4;

/** As the window's closing record has it: every member proposes, or one leads and the others stand by. */
export type Mode = 'propose' | 'standby';

/** What one emitter's log says of a window, verified and under its signed root. */
export interface WindowLog {
  /** The window's records up to and including its closing one. */
  records: EventRecord[];
  /** In standby mode what the log says shortly before the window and up to its end: agents' words and who led. */
  around: EventRecord[];
  /** The records' Merkle root, where it was computed already: it takes as long as all else that is done with them. */
  root?: string;
  /** The window's root and its signature, by an emitter's key ("type:hex"). */
  signed?: { key: string; root: string; signature: string };
}

/** A member in one window. Each slot that was offered to it counts in exactly one of candidates, late, invalid, standby and missing. */
export interface MemberMetrics {
  index: number;
  name: string;
  /** Slot by slot: `s` selected, `c` another candidate, `l` late, `b` standing by, `-` missing, `A` to `R` invalid, by reason. */
  grid: string;
  /** Slots that the schedule gave the pool while the member had a seat. */
  offered: number;
  /** Slots with a valid block in time, selected ones included. */
  candidates: number;
  /** Slots whose block on the final chain is the member's; part of `candidates`. */
  selected: number;
  /** The other part. */
  unselected: number;
  /** Slots without a candidate, by the best that came: late, invalid, standing by, nothing. */
  late: number;
  invalid: number;
  standby: number;
  missing: number;
  /** When its blocks arrived, late ones too: ms after (below 0: before) the slot's time. */
  arrival: Quantiles;
  /** In its candidates, one a slot: transactions, bytes on the wire, and the CPU time billed in them, in µs. */
  transactions: number;
  bytes: number;
  cpuUs: number;
  /** Slots in which the pool could have had a block of it, in thousandths of those offered, rounded down. */
  availability: number;
  eligible: boolean;
  /** The slots of `invalid`, by reason. */
  invalidBy: Partial<Record<Reason, number>>;
}

/** A window in integers only; docs/metrics.md has the formulas. */
export interface WindowMetrics {
  v: number;
  pool: string;
  window: number;
  firstSlot: number;
  lastSlot: number;
  slots: number;
  mode: Mode;
  emitted: number;
  missed: number;
  /** 1 when the whole window has no block, else 0. */
  missedRounds: number;
  rescues: number;
  replaced: number;
  orphaned: number;
  unsent: number;
  unconfirmed: number;
  outsiders: number;
  unattributed: number;
  unproven: number;
  /** Candidates without the evidence of their signer. */
  unshown: number;
  strays: number;
  /** `evidence`: sha256 of the document that shows it. */
  leaks: { slot: number; id: string; evidence?: string }[];
  /** The first 12 of `orphaned`, with their evidence; only when there are some. */
  orphans?: { slot: number; evidence: string }[];
  /** Emitters whose log has nothing of members whose candidates others have, these by index; only when there are some. */
  ignored?: { emitter: string; members: number[] }[];
  /** Members whose share comes from receipts, and of how many slots; only when there are some. */
  receipted?: Receipted[];
  /** From the last byte of a block of the final chain in to its first byte out, in µs. */
  addedUs: Quantiles;
  /** With several logs only: how many, and in how many places (member and slot) they say different things. */
  logs?: number;
  differing?: number;
  eligiblePercent: number;
  members: MemberMetrics[];
}
