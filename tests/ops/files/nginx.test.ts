import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { PoolEvent } from '../../../common/events.ts';
import { firstSlot } from '../../../common/slot.ts';
import type { EmitterView, LiveEvents } from '../../../dashboard/api.ts';
import { findDebianProgram } from '../../../devnet/debian.ts';
import { reservePorts } from '../../../devnet/ports.ts';
import { ROOT, shimLibrary } from '../../../devnet/tools.ts';
import { LONG } from '../../support/nats.ts';
import { scratch, until } from '../../support/processes.ts';
import { FakeEmitter } from '../../unit/dashboard/support/fake-emitter.ts';
import { LiveClient, startPage } from '../../unit/dashboard/support/page.ts';
import { blocksOf } from '../support/markdown.ts';

const NGINX = { name: 'nginx', package: 'nginx', folder: '/usr/sbin', variable: 'NGINX_BIN' };
const WINDOW = 141_489_299;
const PAGE = 'http://127.0.0.1:9780';

/** The lines that docs/page.md gives, in a configuration that writes nowhere but to `dir`. */
function configuration(dir: string, port: number, page: string): string {
  const told = blocksOf('docs/page.md').find(({ text }) => text.includes('proxy_pass'))?.text ?? '';
  assert.ok(told.includes(PAGE));
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${dir}/${name};`,
  );
  return `daemon off; master_process off; pid ${dir}/pid; error_log stderr;
    events {}
    http { access_log off; ${temporary.join(' ')} server { listen 127.0.0.1:${port}; ${told.replace(PAGE, page)} } }`;
}

/** Status and body of an answer to a visitor who comes from an address of this machine. */
function ask(url: string, localAddress: string, headers = {}): Promise<{ status: number | undefined; body: string }> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { localAddress, headers, agent: false }, (response) => {
      let body = '';
      response.on('data', (text) => {
        body += text;
      });
      response.on('end', () => resolve({ status: response.statusCode, body }));
    });
    sent.on('error', reject).end();
  });
}

describe('the page behind the nginx of docs/page.md', { timeout: 120_000, ...LONG }, () => {
  const endings: (() => unknown)[] = [];
  const emitter = new FakeEmitter();
  let nginx: ChildProcess;
  let url: string;

  before(async () => {
    await emitter.listen();
    endings.push(() => emitter.close());
    emitter.status = {
      ...{ ready: false, reasons: ['no session with 10.0.0.7:9876'], sessions: [], log: { seq: 0 } },
      outside: { relayUp: false, peers: [] },
    };
    const settings = { DASHBOARD_TRUST_PROXY: 'loopback', DASHBOARD_PUBLIC: 'on', DASHBOARD_RATE: '20' };
    const page = await startPage({ ...settings, DASHBOARD_EMITTERS: `emitter1=${emitter.url}` });
    endings.push(() => page.stop());
    const dir = scratch({ after: (end) => endings.push(end) });
    mkdirSync(path.join(dir, 'logs'));
    const ports = await reservePorts(1);
    endings.push(() => ports.release());
    const file = path.join(dir, 'nginx.conf');
    writeFileSync(file, configuration(dir, ports.base, page.url));
    const command = await findDebianProgram(NGINX, path.join(ROOT, '.tools', 'nginx'));
    const bound = { LD_PRELOAD: shimLibrary(), DIE_WITH_PARENT: String(process.pid), DIE_WITH_SIGNAL: '9' };
    nginx = spawn(command, ['-p', dir, '-c', file, '-e', 'stderr'], {
      env: { ...process.env, ...bound },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    nginx.stderr?.on('data', (text) => {
      said += text;
    });
    url = `http://127.0.0.1:${ports.base}`;
    await until('nginx answers', async () => {
      assert.equal(nginx.exitCode, null, said);
      return (await fetch(`${url}/live`).catch(() => null))?.ok === true;
    });
  });
  after(async () => {
    if (nginx && nginx.exitCode === null) {
      const ended = new Promise((resolve) => nginx.once('exit', resolve));
      nginx.kill('SIGKILL');
      await ended;
    }
    for (const end of endings.reverse()) await end();
  });

  test('a change comes through at once, and the stream stays', async () => {
    const visitor = new LiveClient(url);
    await until('the stream begins', () => visitor.of('reset').length === 1);
    for (const slot of [firstSlot(WINDOW), firstSlot(WINDOW) + 1]) {
      const event = { type: 'candidate', slot, id: `a${slot}`, signer: '0:aa', member: 'alice', at: 0, bytes: 1 };
      emitter.say(
        { ...event, transactions: 0, verdict: 'valid', reason: null, session: 1 } as unknown as PoolEvent,
        WINDOW,
      );
      const isTold = ({ columns }: LiveEvents['columns']) => columns.some((column) => column.slot === slot);
      await until('the change', () => visitor.of<LiveEvents['columns']>('columns').some(isTold), 5000);
    }
    assert.equal(visitor.of('reset').length, 1);
    await visitor.stop();
  });

  test('each visitor has a limit of its own, and none that chooses an address for itself', async () => {
    const statuses = async (address: string, headers: (i: number) => object = () => ({})) => {
      const all: (number | undefined)[] = [];
      for (let i = 0; i < 21; i++) all.push((await ask(`${url}/api/emitters`, address, headers(i))).status);
      return all;
    };
    const limited = [...Array(20).fill(200), 429];
    assert.deepEqual(await statuses('127.0.0.2'), limited);
    assert.deepEqual(await statuses('127.0.0.3'), limited);
    assert.deepEqual(await statuses('127.0.0.4', (i) => ({ 'x-forwarded-for': `192.0.2.${i}` })), limited);
  });

  test('what is public names no address, and has the page’s policy', async () => {
    await until('the emitter is heard', async () =>
      /not-ready/.test((await ask(`${url}/api/emitters`, '127.0.0.5')).body),
    );
    const [view] = JSON.parse((await ask(`${url}/api/emitters`, '127.0.0.6')).body) as EmitterView[];
    assert.deepEqual(view?.reasons, ['no session with (hidden)']);
    const { headers } = await fetch(`${url}/api/emitters`);
    assert.match(headers.get('content-security-policy') ?? '', /default-src 'none'/);
  });
});
