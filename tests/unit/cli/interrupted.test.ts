import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { test } from 'node:test';
import { exampleFile } from '../../../cli/deploy/example.ts';
import { ROOT } from '../../../devnet/tools.ts';
import { testKey } from '../../contract/support/keys.ts';
import { FakePool } from '../../support/fake-pool.ts';
import { type Ended, scratch } from '../../support/processes.ts';

type Context = Parameters<typeof scratch>[0];

/** Runs a command of its own process, sends it the signal as soon as `ready` is there, and gives how it ended. */
async function stopped(t: Context, args: string[], ready: Promise<unknown>, signal: NodeJS.Signals): Promise<Ended> {
  const child = spawn(process.execPath, [path.join(ROOT, 'cli/main.ts'), ...args], {
    ...{ cwd: scratch(t), stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ENV_FILE: '/dev/null' } },
  });
  t.after(() => void child.kill('SIGKILL'));
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (data) => {
      said[name] += data;
    });
  }
  const closed = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
  await Promise.race([ready, closed]);
  child.kill(signal);
  const [code, ended] = await closed;
  return { code, signal: ended, ...said };
}

/** A node that takes questions and answers none; `asked` when the first has come. */
async function silentNode(t: Context): Promise<{ api: string; asked: Promise<unknown> }> {
  const server = createServer(() => {});
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { api: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked: once(server, 'request') };
}

test('Ctrl-C while a command waits for a node: exit code 130 and one sentence, with --json as JSON', async (t) => {
  for (const words of [
    ['vote', '1', 'yes', '--as', 'alice'],
    ['dispute', '--window', '7'],
  ]) {
    const { api, asked } = await silentNode(t);
    const { code, stdout, stderr } = await stopped(t, [...words, '--api', api], asked, 'SIGINT');
    assert.deepEqual([code, stdout], [130, ''], stderr);
    assert.match(stderr, /^pool: stopped by SIGINT while asking http:\S+\n$/, words.join(' '));
  }
  const { api, asked } = await silentNode(t);
  const json = await stopped(t, ['members', '--json', '--api', api], asked, 'SIGTERM');
  assert.deepEqual([json.code, json.stdout], [130, '']);
  assert.equal(JSON.parse(json.stderr).error.code, 'interrupted');
});

test('Ctrl-C while a push waits for its block: says which transaction was sent', async (t) => {
  const pool = new FakePool();
  pool.accounts.alice = { ram_quota: -1, ram_usage: 0 };
  // Blocks come, and the transaction is in none of them.
  const blocks = Promise.withResolvers<void>();
  const { handle } = pool;
  pool.handle = (url, text) => {
    if (url !== '/v1/chain/get_block') return handle.call(pool, url, text);
    blocks.resolve();
    return { status: 200, body: JSON.stringify({ timestamp: '2026-11-27T12:00:00', transactions: [] }) };
  };
  const api = await pool.serve(t);
  const key = path.join(scratch(t), 'key');
  writeFileSync(key, testKey(1).priv, { mode: 0o600 });
  const args = ['refresh', '--as', 'alice', '--push', '--key-file', key, '--api', api];
  const { code, stdout, stderr } = await stopped(t, args, blocks.promise, 'SIGINT');
  assert.deepEqual([code, stdout], [130, ''], stderr);
  assert.match(stderr, /^pool: stopped by SIGINT while waiting for a block with transaction [0-9a-f]{64}\n$/);
});

test('Ctrl-C during deploy: exit code 130', async (t) => {
  const { api, asked } = await silentNode(t);
  const file = path.join(scratch(t), 'deploy.json');
  let keys = 0;
  const text = exampleFile()
    .replaceAll('PUBLIC_KEY', () => testKey(++keys).pub)
    .replace('CREATOR', 'creator');
  writeFileSync(file, text.replace('docs/constitution.md', path.join(ROOT, 'docs/constitution.md')));
  const args = ['deploy', 'apply', '--network', 'jungle4', '--file', file, '--api', api, '--yes'];
  const { code, stderr } = await stopped(t, args, asked, 'SIGINT');
  assert.equal(code, 130, stderr);
  assert.match(stderr, /pool: stopped by SIGINT while connecting\n$/);
});
