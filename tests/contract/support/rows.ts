export type Row = Record<string, unknown>;

/** Columns that may look like a number and are text or bytes. */
const TEXTS = new Set(['eligible', 'data', 'text', 'detail', 'url', 'owners', 'endpoints', 'strategy', 'version']);

/** Numbers as numbers: the emulator gives 64-bit integers as text once they are large. */
export function plain(row: Row): Row {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => {
      if (typeof value === 'string' && !TEXTS.has(name) && /^-?\d{1,20}$/.test(value)) return [name, Number(value)];
      return [name, value];
    }),
  );
}

/** A date of a table in seconds since 1970. */
export function seconds(date: unknown): number {
  return Date.parse(`${date}Z`) / 1000;
}
