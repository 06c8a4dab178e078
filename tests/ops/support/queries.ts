import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '../../../devnet/tools.ts';
import type { Monitor } from './prometheus.ts';

export interface Panel {
  id: number;
  type: string;
  title: string;
  datasource?: { uid: string };
  gridPos: { h: number; w: number; x: number; y: number };
  targets?: { refId: string; expr: string; datasource: { uid: string } }[];
}

export interface Query {
  /** Alert, or panel of the board. */
  of: string;
  expr: string;
}

/** Declared, and without a sample in a run of `./pool up`; why. */
const NO_SAMPLE: Record<string, string> = {
  bppool_oracle_claim_age_seconds: 'of keepers only, and the oracles of ./pool up are none',
  bppool_oracle_missing_windows: 'of another oracle that missed a window in its turn',
  bppool_oracle_log_problem: 'of a log that was read, which oracles begin to after the first window',
  bppool_oracle_resource_left_hours: 'of accounts with a limit, after the first report',
  bppool_oracle_resource_left_windows: 'likewise',
};

export function board(): { uid: string; title: string; panels: Panel[] } {
  return JSON.parse(readFileSync(path.join(ROOT, 'deploy/grafana/dashboards/bppool.json'), 'utf8'));
}

export function boardQueries(): Query[] {
  return board().panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => ({ of: title, expr })));
}

/** Of each alert what it looks at: its expression without the comparisons with figures, which hold for nothing while all is well. */
export async function alertQueries(monitor: Monitor): Promise<Query[]> {
  const alerts = await monitor.alerts();
  return alerts.map(({ name, query }) => ({ of: name, expr: query.replace(/ (==|<=|>=|<|>) [0-9.e+]+/g, '') }));
}

/** Names of the pool's metrics in an expression. */
export function metricsIn(expr: string): string[] {
  return [...new Set(expr.match(/\bbppool_[a-z_]+/g))];
}

/** What is wrong with a query: it gives no series though its metrics have samples, or names a metric that nobody exports. */
export async function problemOf({ of, expr }: Query, monitor: Monitor): Promise<string | null> {
  for (const metric of metricsIn(expr)) {
    const family = metric.replace(/_(bucket|sum|count)$/, '');
    if ((await monitor.kind(metric)) === null && (await monitor.kind(family)) === null)
      return `${of}: no program exports ${metric}`;
  }
  if ((await monitor.series(expr)) > 0) return null;
  return metricsIn(expr).some((metric) => metric in NO_SAMPLE) ? null : `${of}: ${expr} gives no series`;
}

/** Fails with all that is wrong with the board and the alerts. */
export async function checkQueries(monitor: Monitor): Promise<void> {
  const queries = [...boardQueries(), ...(await alertQueries(monitor))];
  assert.ok(queries.length > 80, `${queries.length} queries`);
  const problems = await Promise.all(queries.map((query) => problemOf(query, monitor)));
  assert.deepEqual(
    problems.filter((problem) => problem !== null),
    [],
  );
}
