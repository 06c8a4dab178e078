import type { Row } from '../../experiments/lab/report.ts';
import type { Result } from './case.ts';

/** A case's line of the table. */
export function row({ name, slots, missed, switches, replaced, othersMissed, note }: Result): Row {
  return { case: name, slots, missed, switches, replaced, othersMissed, note };
}
