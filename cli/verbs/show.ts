import { styleText } from 'node:util';
import { writeLines } from '../log/output.ts';

type Style = Parameters<typeof styleText>[0];

/** A text with a colour, when standard output is a terminal that wants colours (NO_COLOR unset). */
export function styled(style: Style, text: string): string {
  return styleText(style, text, { stream: process.stdout });
}

/** JSON for programs: whole numbers that may be above 2^53 as text. */
export function jsonText(value: unknown): string {
  return JSON.stringify(value, (_, each) => (typeof each === 'bigint' ? each.toString() : each), 2);
}

/** Writes JSON with `--json`, else the lines. */
export async function write(
  options: { json?: true | undefined },
  value: unknown,
  lines: () => string[],
): Promise<void> {
  await writeLines(options.json ? [jsonText(value)] : lines());
}

/** Rows under a head, in columns as wide as their longest cell. */
export function table(head: string[], rows: string[][]): string[] {
  const widths = head.map((text, i) => Math.max(text.length, ...rows.map((row) => row[i]?.length ?? 0)));
  const line = (row: string[]) =>
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd();
  return [styled('bold', line(head)), ...rows.map(line)];
}
