import { Counter, Gauge, Registry } from 'prom-client';
import { METERS, type MeterName } from './account/account.ts';
import type { ResourceReading } from './account/resources.ts';
import type { WindowState } from './window/schema.ts';

/** What is read at each scrape. Times in seconds; null: not known (yet), and then there is no sample. */
export interface Readings {
  windows: Record<WindowState, number>;
  /** Since the end of the oldest window that is closed, and whose report is not irreversible. */
  oldestUnreported: number | null;
  lastReport: { window: number; age: number } | null;
  /** Windows whose open reports differ. */
  differing: number;
  logs: { name: string; seq: number; problem: string | null }[];
  nodeUp: boolean;
  libAge: number | null;
  /** Windows in a row that each other oracle missed. */
  missing: Map<string, number>;
  claimAge: number | null;
  resources: Record<MeterName, ResourceReading> | null;
  permissionProblems: number | null;
  alertsWaiting: number;
  alertsTold: Map<string, number>;
  webhookFailures: Map<string, number>;
  jobs: { name: string; failing: boolean }[];
  /** Findings since the start, by kind: see EvidenceKeeper. */
  findings: ReadonlyMap<string, number>;
  /** What blocks come from: each that is configured, and whether it gives any now. */
  sources: { name: string; up: boolean }[];
  /** Number of the last irreversible block that was seen. */
  irreversibleBlock: number | null;
  /** Forks that the state history told of since the start; null without one. */
  forks: number | null;
  /** Bytes left on the journal's disk. */
  diskFree: number | null;
}

/** The oracle's metrics; docs/metrics-oracle.md lists them. Gives the text that Prometheus reads. */
export function makeMetrics(read: () => Readings): () => Promise<string> {
  const registry = new Registry();
  const registers = [registry];
  const fills: ((now: Readings) => void)[] = [];

  function gauge(name: string, help: string, value: (now: Readings) => number | null): void {
    const made = new Gauge({ name: `bppool_oracle_${name}`, help, registers });
    fills.push((now) => {
      const known = value(now);
      // prom-client shows 0 for a gauge that was never set, which would be a lie for an age.
      if (known === null) made.remove();
      else made.set(known);
    });
  }
  function perLabel(name: string, help: string, label: string, values: (now: Readings) => [string, number][]): void {
    const made = new Gauge({ name: `bppool_oracle_${name}`, help, labelNames: [label], registers });
    fills.push((now) => {
      made.reset();
      for (const [of, value] of values(now)) made.set({ [label]: of }, value);
    });
  }
  function counter(
    name: string,
    help: string,
    label: string,
    totals: (now: Readings) => ReadonlyMap<string, number>,
  ): void {
    const made = new Counter({ name: `bppool_oracle_${name}_total`, help, labelNames: [label], registers });
    fills.push((now) => {
      made.reset();
      for (const [of, total] of totals(now)) made.inc({ [label]: of }, total);
    });
  }
  const perMeter = (value: (reading: ResourceReading) => number | null) => (now: Readings) =>
    METERS.flatMap((name): [string, number][] => {
      const known = now.resources && value(now.resources[name]);
      return known === null || !Number.isFinite(known) ? [] : [[name, known]];
    });

  perLabel('windows', 'Windows in the journal by state', 'state', ({ windows }) => Object.entries(windows));
  gauge(
    'oldest_unreported_seconds',
    'Since the end of the oldest window without an irreversible report',
    (now) => now.oldestUnreported ?? 0,
  );
  gauge('last_report_window', 'The newest window that this oracle reported', (now) => now.lastReport?.window ?? null);
  gauge('last_report_age_seconds', 'Since the end of that window', (now) => now.lastReport?.age ?? null);
  gauge(
    'disputed_windows',
    'Windows that were settled with another report than this oracle’s',
    ({ windows }) => windows.disputed,
  );
  gauge('differing_windows', 'Open windows of which another oracle’s report differs', ({ differing }) => differing);
  perLabel('log_position', 'Number of the last record that was verified', 'log', ({ logs }) =>
    logs.map(({ name, seq }) => [name, seq]),
  );
  perLabel('log_problem', '1 while a log cannot be read or is broken', 'log', ({ logs }) =>
    logs.map(({ name, problem }) => [name, problem ? 1 : 0]),
  );
  gauge('node_up', '1 while the oracle’s node answers', ({ nodeUp }) => (nodeUp ? 1 : 0));
  gauge('lib_age_seconds', 'Since the last irreversible block’s time', ({ libAge }) => libAge);
  perLabel('missing_windows', 'Windows in a row that another oracle missed in its turn', 'oracle', ({ missing }) => [
    ...missing,
  ]);
  gauge(
    'claim_age_seconds',
    'Since the producer’s rewards were claimed; only with the keeper',
    ({ claimAge }) => claimAge,
  );
  perLabel(
    'resource_used',
    'Used of the account’s resource: µs of CPU, bytes',
    'resource',
    perMeter(({ used }) => used),
  );
  perLabel(
    'resource_max',
    'What the account has of it',
    'resource',
    perMeter(({ max }) => max),
  );
  perLabel(
    'resource_left_windows',
    'Reports that what is left is enough for',
    'resource',
    perMeter(({ windows }) => windows),
  );
  perLabel(
    'resource_left_hours',
    'Hours that it is enough for',
    'resource',
    perMeter(({ hours }) => hours),
  );
  gauge(
    'permission_problems',
    'What is wrong with the oracle’s permission',
    ({ permissionProblems }) => permissionProblems,
  );
  gauge('alerts_waiting', 'Alerts that a receiver has not taken yet', ({ alertsWaiting }) => alertsWaiting);
  counter('alerts', 'Alerts since the start, by kind', 'kind', ({ alertsTold }) => alertsTold);
  counter(
    'webhook_failures',
    'Tries that a receiver did not take, since the start',
    'receiver',
    ({ webhookFailures }) => webhookFailures,
  );
  perLabel('job_failing', '1 when a job’s last run failed', 'job', ({ jobs }) =>
    jobs.map(({ name, failing }) => [name, failing ? 1 : 0]),
  );
  counter('findings', 'Leaks and other things that are odd, since the start', 'kind', ({ findings }) => findings);
  perLabel('source_up', '1 while this source of blocks gives some', 'source', ({ sources }) =>
    sources.map(({ name, up }) => [name, up ? 1 : 0]),
  );
  gauge('irreversible_block', 'Number of the last irreversible block', ({ irreversibleBlock }) => irreversibleBlock);
  gauge('forks', 'Forks that the state history told of, since the start', ({ forks }) => forks);
  gauge('disk_free_bytes', 'Left on the disk of the journal', ({ diskFree }) => diskFree);

  return () => {
    const now = read();
    for (const fill of fills) fill(now);
    return registry.metrics();
  };
}
