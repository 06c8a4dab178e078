import type { Column } from '../../api.ts';

/** Size of a cell in CSS pixels. */
export const CELL_WIDTH = 14;
export const ROW_HEIGHT = 16;
/** Line of the windows' numbers and line of the marks above the grid. */
export const HEAD_HEIGHT = 34;

/** Columns that fit a width, at least one. */
export function fitting(width: number): number {
  return Math.max(1, Math.floor(width / CELL_WIDTH));
}

/** Which columns are seen: indexes [first, end). */
export interface Span {
  first: number;
  end: number;
}

/**
 * The columns seen when `last` is the newest of them, null: the newest there is. The oldest page is kept full, so that scrolling to the beginning
 * does not run empty.
 */
export function spanOf(columns: readonly Column[], last: number | null, fit: number): Span {
  const newest = last === null ? columns.length : indexAfter(columns, last);
  const end = Math.min(columns.length, Math.max(newest, fit));
  return { first: Math.max(0, end - fit), end };
}

/** Index of the first column behind a slot. */
export function indexAfter(columns: readonly Column[], slot: number): number {
  let [low, high] = [0, columns.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((columns[middle] as Column).slot <= slot) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The cell at a point of the canvas in CSS pixels; null outside. `column` is an index into all columns. */
export function cellAt(x: number, y: number, span: Span, rows: number): { column: number; row: number } | null {
  const column = span.first + Math.floor(x / CELL_WIDTH);
  const row = Math.floor(y / ROW_HEIGHT);
  return x >= 0 && y >= 0 && column < span.end && row < rows ? { column, row } : null;
}

/** By how many columns the picture moves to the left, when what was drawn first is seen further left now; null: draw all of it again. */
export function shiftOf(before: readonly (Column | null)[], after: readonly (Column | null)[]): number | null {
  const slot = after[0]?.slot;
  if (slot === undefined) return null;
  const shift = before.findIndex((column) => column?.slot === slot);
  return shift < 0 ? null : shift;
}
