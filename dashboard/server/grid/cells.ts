import { CELL, type Cell } from '../../api.ts';

/** Within one log: the most first. A block hides that its member stood by. */
const WITHIN: readonly Cell[] = [CELL.emitted, CELL.valid, CELL.late, CELL.invalid, CELL.standby, CELL.missing];

/** Between logs: a block that one log calls late takes nothing from a member that another saw standing by. As oracle/metrics/several.ts. */
const BETWEEN = {
  propose: [CELL.emitted, CELL.valid, CELL.standby, CELL.late, CELL.invalid, CELL.missing],
  standby: [CELL.emitted, CELL.standby, CELL.valid, CELL.late, CELL.invalid, CELL.missing],
} satisfies Record<string, Cell[]>;

/** The same letters with `cell` in a row, where it is better than what stands there. */
export function withCell(cells: string, row: number, cell: Cell): string {
  const padded = cells.padEnd(row + 1, CELL.missing);
  const before = padded[row] as Cell;
  if (WITHIN.indexOf(before) <= WITHIN.indexOf(cell)) return padded;
  return padded.slice(0, row) + cell + padded.slice(row + 1);
}

/** Row by row the best of several logs' letters. */
export function bestOf(views: string[], mode: keyof typeof BETWEEN): string {
  const rows = Math.max(0, ...views.map(({ length }) => length));
  let best = '';
  for (let row = 0; row < rows; row++) {
    const said = new Set(views.map((cells) => cells[row] ?? CELL.missing));
    best += BETWEEN[mode].find((cell) => said.has(cell)) ?? CELL.missing;
  }
  return best;
}
