import type { Row, Totals } from './goals.ts';

const COLUMNS = [
  'kind',
  'kills',
  'slots',
  'missed',
  'emitted twice',
  'public fork switches',
  'events lost',
  'windows paid twice',
  'recovery p50 (ms)',
  'recovery p99 (ms)',
];
const NONE = '–';

/** A table in Markdown: of a mix, a row for each kind of victim and one over all; what is counted for the run as a whole stands in its row. */
export function chaosTable(totals: Totals): string {
  const parts = totals.kind === 'mix' ? totals.rows.map((row) => cells(row, NONE, NONE)) : [];
  const all = cells(totals, String(totals.eventsLost), String(totals.paidTwice));
  const rows = [COLUMNS, ...parts, all];
  const widths = COLUMNS.map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  const line = (row: string[]) => `| ${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(' | ')} |\n`;
  const [head = [], ...body] = rows;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)].join('');
}

function cells(row: Row, eventsLost: string, paidTwice: string): string[] {
  const { kind, times, slots, missed, emittedTwice, publicForkSwitches, recovery } = row;
  const counts = [times, slots, missed, emittedTwice, publicForkSwitches].map(String);
  const ms = [recovery.p50, recovery.p99].map((value) => (value === null ? NONE : String(value)));
  return [kind, ...counts, eventsLost, paidTwice, ...ms];
}
