import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { request } from 'node:http';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { loadConfig } from '../../../common/config.ts';
import type { PoolEvent } from '../../../common/events.ts';
import { firstSlot } from '../../../common/slot.ts';
import type { EmitterView, JoinConfigAnswer, SlotDetail } from '../../../dashboard/api.ts';
import { dashboardConfig } from '../../../dashboard/server/config.ts';
import { withoutAddresses } from '../../../dashboard/server/http/hide.ts';
import { testKey } from '../../contract/support/keys.ts';
import { FakePool, NEVER, proposalRow } from '../../support/fake-pool.ts';
import { scratch, until } from '../../support/processes.ts';
import { FakeEmitter } from './support/fake-emitter.ts';
import { LiveClient, startPage } from './support/page.ts';

async function pageOf(t: TestContext, settings: Record<string, string> = {}) {
  const page = await startPage(settings);
  t.after(() => page.stop());
  return page.url;
}

async function errorOf(url: string, method = 'GET'): Promise<{ status: number; error: string }> {
  const response = await fetch(url, { method });
  return { status: response.status, ...((await response.json()) as { error: string }) };
}

const BAD: [path: string, status: number, sentence: RegExp][] = [
  ['/api/columns?before=x', 400, /^before is "x", and must be a whole number from 0 to 4294967295$/],
  ['/api/columns?limit=0', 400, /^limit is "0", and must be a whole number from 1 to 600$/],
  ['/api/columns?limit=5&limit=6', 400, /^limit is given more than once, and must be/],
  ['/api/columns?before=-1', 400, /^before is "-1"/],
  ['/api/columns?before=1e3', 400, /^before is "1e3"/],
  ['/api/slots/12x', 400, /^the slot is "12x"/],
  ['/api/slots/99', 404, /^nothing is known of slot 99/],
  ['/api/windows?limit=201', 400, /^limit is "201", and must be a whole number from 1 to 200$/],
  ['/api/windows/abc', 400, /^the window is "abc"/],
  ['/api/windows/5', 404, /^window 5 has no report on the chain/],
  ['/api/windows.csv?before=%00', 400, /^before is "\\u0000"/],
  [
    '/api/join/config?version=leap9',
    400,
    /^version is "leap9", and must be one of eosio2, leap3, leap4, leap5, spring1$/,
  ],
  ['/api/join/config?key=abc', 400, /^key is "abc", and must be a public key as EOS… or PUB_K1_…$/],
  ['/api/join/config?key=5KQwrPbwdL6PhXujxW37FSSQZ1JiwsST4cqQzDeyXtP79zkvFD3', 400, /^this looks like a private key/],
  ['/api/join/Alice', 400, /^the account is "Alice", and must be an account name/],
  ['/api/join/abcdefghijklmn', 400, /^the account is "abcdefghijklmn"/],
  ['/api/action', 400, /^name is not given, and must be an account name/],
  ['/api/action?name=vote&actor=alice', 400, /^data is not given, and must be a JSON object$/],
  ['/api/action?name=vote&actor=alice&data=[1]', 400, /must be a JSON object with the action's fields by name$/],
  ['/api/action?name=vote&actor=alice&data={', 400, /^data is "\{", and must be a JSON object$/],
  [`/api/action?name=vote&actor=alice&data=${'1'.repeat(6001)}`, 400, /^data has 6001 characters/],
  [`/api/columns?x=${'y'.repeat(9000)}`, 414, /^the address has \d+ characters; at most 8192 are read$/],
  ['/api/nothing', 404, /^there is no \/api\/nothing here$/],
];

test('bad questions get one sentence each, and the status of a mistake', async (t) => {
  const url = await pageOf(t);
  for (const [where, status, sentence] of BAD) {
    const answer = await errorOf(url + where);
    assert.equal(answer.status, status, where.slice(0, 100));
    assert.match(answer.error, sentence, where.slice(0, 100));
  }
});

for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS']) {
  test(`${method} changes nothing: it is not answered`, async (t) => {
    const url = await pageOf(t);
    const { status, error } = await errorOf(`${url}/api/emitters`, method);
    assert.equal(status, 405);
    assert.equal(error, `this server only tells: GET and HEAD are answered, ${method} is not`);
  });
}

test('HEAD is answered, and opens no stream', async (t) => {
  const url = await pageOf(t);
  assert.equal((await fetch(`${url}/api/emitters`, { method: 'HEAD' })).status, 200);
  assert.equal((await fetch(`${url}/api/live`, { method: 'HEAD' })).status, 404);
});

test('every answer has the strict policy: nothing inline, nothing from elsewhere', async (t) => {
  const url = await pageOf(t);
  for (const where of ['/api/emitters', '/api/nothing', '/', '/api/columns?limit=x']) {
    const { headers } = await fetch(url + where);
    const policy = headers.get('content-security-policy') ?? '';
    assert.match(policy, /default-src 'none'/);
    assert.match(policy, /script-src 'self'/);
    assert.doesNotMatch(policy, /unsafe|https?:|\*/);
    assert.equal(headers.get('x-content-type-options'), 'nosniff');
    assert.equal(headers.get('referrer-policy'), 'no-referrer');
    assert.equal(headers.get('access-control-allow-origin'), null);
  }
});

test('an address that asks too much is told when to come again; health is always told', async (t) => {
  const url = await pageOf(t, { DASHBOARD_RATE: '5' });
  for (let i = 0; i < 5; i++) assert.equal((await fetch(`${url}/api/emitters`)).status, 200);
  const { status, error } = await errorOf(`${url}/api/emitters`);
  assert.equal(status, 429);
  assert.match(error, /^more than 5 requests in a minute came from this address; try again in /);
  assert.equal((await fetch(`${url}/live`)).status, 200);
});

test('a visitor behind a proxy that is believed has a limit of its own; a header of anybody is not believed', async (t) => {
  const ask = async (url: string, address: string) =>
    (await fetch(`${url}/api/emitters`, { headers: { 'x-forwarded-for': address } })).status;
  const plain = await pageOf(t, { DASHBOARD_RATE: '2' });
  assert.deepEqual(
    [await ask(plain, '192.0.2.1'), await ask(plain, '192.0.2.2'), await ask(plain, '192.0.2.3')],
    [200, 200, 429],
  );
  const behind = await pageOf(t, { DASHBOARD_RATE: '2', DASHBOARD_TRUST_PROXY: 'loopback' });
  assert.deepEqual(
    [await ask(behind, '192.0.2.1'), await ask(behind, '192.0.2.2'), await ask(behind, '192.0.2.3')],
    [200, 200, 200],
  );
});

test('without node and emitters the server stands, says that it is not ready, and why', async (t) => {
  const url = await pageOf(t, { DASHBOARD_EMITTERS: 'emitter1=http://127.0.0.1:1' });
  const ready = await fetch(`${url}/ready`);
  assert.equal(ready.status, 503);
  const { reasons } = (await ready.json()) as { reasons: string[] };
  assert.match(reasons[0] ?? '', /no answer from http:\/\/127\.0\.0\.1:1\/v1\/chain\/get_table_rows/);
  assert.equal(reasons[1], 'no emitter answers');
  const { status, error } = await errorOf(`${url}/api/pool`);
  assert.equal(status, 503);
  assert.match(error, /^no answer from http:\/\/127\.0\.0\.1:1/);
  assert.equal((await fetch(`${url}/api/columns`)).status, 200);
});

const WINDOW = 141_489_299;
const ADDRESS = /\d+\.\d+\.\d+\.\d+|relay\.example|:9876/;
/** Every answer, also those that need a chain and say here that there is none. */
const ASKED = [
  ...['/live', '/ready', '/metrics', '/api/emitters', '/api/columns', '/api/pool', '/api/pay', '/api/pay.csv'],
  ...['/api/windows', '/api/windows/5', '/api/windows.csv', '/api/join/config', '/api/join/alice', '/api/slots/1'],
  '/api/action?name=claim&actor=alice&data={}',
];

test('in public mode no answer names an address, the stream and the metrics neither', async (t) => {
  const emitter = new FakeEmitter();
  await emitter.listen();
  t.after(() => emitter.close());
  emitter.status = {
    ready: false,
    reasons: ['no session with 10.0.0.7:9876, nor with relay.example:9876'],
    outside: { relayUp: false, peers: [{ address: '10.1.2.3:9876', up: false }] },
    sessions: [{ session: 1, remote: '10.9.8.7:1234', signer: null, member: 'alice', relayUp: true }],
    log: { seq: 0 },
  };
  const slot = firstSlot(WINDOW);
  emitter.say(
    {
      ...{ type: 'candidate', slot, id: 'aa', signer: '0:aa', member: 'alice', at: 0, bytes: 1, transactions: 0 },
      ...{ verdict: 'invalid', reason: 'its parent came from 10.2.3.4:9876', session: 1 },
    } as unknown as PoolEvent,
    WINDOW,
  );
  emitter.say(
    { type: 'fault', at: 0, code: 'x', text: 'relay.example:9876 went away' } as unknown as PoolEvent,
    WINDOW,
  );
  const settings = { DASHBOARD_EMITTERS: `emitter1=${emitter.url}`, DASHBOARD_PUBLIC: 'on' };
  const url = await pageOf(t, settings);
  const read = async (where: string) => (await fetch(url + where)).text();
  await until('the emitter is heard', async () => /not-ready/.test(await read('/api/emitters')));
  await until('its log is read', async () => /went away|hidden/.test(await read(`/api/slots/${slot}`)));
  const visitor = new LiveClient(url);
  t.after(() => visitor.stop());
  await until('the stream begins', () => visitor.of('reset').length > 0);
  assert.doesNotMatch(JSON.stringify(visitor.events), ADDRESS);
  for (const where of [...ASKED, `/api/slots/${slot}`]) assert.doesNotMatch(await read(where), ADDRESS, where);
  await until('why there is nothing newer', async () => /"stale":"/.test(await read('/api/windows')));
  assert.match(await read('/api/windows'), /"stale":"no answer from \(hidden\)/);
  const [view] = JSON.parse(await read('/api/emitters')) as EmitterView[];
  assert.deepEqual(view?.reasons, ['no session with (hidden), nor with (hidden)']);
  const { candidates, notes } = JSON.parse(await read(`/api/slots/${slot}`)) as SlotDetail;
  assert.deepEqual(
    candidates.map(({ reason }) => reason),
    ['its parent came from (hidden)'],
  );
  assert.deepEqual(notes, ['emitter1: x: (hidden) went away']);
});

for (const isPublic of [true, false]) {
  const title = isPublic
    ? 'in public mode a chain’s answers name no address'
    : 'else they name members’ pages and emitters';
  test(`${title}: of members, roles, proposals, the node asked, the lines for config.ini`, async (t) => {
    const pool = new FakePool();
    const row = { account: 'em1', key: testKey(9).pub, endpoints: 'em1.example:9700 http://em1.example:9701' };
    pool.set('emitters', [{ ...row, stopper: '', stopper_at: NEVER }]);
    const wanted = { subject: 'em2', target: 'emitter', value: 1, detail: 'em2.example:9700', key: testKey(8).pub };
    pool.set('proposals', [proposalRow(1, 'role', wanted)]);
    const api = await pool.serve(t);
    const url = await pageOf(t, { DASHBOARD_CHAIN_API: api, DASHBOARD_PUBLIC: isPublic ? 'on' : 'off' });
    const read = async (where: string) => {
      const response = await fetch(url + where);
      const text = await response.text();
      assert.equal(response.status, 200, `${where}: ${text}`);
      return text;
    };
    const config = JSON.parse(await read('/api/join/config')) as JoinConfigAnswer;
    const asked = `${await read('/api/pool')} ${config.text} ${await read('/api/action?name=claim&actor=alice&data={"account":"alice","token":0}')}`;
    for (const address of ['alice.example', 'em1.example', 'em2.example', api])
      assert.equal(asked.includes(address), !isPublic, address);
    assert.equal(config.text.includes('p2p-peer-address = EMITTER:PORT'), isPublic);
  });
}

test('addresses go out of sentences; accounts, amounts and times stay', () => {
  assert.equal(withoutAddresses('no answer from https://a.example/x?y=1: gone'), 'no answer from (hidden) gone');
  assert.equal(withoutAddresses('[2001:db8::1]:80 and localhost:8888'), '(hidden) and (hidden)');
  const plain = 'eosio.token holds 12.3456 EOS, votetime: 259,200 s (3 days), at 2026-11-27 04:15:30 UTC';
  assert.equal(withoutAddresses(plain), plain);
});

test('files of the page with a hash in their name are kept by browsers, the page itself is not', async (t) => {
  const { servePage } = await import('../../../dashboard/server/http/static.ts');
  const { makeApp } = await import('../../../dashboard/server/http/app.ts');
  const { makeLogger } = await import('../../../common/logger.ts');
  const { mkdirSync } = await import('node:fs');
  const dir = scratch(t);
  mkdirSync(path.join(dir, 'assets'));
  writeFileSync(path.join(dir, 'index.html'), '<!doctype html><title>pool</title>');
  writeFileSync(path.join(dir, 'assets/page-abc123.js'), 'export {};');
  writeFileSync(path.join(dir, '.secret'), 'x');
  const app = await makeApp({
    trustProxy: 'off',
    ratePerMinute: 100,
    isPublic: false,
    logger: makeLogger('t', 'silent'),
  });
  t.after(() => app.close());
  await servePage(app, dir);
  const get = (url: string) => app.inject({ url });
  assert.match(String((await get('/assets/page-abc123.js')).headers['cache-control']), /immutable/);
  assert.equal((await get('/')).headers['cache-control'], 'no-cache');
  assert.match((await get('/governance/5')).body, /<title>pool/);
  assert.equal((await get('/assets/none.js')).statusCode, 404);
  assert.notEqual((await get('/.secret')).body, 'x');
  assert.equal((await get('/api/x')).statusCode, 404);
});

test('a slow sender of a request is cut off in the end, and a body is not read', async (t) => {
  const url = await pageOf(t);
  const { hostname, port } = new URL(url);
  const status = await new Promise<number>((resolve, reject) => {
    const sent = request(
      { hostname, port, path: '/api/emitters', method: 'GET', headers: { 'content-length': 100 } },
      (answer) => {
        resolve(answer.statusCode ?? 0);
        sent.destroy();
      },
    );
    sent.on('error', reject);
    sent.flushHeaders();
  });
  assert.equal(status, 200);
});

const WRONG: [Record<string, string>, RegExp][] = [
  [{ DASHBOARD_EMITTERS: 'http://127.0.0.1:9701' }, /DASHBOARD_EMITTERS\.0: must be name=http:\/\/host:port/],
  [{ DASHBOARD_EMITTERS: 'a=http://x:1,a=http://y:1' }, /DASHBOARD_EMITTERS: must name each emitter once/],
  [{ DASHBOARD_EXPLORER: 'https://explorer.example/' }, /DASHBOARD_EXPLORER: must be a web address with \{trx\} in it/],
  [{ DASHBOARD_EXPLORER: 'javascript:alert(1)//{trx}' }, /DASHBOARD_EXPLORER: must be a web address/],
  [{ DASHBOARD_PUBLIC: 'yes' }, /DASHBOARD_PUBLIC: must be on or off/],
  [{ DASHBOARD_TRUST_PROXY: 'everybody' }, /DASHBOARD_TRUST_PROXY: must be off, loopback/],
  [{ DASHBOARD_LISTEN: '127.0.0.1:99999' }, /DASHBOARD_LISTEN: must be host:port with a port up to 65535/],
  [{ DASHBOARD_POOL: 'Pool' }, /DASHBOARD_POOL: must be an account name/],
  [{ DASHBOARD_CHAIN_API: 'ftp://x' }, /DASHBOARD_CHAIN_API: must be http:\/\/host:port of a node/],
  [{ DASHBOARD_RATE: '0' }, /DASHBOARD_RATE: /],
];

test('each wrong setting is named, with what would be right', () => {
  const right = {
    ENV_FILE: '/dev/null',
    DASHBOARD_POOL: 'poolbp',
    DASHBOARD_DAC: 'pooldac',
    DASHBOARD_CHAIN_API: 'http://127.0.0.1:8888',
  };
  assert.ok(loadConfig('the page', dashboardConfig, right));
  for (const [settings, sentence] of WRONG)
    assert.throws(() => loadConfig('the page', dashboardConfig, { ...right, ...settings }), sentence);
});
