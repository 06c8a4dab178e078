import { useLayoutEffect, useRef } from 'preact/hooks';
import type { Cell } from '../../api.ts';
import { useTheme } from '../parts/theme.ts';
import { CELL_WIDTH, ROW_HEIGHT } from './layout.ts';
import { paintCell, paletteOf } from './sprites.ts';
import { MARKS, STATES } from './words.ts';

/** What each cell and mark means; painted by the same code as the grid. */
export function Legend() {
  return (
    <dl class="legend" aria-label="Legend">
      {STATES.map(({ cell, word, meaning }) => (
        <div key={cell}>
          <dt>
            <Sample cell={cell} /> {word}
          </dt>
          <dd>{meaning}</dd>
        </div>
      ))}
      {MARKS.map(({ mark, letter, meaning }) => (
        <div key={mark}>
          <dt>
            <b class="mark">{letter}</b>
          </dt>
          <dd>{meaning}</dd>
        </div>
      ))}
    </dl>
  );
}

function Sample({ cell }: { cell: Cell }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const theme = useTheme();
  // Another theme has another palette.
  useLayoutEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (!canvas.current || !context) return;
    const ratio = window.devicePixelRatio || 1;
    const [width, height] = [Math.round(CELL_WIDTH * ratio), Math.round(ROW_HEIGHT * ratio)];
    canvas.current.width = width;
    canvas.current.height = height;
    canvas.current.style.width = `${width / ratio}px`;
    canvas.current.style.height = `${height / ratio}px`;
    paintCell(context, cell, paletteOf(canvas.current), 0, 0, width, height);
  }, [cell, theme]);
  return <canvas ref={canvas} data-cell={cell} />;
}
