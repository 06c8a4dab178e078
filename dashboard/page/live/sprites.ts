import { CELL, type Cell } from '../../api.ts';

type Context2D = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;

/** What the grid is painted with, of the theme in force. */
export interface Palette {
  background: string;
  frame: string;
  border: string;
  text: string;
  emitted: string;
  valid: string;
  late: string;
  invalid: string;
  standby: string;
  /** On top of a full cell. */
  onFull: string;
}

/** Reads the palette from the style sheet's custom properties `--grid-…`. */
export function paletteOf(element: Element): Palette {
  const style = getComputedStyle(element);
  const read = (name: string) => style.getPropertyValue(`--grid-${name}`).trim();
  return {
    background: read('background'),
    frame: read('frame'),
    border: read('border'),
    text: read('text'),
    emitted: read('emitted'),
    valid: read('valid'),
    late: read('late'),
    invalid: read('invalid'),
    standby: read('standby'),
    onFull: read('on-full'),
  };
}

/**
 * Paints one state of a cell into a box of device pixels. Each has a shape of its own beside its colour: emitted full, valid a small square,
 * late a triangle, invalid full with a cross cut out, standing by hatched, missing empty. So they can be told apart without any colour.
 */
export function paintCell(
  context: Context2D,
  cell: Cell,
  palette: Palette,
  x: number,
  y: number,
  width: number,
  height: number,
): void {
  context.fillStyle = palette.background;
  context.fillRect(x, y, width, height);
  const line = Math.max(1, Math.round(width / 14));
  context.fillStyle = palette.frame;
  context.fillRect(x, y + height - line, width, line);
  context.fillRect(x + width - line, y, line, height);
  const [left, top, wide, high] = [x + line, y + line, width - 3 * line, height - 3 * line];
  switch (cell) {
    case CELL.emitted:
      context.fillStyle = palette.emitted;
      context.fillRect(left, top, wide, high);
      return;
    case CELL.valid: {
      const side = Math.round(Math.min(wide, high) * 0.6);
      context.fillStyle = palette.valid;
      context.fillRect(Math.round(left + (wide - side) / 2), Math.round(top + (high - side) / 2), side, side);
      return;
    }
    case CELL.late:
      context.fillStyle = palette.late;
      context.beginPath();
      context.moveTo(left, top);
      context.lineTo(left + wide, top + high / 2);
      context.lineTo(left, top + high);
      context.fill();
      return;
    case CELL.invalid: {
      context.fillStyle = palette.invalid;
      context.fillRect(left, top, wide, high);
      const inset = 2 * line;
      stroke(context, palette.onFull, 2 * line, [
        [left + inset, top + inset, left + wide - inset, top + high - inset],
        [left + wide - inset, top + inset, left + inset, top + high - inset],
      ]);
      return;
    }
    case CELL.standby: {
      context.save();
      context.beginPath();
      context.rect(left, top, wide, high);
      context.clip();
      const lines: [number, number, number, number][] = [];
      for (let from = -high; from < wide; from += 4 * line)
        lines.push([left + from, top + high, left + from + high, top]);
      stroke(context, palette.standby, 1.5 * line, lines);
      context.restore();
      return;
    }
    case CELL.missing:
      return;
  }
}

function stroke(
  context: Context2D,
  color: string,
  width: number,
  lines: readonly [number, number, number, number][],
): void {
  context.strokeStyle = color;
  context.lineWidth = width;
  context.beginPath();
  for (const [fromX, fromY, toX, toY] of lines) {
    context.moveTo(fromX, fromY);
    context.lineTo(toX, toY);
  }
  context.stroke();
}

/**
 * The cells painted once for a size and a palette, beside each other; a grid copies them from there. They are kept as a bitmap: of a canvas the
 * browser takes a snapshot for each cell that is copied.
 */
export class Sprites {
  readonly #sheet: ImageBitmap;
  readonly #width: number;
  readonly #height: number;
  readonly #places = new Map<Cell, number>();

  constructor(palette: Palette, width: number, height: number) {
    const cells = Object.values(CELL);
    this.#width = width;
    this.#height = height;
    const canvas = new OffscreenCanvas(width * cells.length, height);
    const context = canvas.getContext('2d');
    for (const [index, cell] of cells.entries()) {
      if (context) paintCell(context, cell, palette, index * width, 0, width, height);
      this.#places.set(cell, index * width);
    }
    this.#sheet = canvas.transferToImageBitmap();
  }

  draw(context: CanvasRenderingContext2D, cell: Cell, x: number, y: number): void {
    const from = this.#places.get(cell);
    if (from === undefined) return;
    context.drawImage(this.#sheet, from, 0, this.#width, this.#height, x, y, this.#width, this.#height);
  }
}
