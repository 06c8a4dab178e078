import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { loadConfig } from '../../../common/config.ts';
import { readKeyFile } from '../../../common/key-file.ts';
import { oracleConfig } from '../../../oracle/config.ts';

const DEV_KEY = '5KQwrPbwdL6PhXujxW37FSSQZ1JiwsST4cqQzDeyXtP79zkvFD3';
const DEV_PUBLIC = 'EOS6MRyAjQq8ud7hVNYcfnVPJqcVpscN5So8BhtHuGYqET5GDW5CV';
const dir = mkdtempSync(path.join(tmpdir(), 'oracle-keys-'));
after(() => rmSync(dir, { recursive: true }));

function keyFile(text: string, mode = 0o600): string {
  const file = path.join(dir, `key-${Math.floor(performance.now() * 1000)}`);
  writeFileSync(file, text);
  chmodSync(file, mode);
  return file;
}

const ENV = {
  ENV_FILE: path.join(dir, '.env'),
  ...{ ORACLE_ACCOUNT: 'oracle1', ORACLE_DAC: 'pooldac', ORACLE_POOL: 'poolbp', ORACLE_KEY_FILE: 'key' },
  ...{ ORACLE_CHAIN_API: 'http://127.0.0.1:8888', ORACLE_EVENT_LOG: 'events.sqlite' },
};
writeFileSync(ENV.ENV_FILE, '');

test('a key file holds one key or JSON of keys', () => {
  assert.deepEqual(readKeyFile(keyFile(`${DEV_KEY}\n`)), [DEV_KEY]);
  assert.deepEqual(readKeyFile(keyFile(JSON.stringify({ [DEV_PUBLIC]: DEV_KEY, name: DEV_KEY }), 0o400)), [DEV_KEY]);
});

test('a key file that others can read or change is refused', () => {
  for (const mode of [0o640, 0o604, 0o620, 0o644, 0o666]) {
    const octal = mode.toString(8);
    assert.throws(
      () => readKeyFile(keyFile(DEV_KEY, mode)),
      new RegExp(`open to others \\(mode ${octal}\\).*chmod 600`),
    );
  }
});

test('what is no key is refused without being shown', () => {
  for (const text of ['', '{}', 'secret-text', '{"a": 1}', '{"a": "secret-text"}', '{secret-text']) {
    assert.throws(
      () => readKeyFile(keyFile(text)),
      (error: Error) => /^the key file .* holds /.test(error.message) && !error.message.includes('secret'),
    );
  }
  assert.throws(() => readKeyFile(path.join(dir, 'none')), /key file .*none cannot be read: ENOENT/);
  assert.throws(() => readKeyFile(dir), /cannot be read: it is not a file/);
});

test('the configuration has defaults', () => {
  const config = loadConfig('the oracle', oracleConfig, ENV);
  const { ORACLE_PERMISSION, ORACLE_CRON, ORACLE_KEEPER, ORACLE_FIRST_WINDOW, ORACLE_HTTP } = config;
  assert.deepEqual([ORACLE_PERMISSION, ORACLE_CRON, ORACLE_KEEPER], ['report', '*/2 * * * * *', 'off']);
  assert.deepEqual([ORACLE_FIRST_WINDOW, ORACLE_HTTP], [0, undefined]);
});

test('logs are named as files, as a cluster, or both; one of them has to be', () => {
  const { ORACLE_EVENT_LOG: _, ...none } = ENV;
  const read = (env: Record<string, string>) => loadConfig('the oracle', oracleConfig, { ...none, ...env });
  assert.deepEqual(read({ ORACLE_EVENT_LOG: 'a.sqlite, b.sqlite,a.sqlite' }).ORACLE_EVENT_LOG, [
    'a.sqlite',
    'b.sqlite',
  ]);
  const ORACLE_NATS = 'nats://me:pass@a:4222,nats://me:pass@b:4222';
  assert.equal(read({ ORACLE_NATS }).ORACLE_NATS, 'nats://me:pass@a:4222,b:4222');
  assert.equal(read({ ORACLE_NATS: 'nats://a:4222,b:4222' }).ORACLE_NATS, 'nats://a:4222,b:4222');
  for (const env of [{}, { ORACLE_NATS: '' }, { ORACLE_EVENT_LOG: ' ,' }])
    assert.throws(() => read(env), /ORACLE_EVENT_LOG: must name a log, or ORACLE_NATS the cluster that has them/);
  for (const bad of ['http://a:4222', 'nats://', 'nats://me:secret@a'])
    assert.throws(
      () => read({ ORACLE_NATS: bad }),
      (error: Error) => /ORACLE_NATS: must be nats/.test(error.message) && !error.message.includes('secret'),
    );
});

test('each wrong variable is named', () => {
  const wrong = { ORACLE_CRON: 'now and then', ORACLE_KEEPER: 'yes', ORACLE_HTTP: 'here', ORACLE_FIRST_WINDOW: '-1' };
  const { ORACLE_POOL, ...missing } = ENV;
  assert.throws(
    () => loadConfig('the oracle', oracleConfig, { ...missing, ...wrong, ORACLE_ACCOUNT: 'Not-A-Name' }),
    (error: Error) => {
      const names = [...Object.keys(wrong), 'ORACLE_POOL', 'ORACLE_ACCOUNT'];
      return names.every((name) => error.message.includes(name)) && /must be a cron expression/.test(error.message);
    },
  );
  assert.ok(ORACLE_POOL);
});

test('the key is in a file or in a wallet, and a webhook has a format that is known', () => {
  const load = (more: Record<string, string>) => loadConfig('the oracle', oracleConfig, { ...ENV, ...more });
  const wallet = { ORACLE_KEY_FILE: '', ORACLE_WALLET: 'http://127.0.0.1:8900' };
  assert.deepEqual(load(wallet).ORACLE_WALLET, 'http://127.0.0.1:8900');
  const one = /ORACLE_KEY_FILE: must name the file with the key, or ORACLE_WALLET a keosd that has it: one of the two/;
  assert.throws(() => load({ ORACLE_WALLET: 'http://127.0.0.1:8900' }), one);
  assert.throws(() => load({ ORACLE_KEY_FILE: '' }), one);
  assert.deepEqual(load({ ORACLE_WEBHOOK: ' https://a/1, https://b/2 ' }).ORACLE_WEBHOOK, [
    'https://a/1',
    'https://b/2',
  ]);
  assert.throws(
    () => load({ ORACLE_WEBHOOK_FORMAT: 'sms' }),
    /ORACLE_WEBHOOK_FORMAT: must be auto, json, telegram, discord, slack/,
  );
  assert.throws(() => load({ ORACLE_LOW_HOURS: '0' }), /ORACLE_LOW_HOURS/);
  assert.throws(() => load({ ORACLE_MISSING_WINDOWS: '0' }), /ORACLE_MISSING_WINDOWS/);
  const { ORACLE_PROFILE, ORACLE_WEBHOOK, ORACLE_LOW_HOURS, ORACLE_MISSING_WINDOWS } = load({});
  assert.deepEqual([ORACLE_PROFILE, ORACLE_WEBHOOK, ORACLE_LOW_HOURS, ORACLE_MISSING_WINDOWS], ['eosio', [], 6, 3]);
});

test('the sources of blocks: unset and empty are none, anything but an address of the right kind is refused', () => {
  const config = loadConfig('the oracle', oracleConfig, { ...ENV, ORACLE_SHIP: '', ORACLE_HYPERION: '' });
  assert.deepEqual(
    [config.ORACLE_SHIP, config.ORACLE_HYPERION, config.ORACLE_SHIP_TRACES],
    [undefined, undefined, 'on'],
  );
  const good = { ORACLE_SHIP: 'ws://127.0.0.1:8080', ORACLE_HYPERION: 'https://hyperion.example' };
  assert.equal(loadConfig('the oracle', oracleConfig, { ...ENV, ...good }).ORACLE_SHIP, good.ORACLE_SHIP);
  for (const bad of ['127.0.0.1:8080', 'http://127.0.0.1:8080', 'ws:']) {
    const wrong = { ...ENV, ORACLE_SHIP: bad };
    assert.throws(() => loadConfig('the oracle', oracleConfig, wrong), /ORACLE_SHIP.*must be ws:\/\/host:port/, bad);
  }
  for (const bad of ['hyperion.example', 'ws://127.0.0.1:1234']) {
    const wrong = { ...ENV, ORACLE_HYPERION: bad };
    assert.throws(() => loadConfig('the oracle', oracleConfig, wrong), /ORACLE_HYPERION.*must be http/, bad);
  }
});
