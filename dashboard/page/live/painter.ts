import { slotInWindow, windowOf } from '../../../common/slot.ts';
import type { Column } from '../../api.ts';
import { CELL_WIDTH, HEAD_HEIGHT, ROW_HEIGHT, type Span, shiftOf } from './layout.ts';
import { type Palette, Sprites } from './sprites.ts';
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
 * Draws the grid and the head above it. Only what changed is drawn: a picture that moved is copied within the canvas, then the columns that are
 * new or changed are painted from sprites.
 */
export class Painter {
  readonly #grid: HTMLCanvasElement;
  readonly #head: HTMLCanvasElement;
  readonly #palette: Palette;
  readonly #sprites: Sprites;
  readonly #cell: { width: number; height: number };
  readonly #ratio: number;
  #drawn: (Column | null)[] = [];
  #drawnAs = '';

  constructor(grid: HTMLCanvasElement, head: HTMLCanvasElement, palette: Palette, ratio: number) {
    this.#grid = grid;
    this.#head = head;
    this.#palette = palette;
    this.#ratio = ratio;
    // Whole device pixels, so that no cell is blurred.
    this.#cell = { width: Math.round(CELL_WIDTH * ratio), height: Math.round(ROW_HEIGHT * ratio) };
    this.#sprites = new Sprites(palette, this.#cell.width, this.#cell.height);
  }

  /** Paints the scene; gives how many columns were painted. */
  paint(scene: Scene): number {
    const { columns, span, fit, rows, view } = scene;
    const wanted = Array.from({ length: fit }, (_, i) => {
      return span.first + i < span.end ? (columns[span.first + i] as Column) : null;
    });
    const as = `${fit} ${rows} ${view}`;
    const context = this.#grid.getContext('2d');
    if (!context) return 0;
    const isSame = as === this.#drawnAs;
    if (!isSame) {
      this.#size(fit, rows);
      this.#drawn = [];
    }
    const shift = shiftOf(this.#drawn, wanted);
    if (shift !== null && shift > 0) {
      context.drawImage(this.#grid, -shift * this.#cell.width, 0);
      this.#drawn.splice(0, shift);
    } else if (shift === null) this.#drawn = [];
    let painted = 0;
    for (const [i, column] of wanted.entries()) {
      if (isSame && column === this.#drawn[i]) continue;
      this.#paintColumn(context, i, column, rows, view);
      if (column && isWindowStart(columns, span.first + i))
        this.#paintBorder(context, i * this.#cell.width, this.#grid.height);
      painted++;
    }
    if (painted > 0 || shift !== 0) this.#paintHead(scene);
    this.#drawn = wanted;
    this.#drawnAs = as;
    return painted;
  }

  #size(fit: number, rows: number): void {
    const width = fit * this.#cell.width;
    const size = (canvas: HTMLCanvasElement, height: number) => {
      canvas.width = width;
      canvas.height = height;
      canvas.style.width = `${width / this.#ratio}px`;
      canvas.style.height = `${height / this.#ratio}px`;
    };
    size(this.#grid, Math.max(1, rows) * this.#cell.height);
    size(this.#head, Math.round(HEAD_HEIGHT * this.#ratio));
  }

  #paintColumn(
    context: CanvasRenderingContext2D,
    place: number,
    column: Column | null,
    rows: number,
    view: string | null,
  ): void {
    const x = place * this.#cell.width;
    if (!column) {
      context.fillStyle = this.#palette.background;
      context.fillRect(x, 0, this.#cell.width, this.#grid.height);
      return;
    }
    for (let row = 0; row < rows; row++) {
      this.#sprites.draw(context, cellOf(column, row, view), x, row * this.#cell.height);
    }
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
