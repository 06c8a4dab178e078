import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { LONG } from '../../support/nats.ts';
import { PoolCommand, scratch, until } from '../../support/processes.ts';
import { hasRunFile, type RunFile, readRunFile } from '../../support/run-file.ts';
import { Monitor } from '../support/prometheus.ts';
import { checkQueries } from '../support/queries.ts';

/** What a machine that is too busy for a whole pool brings about: true then, and no mistake of the rules. */
const OF_LOAD = [
  'DecisionUnsure',
  'SlotsMissed',
  'UnjudgedBlocks',
  'LateBlocks',
  'MemberPoisoned',
  'ManyRescues',
  'LogBehind',
];
/** Nobody listens there. */
const NOBODY = '127.0.0.1:9';
const hostPort = (url: string) => url.replace('http://', '');

describe('a pool of two emitters and three oracles under a real Prometheus', { timeout: 400_000, ...LONG }, () => {
  const cleanups: (() => void)[] = [];
  let command: PoolCommand;
  let monitor: Monitor;
  let run: Omit<RunFile, 'oracles'> & { oracles: { account: string; http: string }[] };

  before(async () => {
    const dir = scratch({ after: (fn) => cleanups.push(fn) });
    const folder = path.join(dir, 'run');
    const size = ['--emitters', '2', '--oracles', '3', '--producers', '1', '--restart', 'members'];
    command = new PoolCommand(['up', ...size, '--dir', folder]);
    await until('run.json', () => {
      assert.equal(command.process.exitCode, null, command.stderr);
      return hasRunFile(folder);
    });
    run = readRunFile(folder) as unknown as typeof run;
    monitor = await Monitor.start(path.join(dir, 'prometheus'), {
      emitter: run.emitters.map(({ http }) => hostPort(http)),
      oracle: run.oracles.map(({ http }) => hostPort(http)),
      page: [run.dashboard === null ? NOBODY : hostPort(run.dashboard)],
    });
    await until('two windows are reported by all oracles', async () => {
      if (command.process.exitCode !== null) throw new Error(`./pool up ended:\n${command.stderr}`);
      return (await monitor.series('bppool_oracle_windows{state="irreversible"} >= 2')) === run.oracles.length;
    });
  });
  after(async () => {
    await monitor?.stop();
    await command.stop();
    for (const cleanup of cleanups) cleanup();
  });

  test('every query of the board and of the alerts gives a series', () => checkQueries(monitor));

  /** Alerts that are on, but for those of a busy machine, and the page's where the run has none. */
  async function firing(): Promise<string[]> {
    const on = (await monitor.alerts()).filter(({ state }) => state === 'firing').map(({ name }) => name);
    return on.filter((name) => !OF_LOAD.includes(name) && (name !== 'PageDown' || run.dashboard !== null));
  }

  test('a pool that is well sets no alert off', async () => assert.deepEqual(await firing(), []));

  test('a relay node that is killed sets off the alert for it, and only such as are about it', async () => {
    const emitter = run.emitters[1];
    const relay = run.nodes.find(({ name }) => name === emitter?.relay);
    process.kill(relay?.pid as number, 'SIGKILL');
    await until('RelayNodeLost', async () => (await firing()).includes('RelayNodeLost'));
    assert.deepEqual(await firing(), ['RelayNodeLost']);
  });

  test('what the programs export is kept for the plain tests when asked', {
    skip: process.env.POOL_KEEP_METRICS ? false : 'POOL_KEEP_METRICS names no folder',
  }, async () => {
    const folder = process.env.POOL_KEEP_METRICS as string;
    mkdirSync(folder, { recursive: true });
    const urls = { emitter: run.emitters[0]?.http, oracle: run.oracles[0]?.http, page: run.dashboard };
    for (const [name, url] of Object.entries(urls))
      writeFileSync(path.join(folder, `${name}.txt`), await (await fetch(`${url}/metrics`)).text());
  });
});
