import { slotTime } from '../../../common/slot.ts';
import type { Column } from '../../api.ts';
import { placeOf } from './words.ts';

/** Latencies of the emitted blocks of some columns, as uPlot takes them: place, arrival in ms after the slot's time, added ms; null where nothing left. */
export function latencySeries(columns: readonly Column[]): [number[], (number | null)[], (number | null)[]] {
  return [
    columns.map((_, index) => index),
    columns.map(({ emitted }) => emitted?.arrivedMs ?? null),
    columns.map(({ emitted }) => (emitted?.addedUs == null ? null : emitted.addedUs / 1000)),
  ];
}

/** What the plot shows, in a sentence: medians of what is seen. */
export function sayLatency(columns: readonly Column[]): string {
  const [, arrived, added] = latencySeries(columns);
  const [arrival, extra] = [median(arrived), median(added)];
  if (arrival === null && extra === null) return 'No block left in the slots shown.';
  const parts = [
    arrival === null ? '' : `blocks arrive ${arrival} ms after their slot’s time`,
    extra === null ? '' : `the emitter adds ${extra.toFixed(2)} ms`,
  ].filter((part) => part !== '');
  return `In the middle of the slots shown, ${parts.join(' and ')}.`;
}

/** "slot 5 of window 123, 18:00:02.500 UTC". */
export function sayPlace(column: Column | undefined): string {
  if (!column) return '';
  return `${placeOf(column.slot)}, ${new Date(slotTime(column.slot)).toISOString().slice(11, 23)} UTC`;
}

function median(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null).sort((a, b) => a - b);
  return known[Math.ceil(known.length / 2) - 1] ?? null;
}
