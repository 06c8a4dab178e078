import { useEffect, useRef, useState } from 'preact/hooks';
import uPlot from 'uplot';
import type { Column } from '../../api.ts';
import { useTheme } from '../parts/theme.ts';
import { latencySeries, sayLatency, sayPlace } from './series.ts';

const HEIGHT = 180;

/** When the emitted blocks of the columns seen arrived, and what the emitter added. */
export function Latency({ columns }: { columns: readonly Column[] }) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const shown = useRef(columns);
  shown.current = columns;
  const theme = useTheme();
  const [isInSight, setInSight] = useState(true);

  // Under a grid of many members nobody sees the plot: it is not drawn anew there for each column that comes.
  useEffect(() => {
    if (!place.current) return;
    const observer = new IntersectionObserver((entries) => setInSight(entries.at(-1)?.isIntersecting ?? true));
    observer.observe(place.current);
    return () => observer.disconnect();
  }, []);

  // Another theme has other colours.
  useEffect(() => {
    const element = place.current;
    if (!element) return;
    const made = new uPlot(options(element, shown), latencySeries(shown.current), element);
    plot.current = made;
    const observer = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height: HEIGHT }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      made.destroy();
    };
  }, [theme]);

  const words = sayLatency(columns);
  useEffect(() => {
    if (isInSight) plot.current?.setData(latencySeries(columns));
  }, [columns, isInSight]);

  return (
    <section aria-labelledby="latency-title">
      <h2 id="latency-title">Latency of emitted blocks</h2>
      <div class="plot" ref={place} role="img" aria-label={words} />
      <p class="note">{words}</p>
    </section>
  );
}

function options(element: HTMLElement, shown: { readonly current: readonly Column[] }): uPlot.Options {
  const style = getComputedStyle(element);
  const color = (name: string) => style.getPropertyValue(name).trim();
  const [text, grid] = [color('--text-soft'), color('--line')];
  const axis = { stroke: text, grid: { stroke: grid, width: 1 }, ticks: { stroke: grid, width: 1 } };
  return {
    width: element.clientWidth,
    height: HEIGHT,
    scales: { x: { time: false }, added: { range: (_, __, most) => [0, Math.max(1, most || 1)] } },
    legend: { live: true },
    cursor: { drag: { x: false, y: false } },
    series: [
      { label: 'Slot', value: (_, index) => sayPlace(shown.current[index ?? -1]) },
      {
        label: 'Arrived',
        stroke: color('--grid-emitted'),
        width: 2,
        value: (_, ms) => (ms == null ? '–' : `${ms} ms`),
      },
      {
        label: 'Added',
        scale: 'added',
        stroke: color('--accent'),
        dash: [4, 3],
        width: 2,
        value: (_, ms) => (ms == null ? '–' : `${ms.toFixed(2)} ms`),
      },
    ],
    axes: [
      { ...axis, show: false },
      { ...axis, size: 56, values: (_, ticks) => ticks.map((ms) => `${ms} ms`) },
      {
        ...axis,
        scale: 'added',
        side: 1,
        size: 56,
        grid: { show: false },
        values: (_, ticks) => ticks.map((ms) => `${ms} ms`),
      },
    ],
  };
}
