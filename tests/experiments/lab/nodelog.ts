import { readFileSync } from 'node:fs';

const LINE_TIME = /(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3})/;

export interface LogLine {
  /** ms since 1970; NaN for a line without a time. */
  at: number;
  text: string;
}

/** Lines of a nodeos log that match, with their times. */
export function logLines(file: string, pattern: RegExp, fromMs = 0, toMs = Number.POSITIVE_INFINITY): LogLine[] {
  const found: LogLine[] = [];
  for (const text of readFileSync(file, 'utf8').split('\n')) {
    if (!pattern.test(text)) continue;
    const at = Date.parse(`${LINE_TIME.exec(text)?.[1]}Z`);
    if (Number.isNaN(at) || (at >= fromMs && at <= toMs)) found.push({ at, text });
  }
  return found;
}
