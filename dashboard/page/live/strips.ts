import { CELL_WIDTH, ROW_HEIGHT } from './layout.ts';

/** Columns of a strip. */
const STRIP = 12;

/**
 * The grid's picture in strips of columns, each a canvas of its own, in a row: where it moves to the left, strips are moved, not pixels, and
 * the strip that went out of sight comes back at the right end. Where nothing but the processor draws, the browser copies each canvas that
 * changed: 1.1 MB a strip of 100 members in place of 5.4 MB for the whole grid (docs/performance.md).
 */
export class Strips {
  readonly #holder: HTMLElement;
  readonly #cell: { width: number; height: number };
  #strips: HTMLCanvasElement[] = [];
  /** Columns of the first strip that are out of sight. */
  #hidden = 0;

  /** `cell`: its size in the canvases' pixels. */
  constructor(holder: HTMLElement, cell: { width: number; height: number }) {
    this.#holder = holder;
    this.#cell = cell;
  }

  /** For so many columns and rows; what was painted is gone. */
  size(columns: number, rows: number): void {
    const height = Math.max(1, rows);
    this.#hidden = 0;
    // One more than fit: the first and the last are seen in part.
    this.#strips = Array.from({ length: Math.ceil(columns / STRIP) + 1 }, () => {
      const canvas = document.createElement('canvas');
      canvas.width = STRIP * this.#cell.width;
      canvas.height = height * this.#cell.height;
      canvas.style.width = `${STRIP * CELL_WIDTH}px`;
      canvas.style.height = `${height * ROW_HEIGHT}px`;
      return canvas;
    });
    this.#holder.style.width = `${columns * CELL_WIDTH}px`;
    this.#holder.style.height = `${height * ROW_HEIGHT}px`;
    this.#holder.replaceChildren(...this.#strips);
    this.#place();
  }

  /** Moves the picture by some columns to the left, at most by those that fit. What comes in at the right has to be painted. */
  move(by: number): void {
    this.#hidden += by;
    const out = this.#strips.splice(0, Math.floor(this.#hidden / STRIP));
    this.#strips.push(...out);
    this.#hidden %= STRIP;
    this.#place();
  }

  /** Where a column is painted: `place` 0 is the first in sight; `x` in the canvas's pixels. */
  at(place: number): { context: CanvasRenderingContext2D | null; x: number } {
    const column = this.#hidden + place;
    const strip = this.#strips[Math.floor(column / STRIP)];
    return { context: strip?.getContext('2d', { alpha: false }) ?? null, x: (column % STRIP) * this.#cell.width };
  }

  #place(): void {
    for (const [index, strip] of this.#strips.entries()) {
      strip.style.transform = `translateX(${(index * STRIP - this.#hidden) * CELL_WIDTH}px)`;
    }
  }
}
