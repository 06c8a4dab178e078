import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { GridRow } from '../../api.ts';
import { useTheme } from '../parts/theme.ts';
import { type Focus, stepFrom, stepOf } from './focus.ts';
import { CELL_WIDTH, cellAt, fitting, indexAfter, ROW_HEIGHT, spanOf } from './layout.ts';
import { Painter } from './painter.ts';
import { paletteOf } from './sprites.ts';
import type { LiveStore } from './store.ts';

export interface GridProps {
  store: LiveStore;
  rows: readonly GridRow[];
  /** The newest column seen, null: whatever is newest. */
  last: number | null;
  setLast: (slot: number | null) => void;
  view: string | null;
  focus: Focus | null;
  setFocus: (focus: Focus | null) => void;
  /** Told when the oldest columns known come into sight. */
  onOldest: () => void;
  /** Told which columns are seen, after they were drawn. */
  onSpan: (first: number, end: number) => void;
  description: string;
}

/** The grid: a row a member, a column a slot, on canvases, with the members' names beside it and windows and marks above. */
export function Grid(props: GridProps) {
  const { store, rows, last, view, focus } = props;
  const theme = useTheme();
  const frame = useRef<HTMLDivElement>(null);
  const grid = useRef<HTMLDivElement>(null);
  const head = useRef<HTMLCanvasElement>(null);
  const ring = useRef<HTMLDivElement>(null);
  const painter = useRef<Painter | null>(null);
  const [fit, setFit] = useState(0);
  const latest = useRef(props);
  latest.current = props;

  const paint = useCallback(() => {
    if (!painter.current || fit === 0) return;
    const { last, rows, view, focus, onOldest, onSpan } = latest.current;
    const span = spanOf(store.columns, last, fit);
    painter.current.paint({ columns: store.columns, span, fit, rows: rows.length, view });
    placeRing(
      ring.current,
      focus,
      indexAfter(store.columns, (focus?.slot ?? 0) - 1) - span.first,
      span.end - span.first,
    );
    if (span.first < fit) onOldest();
    onSpan(span.first, span.end);
  }, [store, fit]);

  useLayoutEffect(() => {
    const element = frame.current;
    if (!element) return;
    const measure = () => setFit(fitting(element.clientWidth));
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  // Another theme has another palette.
  useLayoutEffect(() => {
    if (!grid.current || !head.current) return;
    painter.current = new Painter(grid.current, head.current, paletteOf(grid.current), window.devicePixelRatio || 1);
    paint();
  }, [theme, paint]);

  // At most one drawing a frame, however much comes.
  useEffect(() => {
    let asked = 0;
    const unsubscribe = store.subscribe(() => {
      asked ||= requestAnimationFrame(() => {
        asked = 0;
        paint();
      });
    });
    return () => {
      unsubscribe();
      cancelAnimationFrame(asked);
    };
  }, [store, paint]);

  // What these hold is painted.
  useLayoutEffect(paint, [paint, rows, last, view, focus]);

  const gestures = useGestures(latest, grid, fit);
  const focusedRow = focus?.row;
  // A hundred names are not compared anew for each column that comes.
  const names = useMemo(() => <Names rows={rows} focused={focusedRow} />, [rows, focusedRow]);
  return (
    <div class="grid">
      {names}
      <div class="grid-frame" ref={frame}>
        <canvas class="grid-head" ref={head} />
        <div
          class="grid-body"
          role="application"
          aria-roledescription="grid of blocks"
          aria-label="Blocks, a row a member, a column a slot"
          aria-describedby="grid-help grid-cell"
          // biome-ignore lint/a11y/noNoninteractiveTabindex: an application takes the keys.
          tabIndex={0}
          {...gestures}
        >
          <div ref={grid} class="grid-cells" />
          <div class="grid-ring" ref={ring} hidden />
        </div>
      </div>
      <p id="grid-help" class="hidden">
        Arrow keys go from cell to cell, Page Up and Page Down a page of slots, Home to the oldest loaded and End to the
        newest slot, Control with Home or End to the first or last member, Escape lets go of the cell.
      </p>
      <p id="grid-cell" class="hidden" aria-live="polite">
        {props.description}
      </p>
    </div>
  );
}

function Names({ rows, focused }: { rows: readonly GridRow[]; focused: number | undefined }) {
  return (
    <ol class="grid-names" aria-label="Members, in the order of the rows">
      {rows.map(({ account, isMember }, index) => (
        <li key={account} class={index === focused ? 'is-focused' : ''} data-left={!isMember}>
          {account}
          {isMember ? '' : <span class="hidden"> (left)</span>}
        </li>
      ))}
    </ol>
  );
}

/** The ring around the chosen cell lies over the canvas, so that choosing paints nothing anew. */
function placeRing(ring: HTMLDivElement | null, focus: Focus | null, column: number, seen: number): void {
  if (!ring) return;
  ring.hidden = focus === null || column < 0 || column >= seen;
  if (!focus) return;
  ring.style.transform = `translate(${column * CELL_WIDTH}px, ${focus.row * ROW_HEIGHT}px)`;
}

type Latest = { readonly current: GridProps };

/** Mouse, touch and keys of the grid. */
function useGestures(latest: Latest, grid: { readonly current: HTMLElement | null }, fit: number) {
  const drag = useRef<{ x: number; last: number; moved: boolean } | null>(null);
  const pick = (event: PointerEvent) => {
    const { store, last, rows, setFocus } = latest.current;
    const box = grid.current?.getBoundingClientRect();
    if (!box) return;
    const span = spanOf(store.columns, last, fit);
    const found = cellAt(event.clientX - box.left, event.clientY - box.top, span, rows.length);
    const slot = found && store.columns[found.column]?.slot;
    if (found && slot) setFocus({ slot, row: found.row });
  };
  const scrollTo = (end: number) => {
    const { store, setLast } = latest.current;
    if (end >= store.columns.length) return setLast(null);
    const at = Math.max(Math.min(fit, store.columns.length), end) - 1;
    setLast(store.columns[at]?.slot ?? null);
  };
  const endNow = () => spanOf(latest.current.store.columns, latest.current.last, fit).end;
  return {
    onPointerDown: (event: PointerEvent) => {
      drag.current = { x: event.clientX, last: endNow(), moved: false };
      pick(event);
    },
    onPointerMove: (event: PointerEvent) => {
      const from = drag.current;
      if (!from || event.buttons === 0) {
        drag.current = null;
        if (event.pointerType === 'mouse') pick(event);
        return;
      }
      const columns = Math.round((from.x - event.clientX) / CELL_WIDTH);
      if (columns === 0 && !from.moved) return;
      from.moved = true;
      scrollTo(from.last + columns);
    },
    onPointerUp: () => {
      drag.current = null;
    },
    onPointerCancel: () => {
      drag.current = null;
    },
    onWheel: (event: WheelEvent) => {
      const by = event.shiftKey ? event.deltaY : event.deltaX;
      if (Math.abs(by) < 1) return;
      event.preventDefault();
      scrollTo(endNow() + Math.sign(by) * Math.max(1, Math.round(Math.abs(by) / CELL_WIDTH)));
    },
    onKeyDown: (event: KeyboardEvent) => {
      const { store, rows, focus, setFocus } = latest.current;
      if (event.key === 'Escape') return setFocus(null);
      const step = stepOf(event.key, event.ctrlKey, fit);
      if (step === null || store.columns.length === 0 || rows.length === 0) return;
      event.preventDefault();
      const end = endNow();
      const at = focus
        ? { column: indexAfter(store.columns, focus.slot) - 1, row: focus.row }
        : { column: end, row: 0 };
      const size = { columns: store.columns.length, rows: rows.length };
      const to = focus ? stepFrom(at, step, size) : { column: end - 1, row: 0 };
      setFocus({ slot: store.columns[to.column]?.slot ?? 0, row: to.row });
      if (to.column < end - fit) scrollTo(to.column + fit);
      else if (to.column >= end) scrollTo(to.column + 1);
      showRow(grid.current, to.row);
    },
  };
}

/** Scrolls a row into sight, which the browser cannot do for a part of a canvas. */
function showRow(grid: HTMLElement | null, row: number): void {
  const scroller = grid?.closest('.grid-scroll');
  if (!grid || !scroller) return;
  const top = grid.getBoundingClientRect().top - scroller.getBoundingClientRect().top + row * ROW_HEIGHT;
  const [head, foot] = [40, scroller.clientHeight - ROW_HEIGHT];
  if (top < head) scroller.scrollTop += top - head;
  else if (top > foot) scroller.scrollTop += top - foot;
}
