import assert from 'node:assert/strict';
import { chmodSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { versionsOf } from '../../../cli/check/versions.ts';
import { testKey } from '../../contract/support/keys.ts';
import { configRow, FakePool, memberRow, NEVER, NOW } from '../../support/fake-pool.ts';
import { invoked } from '../../support/invoked.ts';
import { scratch } from '../../support/processes.ts';

type Context = Parameters<typeof scratch>[0];

const own = testKey(1);
const bobs = testKey(2);

const GOOD = `# a member's node
plugin = eosio::producer_plugin
plugin = eosio::chain_api_plugin
plugin = eosio::net_api_plugin
producer-name = poolbp
signature-provider = ${own.pub}=KEY:${own.priv}   # its own
p2p-listen-endpoint = 127.0.0.1:9876
p2p-peer-address = em1.example:9876
p2p-peer-address = em2.example:9876
http-server-address = 127.0.0.1:8888
connection-cleanup-period = 5
`;

interface Answer {
  code: number;
  text: string;
  findings: { severity: string; line: number | null; says: string; right: string | null }[];
}

/** Checks a config.ini of alice, a member with the key `own`, beside a pool with two emitters. */
async function stage(t: Context) {
  const pool = new FakePool();
  const members = [memberRow('alice', { key: own.pub }), memberRow('bob', { key: bobs.pub, index: 1 })];
  const emitter = (account: string, endpoints: string) => ({
    account,
    key: testKey(9).pub,
    endpoints,
    stopper: '',
    stopper_at: NEVER,
  });
  pool
    .set('members', members)
    .set('emitters', [emitter('em1', 'em1.example:9876 http://em1.example:9701'), emitter('em2', 'em2.example:9876')]);
  pool.set('keys', [{ id: 1, account: 'alice', key: testKey(5).pub, since: NEVER, until: NEVER }]);
  pool.accounts.alice = { ram_quota: -1, ram_usage: 0, cpu_limit: { available: -1 } };
  const up = (peer: string) => ({ peer, connecting: false, last_handshake: { head_num: 5 } });
  pool.answers['/v1/net/connections'] = [up('em1.example:9876'), up('em2.example:9876:blk')];
  pool.answers['/v1/producer/paused'] = false;
  const api = await pool.serve(t);
  const dir = scratch(t);
  const file = path.join(dir, 'config.ini');
  const clock = path.join(dir, 'clock');
  writeFileSync(clock, String(Math.round((NOW - Date.now()) / 1000)));
  const check = async (text: string, ...more: string[]): Promise<Answer> => {
    writeFileSync(file, text, { mode: 0o600 });
    chmodSync(file, 0o600);
    return run('--config', file, '--account', 'alice', ...more);
  };
  const run = async (...args: string[]): Promise<Answer> => {
    const { code, stdout, stderr } = await invoked(['check', '--api', api, '--json', ...args], {
      CLOCK_SHIFT_FILE: clock,
    });
    assert.equal(stderr, '');
    assert.ok(![own.priv, bobs.priv].some((secret) => stdout.includes(secret)), 'no private key is shown');
    return { code, text: stdout, findings: JSON.parse(stdout).findings };
  };
  return { pool, api, file, clock, check, run };
}

const told = ({ findings }: Answer) =>
  findings.map(
    ({ severity, line, says, right }) => `${line ?? '-'} ${severity}: ${says}${right === null ? '' : ` | ${right}`}`,
  );

test('a good config.ini and node: nothing is found, exit code 0', async (t) => {
  const { check, api, file, clock } = await stage(t);
  const good = await check(GOOD);
  assert.deepEqual([told(good), good.code], [[], 0]);
  const text = await invoked(['check', '--config', file, '--api', api, '--account', 'alice'], {
    CLOCK_SHIFT_FILE: clock,
  });
  assert.equal(text.stdout, 'nothing wrong and nothing risky was found\n');
});

/** A change of the good file, by text or a line more; the line that is named, and what is said of it. */
const WRONG: [change: (text: string) => string, line: number | null, says: RegExp][] = [
  [
    (s) => s.replace('producer-name = poolbp', 'producer-name = alice'),
    5,
    /producer-name is alice, and the pool's producer is poolbp \| producer-name = poolbp/,
  ],
  [(s) => s.replace('producer-name = poolbp\n', ''), null, /producer-name is missing/],
  [(s) => s.replace(/signature-provider.*\n/, ''), null, /signature-provider is missing/],
  [(s) => s.replace(own.pub, bobs.pub), 6, /the private key does not belong to PUB_K1/],
  [
    (s) => s.replace(/signature-provider.*/, `signature-provider = ${bobs.pub}=KEY:${bobs.priv}`),
    6,
    /the key PUB_K1_\w+ is bob's, and alice's on the chain is PUB_K1/,
  ],
  [
    (s) => s.replace(/signature-provider.*/, `signature-provider = ${testKey(5).pub}=KEOSD:http://127.0.0.1:8900`),
    6,
    /is one that alice had before/,
  ],
  [
    (s) => s.replace(/signature-provider.*/, `signature-provider = ${testKey(7).pub}=KEOSD:http://127.0.0.1:8900`),
    6,
    /is one that no member ever had/,
  ],
  [
    (s) => s.replace(/signature-provider.*/, `signature-provider = ${own.priv}`),
    6,
    /has not the form PUBLIC=KEY:PRIVATE/,
  ],
  [
    (s) => `${s}pause-on-startup = true\n`,
    12,
    /propose mode, and the paused node makes no candidates \| pause-on-startup = false/,
  ],
  [(s) => `${s}enable-stale-production = true\n`, 12, /which is a fork/],
  [(s) => `${s}read-mode = irreversible\n`, 12, /in read-mode irreversible a node makes no blocks/],
  [(s) => `${s}produce-time-offset-us = 1000\n`, 12, /produce-time-offset-us is positive/],
  [
    (s) => s.replace('p2p-listen-endpoint = 127.0.0.1:9876', 'p2p-listen-endpoint = 0.0.0.0:9876'),
    7,
    /listens for peers at 0\.0\.0\.0:9876: others could fetch its blocks/,
  ],
  [
    (s) => s.replace('p2p-listen-endpoint = 127.0.0.1:9876\n', ''),
    null,
    /by default the node listens at 0\.0\.0\.0:9876/,
  ],
  [
    (s) => `${s}p2p-peer-address = peer.eos.example:9876\n`,
    12,
    /peer\.eos\.example:9876 is no emitter of the pool: .* makes forks/,
  ],
  [(s) => s.replaceAll(/p2p-peer-address.*\n/g, ''), null, /p2p-peer-address is missing/],
  [(s) => `${s}p2p-auto-bp-peer = alpha,1.2.3.4:9876\n`, 12, /p2p-auto-bp-peer connects the node to other producers/],
  [
    (s) => `${s}plugin = eosio::producer_api_plugin\n`.replace('127.0.0.1:8888', '0.0.0.0:8888'),
    10,
    /producer API is open to whoever reaches 0\.0\.0\.0:8888/,
  ],
  [
    (s) => `${s}cpu-efort-percent = 80\n`,
    12,
    /has no option cpu-efort-percent and does not start with it \| did you mean cpu-effort-percent\?/,
  ],
  [
    (s) => `${s}produce-block-offset-ms = 450\n`,
    12,
    /produce-block-offset-ms is an option of leap-5, spring-1\.0, spring-1\.2: .* \| use cpu-effort-percent/,
  ],
  [(s) => `${s}genesis-json = g.json\n`, 12, /genesis-json is for the command line/],
  [
    (s) => `${s}http-server-address = 127.0.0.1:9999\n`,
    12,
    /http-server-address stands in line 10 already, and nodeos takes it once/,
  ],
  [(s) => `${s}this is nothing\n`, 12, /this is no setting: nodeos does not start with it/],
  [(s) => `${s}[producer]\n`, 12, /a section/],
  [
    (s) => s.replace('plugin = eosio::chain_api_plugin\n', '').replace('net_api_plugin', 'http_plugin'),
    null,
    /the plugin chain_api_plugin is missing/,
  ],
  [(s) => `${s}plugin = eosio::history_plugin\n`, 12, /has no plugin history_plugin and does not start/],
];

test('each wrong line is named with its number, why, and the right line; exit code 1', async (t) => {
  const { check } = await stage(t);
  for (const [change, line, says] of WRONG) {
    const text = change(GOOD);
    assert.notEqual(text, GOOD, String(says));
    const answer = await check(text, '--nodeos', 'leap-4');
    assert.equal(answer.code, 1, `${says}\n${told(answer).join('\n')}`);
    const one = told(answer).find((each) => says.test(each));
    assert.ok(one, `${says}\n${told(answer).join('\n')}`);
    assert.ok(one.startsWith(`${line ?? '-'} wrong: `), one);
  }
});

const RISKY: [change: (text: string) => string, line: number | null, says: RegExp][] = [
  [
    (s) => s.replace('p2p-peer-address = em2.example:9876\n', ''),
    null,
    /the emitter at em2\.example:9876 is not among the peers/,
  ],
  [
    (s) => s.replace('period = 5', 'period = 30'),
    11,
    /connection-cleanup-period is 30:.*\| connection-cleanup-period = 5/,
  ],
  [(s) => s.replace('connection-cleanup-period = 5\n', ''), null, /connection-cleanup-period is 30 by default/],
  [(s) => `${s}p2p-accept-transactions = false\n`, 12, /makes empty blocks/],
  [(s) => `${s}cpu-effort-percent = 99\n`, 12, /cpu-effort-percent is 99/],
  [(s) => `${s}p2p-peer-address = em1.example:9876\n`, 12, /stands in line 8 with the same value already/],
  [(s) => s.replace('127.0.0.1:8888', '0.0.0.0:8888'), 10, /the net API is open to whoever reaches/],
];

test('each risky line is named; exit code 3', async (t) => {
  const { check } = await stage(t);
  for (const [change, line, says] of RISKY) {
    const answer = await check(change(GOOD), '--nodeos', 'leap-4');
    assert.deepEqual([answer.code, told(answer).length], [3, 1], `${says}\n${told(answer).join('\n')}`);
    assert.match(told(answer)[0] ?? '', says);
    assert.ok(told(answer)[0]?.startsWith(`${line ?? '-'} risky: `), told(answer)[0]);
  }
});

test('in standby mode the node has to start paused, with the producer API', async (t) => {
  const { pool, check } = await stage(t);
  pool.set('strategy', [
    { strategy: 'first-delivered', mode: 'standby', from_window: 5, previous_strategy: 'x', previous_mode: 'propose' },
  ]);
  const answer = told(await check(GOOD)).join('\n');
  assert.match(answer, /- wrong: the plugin producer_api_plugin is missing: in standby mode/);
  assert.match(
    answer,
    /- wrong: the pool is in standby mode, and the node would make blocks from its start on \| pause-on-startup = true/,
  );
  const good = `${GOOD}pause-on-startup = true\nplugin = eosio::producer_api_plugin\n`;
  assert.deepEqual(told(await check(good)), []);
});

test('a file that others can read, with a private key in it, is wrong', async (t) => {
  const { file, check, run } = await stage(t);
  await check(GOOD);
  chmodSync(file, 0o644);
  const answer = await run('--config', file, '--account', 'alice');
  assert.equal(answer.code, 1);
  assert.match(told(answer).join(), /6 wrong: a private key stands here, and others can read the file \(mode 644\)/);
});

test('the running node: chain, clock, pause, sessions, resources', async (t) => {
  const { pool, clock, run } = await stage(t);
  const says = async (pattern: RegExp, code = 1) => {
    const answer = await run('--account', 'alice');
    assert.match(told(answer).join('\n'), pattern);
    assert.equal(answer.code, code, told(answer).join('\n'));
  };
  pool.set('config', [configRow({ chain_id: 'dd'.repeat(32) })]);
  await says(/the node serves chain (c0){32}, and the pool is set up for (dd){32}/);
  pool.set('config', [configRow()]);
  pool.answers['/v1/producer/paused'] = true;
  await says(/the node is paused, and the pool is in propose mode/);
  pool.answers['/v1/producer/paused'] = false;
  const up = (peer: string) => ({ peer, connecting: false, last_handshake: { head_num: 5 } });
  pool.answers['/v1/net/connections'] = [up('em1.example:9876')];
  await says(/no session with the emitter at em2\.example:9876 is up/, 3);
  pool.answers['/v1/net/connections'] = [{ ...up('em1.example:9876'), connecting: true }];
  await says(/wrong: no session with the emitter at em1\.example:9876 is up/);
  pool.answers['/v1/net/connections'] = [up('em1.example:9876'), up('em2.example:9876'), up('far.example:9876')];
  await says(/the node is connected to far\.example:9876, which is no emitter/);
  delete pool.answers['/v1/net/connections'];
  await says(/net_api_plugin is missing/, 3);
  pool.answers['/v1/net/connections'] = [up('em1.example:9876'), up('em2.example:9876')];
  pool.accounts.alice = { ram_quota: 1000, ram_usage: 900, cpu_limit: { available: 5 } };
  await says(/alice has 100 bytes of RAM free.*alice has 5 µs of CPU left/s, 3);
  pool.accounts.alice = { ram_quota: -1, ram_usage: 0, cpu_limit: { available: -1 } };
  writeFileSync(clock, String(Math.round((NOW - Date.now()) / 1000) + 3600));
  await says(/the node's head is 1 h.* old: it is not in sync, or this machine's clock is wrong/);
  writeFileSync(clock, String(Math.round((NOW - Date.now()) / 1000) - 60));
  await says(/the node's head is 1 min.* in the future: this machine's clock is behind/);
});

test('what cannot be checked is one sentence: no file, no version, no node, nothing named', async (t) => {
  const { file, check } = await stage(t);
  await check(GOOD);
  const alone = (...args: string[]) => invoked(['check', ...args]);
  assert.match(
    (await alone('--config', 'nowhere.ini', '--nodeos', 'leap-5')).stderr,
    /the configuration nowhere\.ini cannot be read: ENOENT/,
  );
  assert.match((await alone('--config', file)).stderr, /say which nodeos the file is for: --nodeos eosio-2\.0/);
  assert.deepEqual([(await alone()).code, (await alone('--config', file)).code], [2, 2]);
  assert.match((await alone('--api', 'http://127.0.0.1:9')).stderr, /no answer from http:\/\/127\.0\.0\.1:9/);
  const offline = await alone('--config', file, '--nodeos', 'spring-1.2', '--pool', 'poolbp', '--mode', 'propose');
  assert.deepEqual([offline.code, offline.stdout], [0, 'nothing wrong and nothing risky was found\n']);
});

test('versions as nodes tell them', () => {
  assert.deepEqual(
    ['v2.0.13', 'v3.2.5', 'v4.0.6', 'v4.1.0-dev', 'v5.0.3', 'v1.0.3', 'v1.2.2'].map((text) => versionsOf(text).join()),
    [...['eosio-2.0', 'leap-3', 'leap-4', 'leap-4,leap-5', 'leap-5', 'spring-1.0', 'spring-1.2']],
  );
  for (const text of ['v1.8.14', 'v6.0.0', 'unknown', ''])
    assert.throws(() => versionsOf(text), /is no version of nodeos that is known here/);
});
