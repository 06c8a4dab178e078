import { slotInWindow, windowOf } from '../../../common/slot.ts';
import type { Column } from '../../api.ts';
import { CELL_WIDTH, HEAD_HEIGHT, ROW_HEIGHT, type Span, shiftOf } from './layout.ts';
import { type Palette, Sprites } from './sprites.ts';
import { Strips } from './strips.ts';
import { cellOf, isEmitterChange, MARKS } from './words.ts';

/** What is to be seen. */
export interface Scene {
  columns: readonly Column[];
  span: Span;
  /** Columns that fit. */
  fit: number;
  rows: number;
  /** An emitter's name: as it alone saw it. */
  view: string | null;
}

/**
 * Draws the grid and the head above it. Only what changed is drawn: a picture that moved is moved, then the cells that are new or changed are
 * painted from sprites.
 */
export class Painter {
  readonly #strips: Strips;
  readonly #head: HTMLCanvasElement;
  readonly #palette: Palette;
  readonly #sprites: Sprites;
  readonly #cell: { width: number; height: number };
  readonly #ratio: number;
  #drawn: (Column | null)[] = [];
  #drawnAs = '';

  constructor(grid: HTMLElement, head: HTMLCanvasElement, palette: Palette, ratio: number) {
    this.#head = head;
    this.#palette = palette;
    this.#ratio = ratio;
    // Whole pixels of the canvas, so that cells do not run into each other; the browser scales them where the ratio is no whole number.
    this.#cell = { width: Math.round(CELL_WIDTH * ratio), height: Math.round(ROW_HEIGHT * ratio) };
    this.#strips = new Strips(grid, this.#cell);
    this.#sprites = new Sprites(palette, this.#cell.width, this.#cell.height);
  }

  /** Paints the scene; gives how many columns were painted. */
  paint(scene: Scene): number {
    const { columns, span, fit, rows, view } = scene;
    const wanted = Array.from({ length: fit }, (_, i) => {
      return span.first + i < span.end ? (columns[span.first + i] as Column) : null;
    });
    const as = `${fit} ${rows} ${view}`;
    if (as !== this.#drawnAs) {
      this.#size(fit, rows);
      this.#drawn = [];
    }
    const shift = shiftOf(this.#drawn, wanted);
    if (shift !== null && shift > 0) {
      this.#strips.move(shift);
      this.#drawn.splice(0, shift);
    } else if (shift === null) this.#drawn = [];
    let painted = 0;
    for (const [i, column] of wanted.entries()) {
      const before = this.#drawn[i];
      if (column === before) continue;
      this.#paintColumn(i, column, before ?? null, scene);
      painted++;
    }
    if (painted > 0 || shift !== 0) this.#paintHead(scene);
    this.#drawn = wanted;
    this.#drawnAs = as;
    return painted;
  }

  #size(fit: number, rows: number): void {
    this.#strips.size(fit, rows);
    this.#head.width = fit * this.#cell.width;
    this.#head.height = Math.round(HEAD_HEIGHT * this.#ratio);
    this.#head.style.width = `${fit * CELL_WIDTH}px`;
    this.#head.style.height = `${HEAD_HEIGHT}px`;
  }

  /** Of a slot that was drawn at this place `before`, only the cells that changed. */
  #paintColumn(
    place: number,
    column: Column | null,
    before: Column | null,
    { columns, span, rows, view }: Scene,
  ): void {
    const { context, x } = this.#strips.at(place);
    if (!context) return;
    const { height } = context.canvas;
    if (!column) {
      context.fillStyle = this.#palette.background;
      context.fillRect(x, 0, this.#cell.width, height);
      return;
    }
    const known = before?.slot === column.slot ? before : null;
    for (let row = 0; row < rows; row++) {
      const cell = cellOf(column, row, view);
      if (known && cellOf(known, row, view) === cell) continue;
      this.#sprites.draw(context, cell, x, row * this.#cell.height);
    }
    if (isWindowStart(columns, span.first + place)) this.#paintBorder(context, x, height);
  }

  #paintBorder(context: CanvasRenderingContext2D, x: number, height: number): void {
    context.fillStyle = this.#palette.border;
    context.fillRect(x, 0, Math.max(1, Math.round(this.#ratio)), height);
  }

  #paintHead({ columns, span }: Scene): void {
    const context = this.#head.getContext('2d');
    if (!context) return;
    const { width, height } = this.#head;
    const [ratio, cell] = [this.#ratio, this.#cell.width];
    context.fillStyle = this.#palette.background;
    context.fillRect(0, 0, width, height);
    context.textBaseline = 'middle';
    for (let index = span.first; index < span.end; index++) {
      const column = columns[index] as Column;
      const x = (index - span.first) * cell;
      const isStart = isWindowStart(columns, index);
      if (isStart) this.#paintBorder(context, x, height);
      if (isStart || index === span.first) {
        this.#paintWindow(context, column.slot, x, roomOf(columns, index, span.end) * cell);
      }
      const letters = MARKS.filter(({ mark }) => {
        return mark === 'emitter' ? isEmitterChange(columns, index) : column.marks.includes(mark);
      });
      context.fillStyle = this.#palette.text;
      context.textAlign = 'center';
      context.font = `bold ${Math.round((letters.length > 1 ? 8 : 11) * ratio)}px ui-monospace, monospace`;
      context.fillText(letters.map(({ letter }) => letter).join(''), x + cell / 2, height - 9 * ratio, cell);
    }
  }

  #paintWindow(context: CanvasRenderingContext2D, slot: number, x: number, room: number): void {
    context.font = `${Math.round(11 * this.#ratio)}px ui-monospace, monospace`;
    context.textAlign = 'left';
    context.fillStyle = this.#palette.text;
    const text = String(windowOf(slot));
    // A number that does not fit is left out: squeezed or cut off it could be read as another.
    if (context.measureText(text).width + 6 * this.#ratio > room) return;
    context.fillText(text, x + 4 * this.#ratio, 9 * this.#ratio);
  }
}

/** Whether the column before belongs to another window, or is not known. */
function isWindowStart(columns: readonly Column[], index: number): boolean {
  const [before, now] = [columns[index - 1], columns[index] as Column];
  return before === undefined ? slotInWindow(now.slot) === 0 : windowOf(before.slot) !== windowOf(now.slot);
}

/** How many columns of the same window follow, itself included. */
function roomOf(columns: readonly Column[], index: number, end: number): number {
  const window = windowOf((columns[index] as Column).slot);
  let next = index;
  while (next < end && windowOf((columns[next] as Column).slot) === window) next++;
  return next - index;
}
