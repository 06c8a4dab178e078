import { z } from 'zod';
import type { ReportData } from '../../../common/filed-reports.ts';
import type { WindowMember } from '../../api.ts';

const whole = z.number().int();
const shape = z.looseObject({
  emitted: whole,
  missed: whole,
  rescues: whole,
  replaced: whole,
  slots: whole,
  mode: z.string(),
  eligiblePercent: whole,
  columns: z.array(z.string()),
  members: z.array(z.array(z.unknown())),
});

export type ReportedMetrics = z.infer<typeof shape>;

/** The metrics of a report as text. */
export function metricsText({ metrics }: Pick<ReportData, 'metrics'>): string {
  return Buffer.from(metrics, 'hex').toString('utf8');
}

/** Metrics that a report carried, null for what has not the form of docs/metrics.md: an oracle reports what it likes. */
export function metricsIn(text: string): ReportedMetrics | null {
  try {
    const parsed = shape.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

/** Each member's line; `names`: accounts with a share. */
export function membersIn(metrics: ReportedMetrics, names: string[]): WindowMember[] {
  const at = (row: unknown[], column: string) => row[metrics.columns.indexOf(column)];
  const number = (row: unknown[], column: string) => {
    const value = at(row, column);
    return typeof value === 'number' ? value : null;
  };
  return metrics.members.map((row) => {
    const account = String(at(row, 'name') ?? '');
    const [candidates, selected, standby] = ['candidates', 'selected', 'standby'].map((column) => number(row, column));
    const isStandby = metrics.mode === 'standby';
    const covered = isStandby ? sum(selected, standby) : (candidates ?? null);
    const grid = at(row, 'grid');
    return {
      ...{ account, index: number(row, 'index') ?? -1, isEligible: names.includes(account), covered },
      grid: typeof grid === 'string' ? grid : null,
      ...{ candidates: candidates ?? null, selected: selected ?? null, standby: standby ?? null },
      ...{ late: number(row, 'late'), invalid: number(row, 'invalid'), missing: number(row, 'missing') },
    };
  });
}

function sum(one: number | null | undefined, other: number | null | undefined): number | null {
  return typeof one === 'number' && typeof other === 'number' ? one + other : null;
}
