import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import fastify from 'fastify';
import { healthRoutes } from '../../../dashboard/server/http/health.ts';
import { ROOT } from '../../../devnet/tools.ts';
import { type Readings as EmitterReadings, makeMetrics as emitterMetrics } from '../../../emitter/metrics.ts';
import { type Readings as OracleReadings, makeMetrics as oracleMetrics } from '../../../oracle/prometheus.ts';
import { scratch, until } from '../../support/processes.ts';
import { readYaml } from '../../support/yaml.ts';
import { findPromtool, Monitor } from '../support/prometheus.ts';
import { board, checkQueries, problemOf } from '../support/queries.ts';

const DEPLOYED = path.join(ROOT, 'deploy/prometheus');
/** What a real emitter, oracle and page exported; tests/vectors/README.md says how it was captured. */
const CAPTURED = ['emitter', 'oracle', 'page'] as const;
const run = promisify(execFile);
const captured = (name: string) => readFileSync(path.join(ROOT, `tests/vectors/metrics/${name}.txt`), 'utf8');
/** Names do not hang on what is read, which both take from a function at a scrape. */
const emitterText = () => emitterMetrics(() => noEmitterReadings, true).text();
const oracleText = () => oracleMetrics(() => noOracleReadings)();
async function pageText(): Promise<string> {
  const app = fastify();
  const none = () => 0;
  healthRoutes(app, { reasons: () => [], streams: none, cut: none, change: none, emitters: () => [] });
  const { body } = await app.inject('/metrics');
  return body;
}

const noEmitterReadings: EmitterReadings = {
  ...{ members: 0, relayUp: true, peersUp: 0, peers: 0, bytes: { members: 0, outside: 0, kept: 0, spilled: 0 } },
  ...{ dropped: 0, diskFree: 0, store: null, exchange: null },
};
const noOracleReadings: OracleReadings = {
  ...{ windows: { open: 0, unclosed: 0, seen: 0, computed: 0, sent: 0, irreversible: 0, skipped: 0, disputed: 0 } },
  ...{
    oldestUnreported: null,
    lastReport: null,
    differing: 0,
    logs: [],
    nodeUp: true,
    libAge: null,
    missing: new Map(),
  },
  ...{ claimAge: null, resources: null, permissionProblems: null, alertsWaiting: 0, alertsTold: new Map() },
  ...{ webhookFailures: new Map(), jobs: [], findings: new Map(), sources: [], irreversibleBlock: null, forks: null },
  diskFree: null,
};

interface Alert {
  alert: string;
  labels: { severity: string };
  annotations: { summary: string; runbook_url: string };
}

function alerts(): Alert[] {
  const { groups } = readYaml(readFileSync(path.join(DEPLOYED, 'alerts.yml'), 'utf8')) as unknown as {
    groups: { rules: Alert[] }[];
  };
  return groups.flatMap(({ rules }) => rules);
}

describe('promtool', () => {
  test('takes the configuration and the rules', async () => {
    execFileSync(await findPromtool(), ['check', 'config', path.join(DEPLOYED, 'prometheus.yml')], { stdio: 'pipe' });
  });

  test('sees each alert go off when it should, and none when all is well', async () => {
    await run(await findPromtool(), ['test', 'rules', path.join(DEPLOYED, 'alerts.test.yml')]);
  });

  test('has a test of each alert', () => {
    const { tests } = readYaml(readFileSync(path.join(DEPLOYED, 'alerts.test.yml'), 'utf8')) as unknown as {
      tests: { name: string }[];
    };
    assert.deepEqual(
      tests.slice(1).map(({ name }) => name),
      alerts().map(({ alert }) => alert),
    );
  });

  test('sees a rule that is too strict fail its test', async (t) => {
    const dir = scratch(t);
    const rules = readFileSync(path.join(DEPLOYED, 'alerts.yml'), 'utf8');
    assert.match(rules, /lib_age_seconds > 900"/);
    writeFileSync(path.join(dir, 'alerts.yml'), rules.replace('lib_age_seconds > 900"', 'lib_age_seconds > 9000"'));
    const tests = path.join(dir, 'alerts.test.yml');
    const all = readFileSync(path.join(DEPLOYED, 'alerts.test.yml'), 'utf8').split(/^(?= {2}- name: )/m);
    writeFileSync(tests, [all[0], ...all.filter((each) => each.includes('ChainStandsStill'))].join(''));
    await assert.rejects(run(await findPromtool(), ['test', 'rules', tests]), /ChainStandsStill/);
  });
});

test('each alert has an entry in the runbook, by its name, and the runbook none that is not there', () => {
  const names = alerts().map(({ alert }) => alert);
  for (const { alert, annotations, labels } of alerts()) {
    assert.equal(annotations.runbook_url, `{{ $externalLabels.runbook }}#${alert.toLowerCase()}`);
    assert.match(labels.severity, /^(critical|warning)$/);
    assert.ok(annotations.summary.length > 10);
  }
  const runbook = readFileSync(path.join(ROOT, 'docs/runbook.md'), 'utf8');
  const [, section = ''] = runbook.split(/^## Alerts$/m);
  const entries = [...(section.split(/^## /m)[0] ?? '').matchAll(/^### (\w+)$/gm)].map(([, name]) => name);
  assert.deepEqual(entries, names);
  const config = readFileSync(path.join(DEPLOYED, 'prometheus.yml'), 'utf8');
  assert.match(config, /^ {4}runbook: docs\/runbook\.md$/m);
});

test('the programs of today export the metrics that were captured, and no other', async () => {
  const families = (text: string) => [...text.matchAll(/^# TYPE (\S+) /gm)].map(([, name]) => name).sort();
  const now = { emitter: await emitterText(), oracle: await oracleText(), page: await pageText() };
  for (const name of CAPTURED) assert.deepEqual(families(captured(name)), families(now[name]), name);
});

describe('the board', () => {
  const { panels } = board();

  test('has panels that do not overlap, with numbers of their own, all of the source that is provisioned', () => {
    assert.equal(new Set(panels.map(({ id }) => id)).size, panels.length);
    const taken = new Set<string>();
    for (const { gridPos, title } of panels) {
      assert.ok(gridPos.x + gridPos.w <= 24, title);
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          assert.ok(!taken.has(`${x} ${y}`), `${title} lies over another panel`);
          taken.add(`${x} ${y}`);
        }
      }
    }
    const provisioned = readFileSync(path.join(ROOT, 'deploy/grafana/provisioning/datasources/prometheus.yml'), 'utf8');
    const [, uid] = /^ +uid: (\S+)$/m.exec(provisioned) ?? [];
    for (const panel of panels.filter(({ type }) => type !== 'row')) {
      assert.equal(panel.datasource?.uid, uid, panel.title);
      assert.ok(panel.targets && panel.targets.length > 0, panel.title);
      for (const target of panel.targets) assert.equal(target.datasource.uid, uid, panel.title);
    }
  });
});

describe('a real Prometheus that scrapes what the programs exported', () => {
  const servers: Server[] = [];
  const cleanups: (() => void)[] = [];
  let monitor: Monitor;

  before(async () => {
    const targets: Record<string, string[]> = {};
    for (const name of CAPTURED) {
      const text = captured(name);
      const server = createServer((_, response) => response.end(text));
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      servers.push(server);
      targets[name] = [`127.0.0.1:${(server.address() as AddressInfo).port}`];
    }
    const dir = scratch({ after: (fn) => cleanups.push(fn) });
    monitor = await Monitor.start(path.join(dir, 'prometheus'), targets);
    // Increases and rates need two samples.
    await until('two scrapes', async () => (await monitor.series('count_over_time(up[1m]) >= 2')) === 3);
  });
  after(async () => {
    await monitor?.stop();
    for (const server of servers) server.close();
    for (const cleanup of cleanups) cleanup();
  });

  test('finds a series for every query of the board and of the alerts', () => checkQueries(monitor));

  test('a metric that nobody exports, and a label that no series has, are found', async () => {
    const of = 'a panel';
    assert.equal(
      await problemOf({ of, expr: 'bppool_emitter_nothing' }, monitor),
      'a panel: no program exports bppool_emitter_nothing',
    );
    const expr = 'bppool_emitter_leaks_total{heeld="true"}';
    assert.equal(await problemOf({ of, expr }, monitor), `a panel: ${expr} gives no series`);
    await assert.rejects(problemOf({ of, expr: 'rate(bppool_emitter_leaks_total)' }, monitor), /expected type range/);
  });
});
