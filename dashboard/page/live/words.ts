import { slotInWindow, windowOf } from '../../../common/slot.ts';
import { CELL, type Cell, type Column, type GridRow, type Mark } from '../../api.ts';

/** The states of a cell in the order in which they are told, with their words. */
export const STATES: readonly { cell: Cell; word: string; meaning: string }[] = [
  { cell: CELL.emitted, word: 'emitted', meaning: 'this block left to the network' },
  { cell: CELL.valid, word: 'valid', meaning: 'valid and in time, not picked' },
  { cell: CELL.late, word: 'late', meaning: 'came after the deadline' },
  { cell: CELL.invalid, word: 'invalid', meaning: 'was refused, with a reason' },
  { cell: CELL.standby, word: 'standing by', meaning: 'connected, made no block' },
  { cell: CELL.missing, word: 'missing', meaning: 'nothing came' },
];

export const MARKS: readonly { mark: Mark | 'emitter'; letter: string; meaning: string }[] = [
  { mark: 'rescue', letter: 'R', meaning: 'rescue: another member took a failed leader’s place' },
  { mark: 'replaced', letter: 'X', meaning: 'a block that had left was replaced' },
  { mark: 'leak', letter: 'L', meaning: 'leak: a block reached the network past the emitters' },
  { mark: 'poisoned', letter: 'P', meaning: 'a member builds beside the public chain: its node has to be restarted' },
  { mark: 'emitter', letter: 'E', meaning: 'from here another emitter decided' },
];

/** Above this many, members of a state are counted and not named. */
const MOST_NAMES = 4;

/** A row's letter in a column; rows that came later than the text is long: missing. `view`: as one emitter saw it. */
export function cellOf(column: Column, row: number, view: string | null = null): Cell {
  const cells = view === null ? column.cells : (column.views[view] ?? '');
  return (cells[row] ?? CELL.missing) as Cell;
}

/** `isOpen`: nothing is missing for good yet. */
export function wordOf(cell: Cell, isOpen = false): string {
  if (isOpen && cell === CELL.missing) return 'not there yet';
  return STATES.find((state) => state.cell === cell)?.word ?? 'unknown';
}

/** "slot 5 of window 123": slots in a window count from 0. */
export function placeOf(slot: number): string {
  return `slot ${slotInWindow(slot)} of window ${windowOf(slot)}`;
}

/** A slot in a sentence, for those who do not see the grid: "slot 5 of window 123: alice emitted, bob valid, carol missing". */
export function sayColumn(column: Column, rows: readonly GridRow[]): string {
  const told = STATES.map(({ cell }) => {
    const word = wordOf(cell, column.isOpen);
    const who = rows
      .filter((row, index) => row.isMember && cellOf(column, index) === cell)
      .map(({ account }) => account);
    if (who.length === 0) return '';
    return who.length > MOST_NAMES ? `${who.length} ${word}` : who.map((name) => `${name} ${word}`).join(', ');
  }).filter((text) => text !== '');
  const marks = MARKS.filter(({ mark }) => (column.marks as string[]).includes(mark)).map(({ mark }) => mark);
  const left = column.emitted || column.isOpen ? '' : 'no block left';
  return `${placeOf(column.slot)}: ${[left, ...told, ...marks].filter((text) => text !== '').join(', ')}`;
}

/** One cell in words: "alice, slot 5 of window 123: emitted, first of emitter1". */
export function sayCell(column: Column, row: number, rows: readonly GridRow[], view: string | null): string {
  const name = rows[row]?.account ?? '';
  const seen = view === null ? '' : ` for ${view}`;
  const marks = column.marks.length > 0 ? `, ${column.marks.join(', ')}` : '';
  return `${name}, ${placeOf(column.slot)}: ${wordOf(cellOf(column, row, view), column.isOpen)}${seen}${marks}`;
}

/** Whether another emitter decided than for the last emitted block before. */
export function isEmitterChange(columns: readonly Column[], index: number): boolean {
  const now = columns[index]?.emitted?.emitter;
  if (now === undefined) return false;
  for (let before = index - 1; before >= 0; before--) {
    const emitter = columns[before]?.emitted?.emitter;
    if (emitter !== undefined) return emitter !== now;
  }
  return false;
}
