/** A cell by what it shows, so that it stays the same cell while the grid moves. */
export interface Focus {
  slot: number;
  row: number;
}

export type Step = { columns: number; rows: number } | 'first' | 'last' | 'top' | 'bottom';

/** What a key does in the grid; null for keys that are none of its own. `page`: columns seen at once. */
export function stepOf(key: string, ctrl: boolean, page: number): Step | null {
  switch (key) {
    case 'ArrowLeft':
      return { columns: -1, rows: 0 };
    case 'ArrowRight':
      return { columns: 1, rows: 0 };
    case 'ArrowUp':
      return { columns: 0, rows: -1 };
    case 'ArrowDown':
      return { columns: 0, rows: 1 };
    case 'PageUp':
      return { columns: -page, rows: 0 };
    case 'PageDown':
      return { columns: page, rows: 0 };
    case 'Home':
      return ctrl ? 'top' : 'first';
    case 'End':
      return ctrl ? 'bottom' : 'last';
    default:
      return null;
  }
}

/** Where a step leads, within the grid: `at` is the index of the column now, -1 when none was chosen yet. */
export function stepFrom(
  at: { column: number; row: number },
  step: Step,
  size: { columns: number; rows: number },
): { column: number; row: number } {
  const within = (value: number, most: number) => Math.max(0, Math.min(value, most - 1));
  if (step === 'first') return { column: 0, row: at.row };
  if (step === 'last') return { column: size.columns - 1, row: at.row };
  if (step === 'top') return { column: at.column, row: 0 };
  if (step === 'bottom') return { column: at.column, row: size.rows - 1 };
  return { column: within(at.column + step.columns, size.columns), row: within(at.row + step.rows, size.rows) };
}
