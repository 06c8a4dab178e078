import { SLOT_MS, SLOTS_PER_WINDOW, slotInWindow, slotTime, windowOf } from '../../common/slot.ts';
import type { SelectState } from './state.ts';
import type { BlockRef } from './types.ts';

/** Windows of the next producer that count, the newest: one that was in trouble does not move the median. */
const WINDOWS_KEPT = 9;
/** A line through fewer blocks says little. */
const POINTS_NEEDED = 6;
/** A block outside of these (ms after its slot's time) is an answer to a sync request, or its producer was in trouble. */
const EARLIEST_MS = -(SLOT_MS / 2) * (SLOTS_PER_WINDOW + 1);
const LATEST_MS = SLOT_MS;
/** EOSIO 2.0 to Leap 4.0 send every block but the last this early; since then leads grow by 25 ms and more a block (cpu effort up to 95 %). */
const FLAT_LEAD_MS = 100;
const FLAT_SLOPE_MS = -10;
/** Nobody is further away on this planet; more than this is a clock that is off. */
const LONGEST_MS = 300;

/** What is known of the way to the producer whose windows follow the pool's. Plain data: a checkpoint carries it. */
export interface PathState {
  /** The window whose blocks are gathered. */
  window: number;
  /** Position in the window and arrival, ms after the slot's time. */
  points: [number, number][];
  /** One-way time by its last windows, ms, oldest first. */
  windows: number[];
}

/**
 * One-way time to the next producer, ms: as configured, else the median of what its last windows show, 0 before the first. A log
 * from before this was learned has no such setting, and is replayed with 0.
 */
export function pathMs(state: SelectState): number {
  const { pathMs: configured } = state.config;
  if (configured !== null) return configured ?? 0;
  const sorted = [...(state.path?.windows ?? [])].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? 0;
}

/** Learns from another producer's block that came at `at`; `lastWindow` of the state is the pool's newest. */
export function learnPath(state: SelectState, block: BlockRef, at: number): void {
  if (state.config.pathMs !== null) return;
  const window = windowOf(block.slot);
  const past = state.path;
  if (past && window > past.window && past.points.length > 0) closePath(past);
  if (window !== state.lastWindow + 1) return;
  state.path ??= { window, points: [], windows: [] };
  state.path.window = window;
  const late = at - slotTime(block.slot);
  if (late >= EARLIEST_MS && late <= LATEST_MS) state.path.points.push([slotInWindow(block.slot), late]);
}

function closePath(path: PathState): void {
  if (path.points.length >= POINTS_NEEDED) {
    path.windows.push(wayOf(path.points));
    if (path.windows.length > WINDOWS_KEPT) path.windows.shift();
  }
  path.points = [];
}

/**
 * Block k leaves its producer (k + 1) × (500 ms − effort) before its time, so that the line through the arrivals meets the way at k = −1,
 * whatever the effort is. Source: Leap `block_timing_util.hpp` (5.0; in 4.1-dev the same).
 */
function wayOf(points: [number, number][]): number {
  const mean = (pick: 0 | 1) => points.reduce((sum, point) => sum + point[pick], 0) / points.length;
  const [k, late] = [mean(0), mean(1)];
  const spread = points.reduce((sum, [x]) => sum + (x - k) ** 2, 0);
  const slope = points.reduce((sum, [x, y]) => sum + (x - k) * (y - late), 0) / (spread || 1);
  const way = slope > FLAT_SLOPE_MS ? late + FLAT_LEAD_MS : late - slope * (k + 1);
  return Math.round(Math.min(LONGEST_MS, Math.max(0, way)));
}
