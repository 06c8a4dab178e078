import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, test } from 'node:test';
import { writeGenesis } from '../../../devnet/genesis.ts';
import { reservePorts } from '../../../devnet/ports.ts';
import { findTools, ROOT, shimLibrary } from '../../../devnet/tools.ts';
import { LONG } from '../../support/nats.ts';
import { scratch, until } from '../../support/processes.ts';
import { readCompose } from '../support/compose.ts';
import { listOf, readDockerfile, targetOf } from '../support/dockerfile.ts';

/** The one that everybody knows. */
const DEVELOPMENT_KEY = 'EOS6MRyAjQq8ud7hVNYcfnVPJqcVpscN5So8BhtHuGYqET5GDW5CV';
const children: ChildProcess[] = [];
after(() => {
  for (const child of children) child.kill('SIGKILL');
});

for (const [name, service] of [
  ['relay', 'relay1'],
  ['node', 'node'],
] as const) {
  test(`a real nodeos takes deploy/docker/${name}.ini, as docker-compose.yml starts ${service}`, {
    timeout: 60_000,
    ...LONG,
  }, async (t) => {
    const dir = scratch(t);
    const ports = await reservePorts(3);
    t.after(() => ports.release());
    const port = (i: number) => `127.0.0.1:${ports.base + i}`;
    const ini = readFileSync(path.join(ROOT, `deploy/docker/${name}.ini`), 'utf8');
    mkdirSync(path.join(dir, 'config'));
    const local = ini
      .replace('0.0.0.0:8888', port(0))
      .replace('0.0.0.0:9876', port(1))
      .replace('0.0.0.0:8080', port(2));
    assert.doesNotMatch(local, /0\.0\.0\.0/);
    writeFileSync(path.join(dir, 'config/config.ini'), local.replace(/size-mb = \d+/, 'size-mb = 256'));
    writeGenesis(path.join(dir, 'genesis.json'), DEVELOPMENT_KEY);
    const { command, args } = findTools().nodeos;
    const steps = targetOf(readDockerfile(path.join(ROOT, 'deploy/docker/nodeos.Dockerfile')));
    const [, ...told] = listOf(steps.findLast((step) => step.name === 'ENTRYPOINT'));
    const where = [...told, ...(readCompose().services[service]?.command ?? [])].map((each) =>
      each.replace(/^\/etc\/nodeos/, path.join(dir, 'config')).replace(/^\/data/, path.join(dir, 'data')),
    );
    const bound = { LD_PRELOAD: shimLibrary(), DIE_WITH_PARENT: String(process.pid), DIE_WITH_SIGNAL: '9' };
    const child = spawn(command, [...args, ...where, '--genesis-json', path.join(dir, 'genesis.json')], {
      env: { ...process.env, ...bound },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    children.push(child);
    let said = '';
    child.stderr?.on('data', (text) => {
      said += text;
    });
    await until('nodeos answers', async () => {
      assert.equal(child.exitCode, null, said);
      return (await fetch(`http://${port(0)}/v1/chain/get_info`).catch(() => null))?.ok === true;
    });
    assert.deepEqual(readdirSync(path.join(dir, 'config')), ['config.ini'], 'compose mounts that folder read-only');
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    await ended;
  });
}
