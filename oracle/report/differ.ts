import type { ReportData } from '../source/chain.ts';
import { metricsOf } from './build.ts';

type Comparable = Omit<ReportData, 'oracle'>;

/**
 * The first place in which two reports of a window differ, in the order of the canonical JSON: `"members.1.candidates": 6 there, 12 here`; the metrics before the rest of the report.
 * Null when they say the same. Metrics that are no JSON are compared as they are.
 */
export function firstDifference(there: Comparable, here: Comparable): string | null {
  const inMetrics = differ('', parsed(there.metrics), parsed(here.metrics));
  if (inMetrics !== null) return inMetrics;
  const rest = (data: Comparable) => {
    const { eligible, log_root, strategy, version } = data;
    return { eligible, log_root, strategy, version };
  };
  return differ('', rest(there), rest(here));
}

function differ(at: string, a: unknown, b: unknown): string | null {
  if (isObject(a) && isObject(b)) {
    const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])];
    // A list goes by number.
    if (!Array.isArray(a)) keys.sort();
    for (const key of keys) {
      const place = at === '' ? key : `${at}.${key}`;
      const found = differ(place, (a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key]);
      if (found !== null) return found;
    }
    return null;
  }
  return a === b ? null : `"${at}": ${shown(a)} there, ${shown(b)} here`;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function shown(value: unknown): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}

/** With names for the members' columns; what has another form, as an oracle can report what it likes, as it is. */
function parsed(metrics: string): unknown {
  const text = Buffer.from(metrics, 'hex').toString();
  for (const form of [() => metricsOf({ metrics }), () => JSON.parse(text)]) {
    try {
      return form();
    } catch {
      // The next form.
    }
  }
  return text;
}
