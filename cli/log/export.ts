import { canonicalJson } from '../../common/canonical.ts';
import type { EventRecord } from '../../common/events.ts';

/** Columns of the CSV: those of most events; the rest of an event stands in the last one as JSON. */
const COLUMNS = [
  ...['slot', 'id', 'num', 'previous', 'signer', 'member', 'verdict', 'reason', 'bytes', 'transactions', 'cpuUs'],
  ...['addedUs', 'emitted', 'strategy', 'cause', 'code', 'text', 'root', 'signature'],
] as const;

export const CSV_HEADER = ['seq', 'window', 'type', 'at', ...COLUMNS, 'rest', 'hash'].join(',');

/** Records as lines of CSV (RFC 4180) with a header, times in ms since 1970. */
export function* csvLines(records: Iterable<EventRecord>): Generator<string> {
  yield CSV_HEADER;
  for (const record of records) yield csvLine(record);
}

function csvLine({ seq, window, event, hash }: EventRecord): string {
  const { type, at, ...fields } = event as { type: string; at: number } & Record<string, unknown>;
  const values = COLUMNS.map((name) => fields[name]);
  const rest = Object.entries(fields).filter(([name]) => !(COLUMNS as readonly string[]).includes(name));
  const json = rest.length > 0 ? canonicalJson(Object.fromEntries(rest)) : '';
  return [seq, window, type, at, ...values, json, hash].map(cell).join(',');
}

/** Records, their hashes included, as lines of JSON. */
export function* jsonLines(records: Iterable<EventRecord>): Generator<string> {
  for (const record of records) yield canonicalJson(record);
}

function cell(value: unknown): string {
  if (value === null || value === undefined) return '';
  const text = typeof value === 'object' ? canonicalJson(value) : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
