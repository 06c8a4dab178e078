import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { z } from 'zod';
import { dashboardConfig } from '../../../dashboard/server/config.ts';
import { findNatsServer } from '../../../devnet/nats-server.ts';
import { ROOT } from '../../../devnet/tools.ts';
import { emitterConfig } from '../../../emitter/config.ts';
import { oracleConfig } from '../../../oracle/config.ts';
import { readYaml } from '../../support/yaml.ts';
import { interpolate, readCompose, schemaProblems, seconds } from '../support/compose.ts';
import { readDockerfile, targetOf } from '../support/dockerfile.ts';

const compose = readCompose();
const services = Object.entries(compose.services);
const inRoot = (file: string) => path.join(ROOT, file);
/** Those of others, which have their own user and cannot be looked into here. */
const PUBLIC_IMAGES = ['prometheus', 'grafana'];
const MEMBERS_PORT = '9700';

test('the Compose Specification’s schema takes it, and nothing that is misspelt', async () => {
  assert.deepEqual(await schemaProblems(compose), []);
  const misspelt = structuredClone(compose) as unknown as { services: { page: Record<string, unknown> } };
  misspelt.services.page.cap_dropp = ['ALL'];
  assert.match((await schemaProblems(misspelt)).join('\n'), /cap_dropp/);
});

test('all that the issue of a pool needs is there', () => {
  const names = services.map(([name]) => name);
  const wanted = ['relay1', 'relay2', 'node', 'nats-a', 'nats-b', 'nats-c', 'emitter1', 'emitter2'];
  wanted.push('oracle1', 'oracle2', 'oracle3', 'page', 'prometheus', 'grafana');
  assert.deepEqual(names, wanted);
});

for (const [name, service] of services) {
  describe(name, () => {
    test('writes nowhere but to its volumes, has no capability, gets none, and has limits', () => {
      assert.equal(service.read_only, true);
      assert.deepEqual(service.cap_drop, ['ALL']);
      assert.deepEqual(service.security_opt, ['no-new-privileges:true']);
      assert.equal(service.privileged, undefined);
      assert.ok(service.mem_limit && service.pids_limit);
      assert.deepEqual(Object.keys(service.logging?.options ?? {}), ['max-size', 'max-file']);
    });

    test('runs as nobody in particular, and its health is looked at', () => {
      if (PUBLIC_IMAGES.includes(name)) return assert.ok(service.healthcheck);
      const { dockerfile = '', target } = service.build ?? {};
      const file = path.basename(dockerfile);
      const steps = targetOf(readDockerfile(inRoot(`deploy/docker/${file}`)), target);
      assert.equal(steps.findLast(({ name: step }) => step === 'USER')?.text, '65532:65532');
      assert.ok(steps.some(({ name: step }) => step === 'HEALTHCHECK'));
    });

    test('has longer to end than a window lasts', () => {
      assert.ok(seconds(service.stop_grace_period ?? '') >= 10, service.stop_grace_period);
      if (name.startsWith('emitter')) assert.ok(seconds(service.stop_grace_period ?? '') >= 2 * 6);
    });

    test('is reached from outside of this machine by members alone', () => {
      for (const port of service.ports ?? []) {
        const isForMembers = name.startsWith('emitter') && port.endsWith(`:${MEMBERS_PORT}`);
        assert.ok(isForMembers || port.startsWith('127.0.0.1:'), port);
      }
    });

    test('waits for nobody whose health nobody looks at; its networks, volumes, secrets and files are there', () => {
      for (const [other, { condition }] of Object.entries(service.depends_on ?? {})) {
        assert.equal(condition, 'service_healthy');
        assert.ok(compose.services[other], other);
      }
      for (const network of service.networks) assert.ok(network in compose.networks, network);
      for (const volume of service.volumes ?? []) {
        const [source = '', , mode] = volume.split(':');
        if (!source.startsWith('./')) assert.ok(source in compose.volumes, source);
        else assert.ok(existsSync(inRoot(source)) && mode === 'ro', volume);
      }
      for (const secret of service.secrets ?? [])
        assert.ok((typeof secret === 'string' ? secret : secret.source) in compose.secrets);
    });
  });
}

test('nothing is declared that nobody uses', () => {
  const used = services.flatMap(([, { networks, volumes = [], secrets = [] }]) => [
    ...networks,
    ...volumes.map((volume) => volume.split(':')[0]),
    ...secrets.map((secret) => (typeof secret === 'string' ? secret : secret.source)),
  ]);
  for (const name of [compose.networks, compose.volumes, compose.secrets].flatMap(Object.keys))
    assert.ok(used.includes(name), name);
});

test('members’ network and the inside are apart: only what speaks to the network is in both', () => {
  const outside = services.filter(([, { networks }]) => networks.includes('outside')).map(([name]) => name);
  assert.deepEqual(outside, ['relay1', 'relay2', 'node', 'emitter1', 'emitter2']);
  for (const name of ['relay1', 'relay2', 'chain', 'cluster', 'watch'])
    assert.equal(compose.networks[name]?.internal, true, name);
  for (const i of [1, 2]) {
    const inside = services.filter(([, { networks }]) => networks.includes(`relay${i}`)).map(([name]) => name);
    assert.deepEqual(inside, [`relay${i}`, `emitter${i}`]);
  }
});

/** Settings of a program, each known to its configuration, and all of them taken by it. */
function schemaOf(name: string): z.ZodType {
  if (name.startsWith('emitter')) return emitterConfig;
  if (name.startsWith('oracle')) return oracleConfig;
  return dashboardConfig;
}

for (const [name, { environment }] of services.filter(([each]) => /^(emitter|oracle|page)/.test(each))) {
  test(`the settings of ${name} are known to the program, and it takes them`, () => {
    const schema = schemaOf(name);
    const values = Object.entries(environment ?? {}).map(([key, value]) => [key, interpolate(String(value))]);
    const shape = (schema as z.ZodObject).shape ?? {};
    for (const [key] of values) assert.ok((key as string) in shape, `${name} is told ${key}, which it does not know`);
    const parsed = schema.safeParse(Object.fromEntries(values));
    assert.equal(parsed.error && z.prettifyError(parsed.error), undefined);
  });
}

test('addresses in settings are services, by ports that they listen on', () => {
  const listens: Record<string, string[]> = { node: ['8888', '8080'] };
  for (const i of [1, 2]) Object.assign(listens, { [`relay${i}`]: ['8888', '9876'], [`emitter${i}`]: ['9701'] });
  for (const name of ['nats-a', 'nats-b', 'nats-c']) listens[name] = ['4222'];
  for (const [name, { environment = {} }] of services) {
    for (const value of Object.values(environment).map((text) => interpolate(String(text)))) {
      for (const [, host = '', port = ''] of value.matchAll(/(?:\/\/|^)([a-z][a-z0-9-]*):(\d+)/g))
        assert.ok(listens[host]?.includes(port), `${name}: ${host}:${port}`);
    }
  }
});

test('Prometheus scrapes the services by their ports', () => {
  const text = readFileSync(inRoot('deploy/prometheus/prometheus.yml'), 'utf8');
  const { scrape_configs: jobs } = readYaml(text) as unknown as {
    scrape_configs: { job_name: string; static_configs: { targets: string[] }[] }[];
  };
  const targets = jobs.flatMap(({ static_configs }) => static_configs.flatMap((each) => each.targets));
  const wanted = services.flatMap(([name, { environment = {} }]) => {
    const address = environment.EMITTER_HTTP ?? environment.ORACLE_HTTP ?? environment.DASHBOARD_LISTEN;
    return address ? [`${name}:${address.split(':')[1]}`] : [];
  });
  assert.deepEqual(targets.sort(), wanted.sort());
  for (const target of targets)
    assert.ok(compose.services[target.split(':')[0] ?? '']?.networks.includes('watch'), target);
});

test('nats-server takes the configuration of each node', async () => {
  const command = await findNatsServer();
  for (const name of ['a', 'b', 'c'])
    execFileSync(command, ['-t', '--config', inRoot(`deploy/docker/nats-${name}.conf`)], { stdio: 'pipe' });
});
