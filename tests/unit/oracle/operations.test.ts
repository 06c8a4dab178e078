import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { ROOT } from '../../../devnet/tools.ts';
import { ALERT_KINDS } from '../../../oracle/alerts/alert.ts';
import { oracleConfig } from '../../../oracle/config.ts';
import { makeMetrics, type Readings } from '../../../oracle/prometheus.ts';
import { WINDOW_STATES } from '../../../oracle/window/schema.ts';

const meter = { used: 10, max: 100, free: 90, windows: 9, hours: 3.5, level: 'low' as const };
const readings: Readings = {
  windows: { open: 1, unclosed: 0, seen: 2, computed: 3, sent: 4, irreversible: 50, skipped: 6, disputed: 7 },
  oldestUnreported: 120,
  lastReport: { window: 99, age: 30 },
  differing: 1,
  logs: [
    { name: 'a.sqlite', seq: 1000, problem: null },
    { name: 'b.sqlite', seq: 5, problem: 'it is broken' },
  ],
  nodeUp: true,
  libAge: 170,
  missing: new Map([['oracle2', 3]]),
  claimAge: 3600,
  resources: { cpu: meter, net: { ...meter, max: null, free: null, windows: Infinity, hours: Infinity }, ram: meter },
  permissionProblems: 0,
  alertsWaiting: 2,
  alertsTold: new Map([['leak', 1]]),
  webhookFailures: new Map([['slack at hooks.slack.com (address 1)', 5]]),
  jobs: [{ name: 'window job', failing: true }],
  findings: new Map([['leak', 2]]),
  sources: [
    { name: 'node', up: true },
    { name: 'state_history', up: false },
  ],
  irreversibleBlock: 1234,
  forks: 8,
  diskFree: 5_000_000,
};

async function samples(now: Readings): Promise<Map<string, number>> {
  const lines = (await makeMetrics(() => now)()).split('\n').filter((line) => line && !line.startsWith('#'));
  return new Map(
    lines.map((line) => [line.slice('bppool_oracle_'.length, line.lastIndexOf(' ')), Number(line.split(' ').at(-1))]),
  );
}

test('every reading is a sample', async () => {
  const read = await samples(readings);
  for (const state of WINDOW_STATES) assert.equal(read.get(`windows{state="${state}"}`), readings.windows[state]);
  const wanted = {
    ...{ oldest_unreported_seconds: 120, last_report_window: 99, last_report_age_seconds: 30, disputed_windows: 7 },
    ...{
      differing_windows: 1,
      'log_position{log="a.sqlite"}': 1000,
      'log_problem{log="a.sqlite"}': 0,
      'log_problem{log="b.sqlite"}': 1,
    },
    ...{ node_up: 1, lib_age_seconds: 170, 'missing_windows{oracle="oracle2"}': 3, claim_age_seconds: 3600 },
    ...{
      'resource_used{resource="cpu"}': 10,
      'resource_max{resource="ram"}': 100,
      'resource_left_windows{resource="cpu"}': 9,
    },
    ...{
      'resource_left_hours{resource="cpu"}': 3.5,
      permission_problems: 0,
      alerts_waiting: 2,
      'alerts_total{kind="leak"}': 1,
    },
    ...{
      'webhook_failures_total{receiver="slack at hooks.slack.com (address 1)"}': 5,
      'job_failing{job="window job"}': 1,
    },
    ...{ 'findings_total{kind="leak"}': 2, irreversible_block: 1234, forks: 8, disk_free_bytes: 5_000_000 },
    ...{ 'source_up{source="node"}': 1, 'source_up{source="state_history"}': 0 },
  };
  for (const [name, value] of Object.entries(wanted)) assert.equal(read.get(name), value, name);
  assert.ok(!read.has('resource_max{resource="net"}'), 'without a limit there is none to show');
});

test('what is not known has no sample; what is gone has no sample; a scrape twice counts once', async () => {
  const now = { ...readings };
  const metrics = makeMetrics(() => now);
  await metrics();
  Object.assign(now, { libAge: null, claimAge: null, lastReport: null, logs: [], resources: null });
  const text = await metrics();
  assert.doesNotMatch(text, /^bppool_oracle_(lib_age|claim_age|last_report_age)_seconds /m);
  assert.doesNotMatch(text, /log_position\{|resource_used\{/);
  now.libAge = 3;
  assert.match(await metrics(), /^bppool_oracle_lib_age_seconds 3$/m);
  assert.match(text, /^bppool_oracle_alerts_total\{kind="leak"\} 1$/m);
});

test('docs/metrics-oracle.md lists each metric, its kind and labels, and no other', async () => {
  const text = await makeMetrics(() => readings)();
  const kinds = new Map(
    [...text.matchAll(/^# TYPE bppool_oracle_(\S+) (\S+)$/gm)].map(([, name, kind]) => [name, kind]),
  );
  const labels = new Map(
    [...text.matchAll(/^bppool_oracle_([a-z_]+)\{([a-z]+)=/gm)].map(([, name, label]) => [name, label]),
  );
  const doc = readFileSync(path.join(ROOT, 'docs/metrics-oracle.md'), 'utf8');
  const rows = [...doc.matchAll(/^\| `([a-z_]+)` +\| (gauge|counter) +\| ([a-z]*) *\|/gm)];
  assert.deepEqual(new Map(rows.map(([, name, kind]) => [name, kind])), kinds);
  for (const [, name, , label] of rows) assert.equal(label, labels.get(name) ?? '', name);
});

test('docs/oracle.md says of each kind of alert what to do, and .env.example has each setting', () => {
  const doc = readFileSync(path.join(ROOT, 'docs/oracle.md'), 'utf8');
  const told = [...doc.matchAll(/^\| `([a-z_]+)` +\|/gm)].map(([, kind]) => kind);
  assert.deepEqual(told, [...ALERT_KINDS]);
  const example = readFileSync(path.join(ROOT, '.env.example'), 'utf8');
  const settings = Object.keys(oracleConfig.shape).filter((name) => name.startsWith('ORACLE_'));
  assert.ok(settings.length > 20);
  for (const name of settings) assert.match(example, new RegExp(`^(# )?${name}=`, 'm'), name);
});
