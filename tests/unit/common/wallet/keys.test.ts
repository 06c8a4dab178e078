import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmodSync, chownSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { test } from 'node:test';
import { ChainClient } from '../../../../common/chain.ts';
import { type PoolError, sentence } from '../../../../common/errors.ts';
import { readKeyFile } from '../../../../common/key-file.ts';
import { withoutKeys } from '../../../../common/secrets.ts';
import { askWallet, parseWallet } from '../../../../common/wallet/keosd.ts';
import { KeosdSigner } from '../../../../common/wallet/keosd-signer.ts';
import { Supervisor, whenReady } from '../../../../devnet/supervisor.ts';
import { findTools, ROOT } from '../../../../devnet/tools.ts';
import { scratch } from '../../../support/processes.ts';
import { cases, fc } from '../../../support/property.ts';
import { CHAIN } from '../../oracle/support/events.ts';

const KEY = '5KQwrPbwdL6PhXujxW37FSSQZ1JiwsST4cqQzDeyXtP79zkvFD3';
const PUBLIC = 'EOS6MRyAjQq8ud7hVNYcfnVPJqcVpscN5So8BhtHuGYqET5GDW5CV';
const OTHER = '5JhorvoEUzWzeMTNkcHWjUVFpPuQcVBTVEhdCKLEWB2Nsx9tUoa';

/** A transaction as eosjs serialises it: one action with two bytes of data. */
function transaction(): Uint8Array {
  const authorization = [{ actor: 'oracle1', permission: 'report' }];
  const actions = [{ account: 'pooldac', name: 'report', authorization, data: 'abcd' }];
  const header = { expiration: '2026-11-27T00:00:00', ref_block_num: 7, ref_block_prefix: 99, delay_sec: 0 };
  return new ChainClient('http://127.0.0.1').api.serializeTransaction({
    ...header,
    max_net_usage_words: 0,
    max_cpu_usage_ms: 0,
    actions,
  });
}

const ask = (keys = [PUBLIC]) => ({
  chainId: CHAIN,
  requiredKeys: keys,
  serializedTransaction: transaction(),
  abis: [],
});

/** A wallet that answers as told. */
async function fakeWallet(t: { after(fn: () => void): void }, answer: (path: string) => [number, unknown] | null) {
  const server: Server = createServer((request, response) => {
    request.resume();
    const said = answer(request.url ?? '');
    if (said) response.writeHead(said[0]).end(typeof said[1] === 'string' ? said[1] : JSON.stringify(said[1]));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test('a real keosd: no wallet, locked, without the key, and signing, by http and by its socket', {
  timeout: 120_000,
}, async (t) => {
  const dir = scratch(t);
  const supervisor = new Supervisor();
  t.after(() => supervisor.stopAll());
  const { command } = findTools().nodeos;
  const socket = path.join(dir, 'keosd.sock');
  const port = await freePort();
  const places = [`--data-dir=${dir}`, `--config-dir=${dir}`, `--wallet-dir=${dir}`];
  const args = ['keosd', ...places, `--unix-socket-path=${socket}`, '--http-server-address', `127.0.0.1:${port}`];
  const keosd = await supervisor.start({ name: 'keosd', command, args, log: path.join(dir, 'keosd.log'), cwd: dir });
  const place = parseWallet(`http://127.0.0.1:${port}`);
  const call = <T>(name: string, body?: unknown) => askWallet<T>(place, `/v1/wallet/${name}`, body);
  await whenReady(keosd, async () => ((await call('list_wallets')) ? true : undefined));
  const signer = new KeosdSigner(place);
  const refused = (pattern: RegExp) => ({ name: 'PoolError', code: 'wallet', message: pattern });
  await assert.rejects(signer.getAvailableKeys(), refused(/has no open wallet: open and unlock it/));
  const password = await call<string>('create', 'default');
  await assert.rejects(signer.getAvailableKeys(), refused(/has no key in an unlocked wallet: import the key/));
  await assert.rejects(signer.sign(ask()), refused(/does not hold the key: import it/));
  await call('import_key', ['default', KEY]);
  assert.ok((await signer.getAvailableKeys()).includes(PUBLIC));
  const [bySocket, byHttp] = [new KeosdSigner(parseWallet(`unix://${socket}`)), signer];
  for (const each of [byHttp, bySocket]) {
    const { signatures, serializedTransaction } = await each.sign(ask());
    assert.equal(signatures.length, 1);
    assert.deepEqual(serializedTransaction, transaction());
  }
  await call('lock_all');
  await assert.rejects(signer.getAvailableKeys(), refused(/is locked: unlock it with "cleos wallet unlock"/));
  await assert.rejects(
    signer.sign(ask()),
    refused(/does not hold the key: import it .* or unlock the wallet that has it|is locked/),
  );
  await call('unlock', ['default', password]);
  assert.equal((await signer.sign(ask())).signatures.length, 1);
  await supervisor.stopAll();
  await assert.rejects(signer.getAvailableKeys(), refused(/cannot be reached \(ECONNREFUSED\): start keosd/));
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

test('a wallet that hangs, babbles or signs something else is one sentence', async (t) => {
  const said = async (answer: (path: string) => [number, unknown] | null) => {
    const signer = new KeosdSigner(parseWallet(await fakeWallet(t, answer)), 200);
    return signer.sign(ask()).then(() => 'signed', sentence);
  };
  const before = performance.now();
  assert.match(await said(() => null), /^the wallet at http:\S+ did not answer within 0\.2 s$/);
  assert.ok(performance.now() - before < 5000);
  assert.match(await said(() => [200, '<html>']), /answered 200 with something that is no JSON: is it a keosd\?/);
  assert.match(await said(() => [200, { signatures: [] }]), /did not sign this transaction with EOS6MRyAjQ/);
  const another =
    'SIG_K1_KBub1qmdiPpWA2XKKEZEG3EfKJBf38GETHzbd4t3CBdWLgdvFRLCqbcUsBbbYga6jmxfdSFfodMdhMYraKLhEzjSCsiuMs';
  for (const signature of [another, 'SIG_K1_x', 7]) {
    assert.match(await said(() => [200, { signatures: [signature] }]), /did not sign this transaction with EOS6MRyAjQ/);
  }
  const error = {
    code: 3_120_003,
    what: 'Locked wallet',
    details: [{ message: 'You don’t have any unlocked wallet!' }],
  };
  assert.match(await said(() => [500, { code: 500, error }]), /is locked: unlock it/);
  assert.match(await said(() => [500, { error: { code: 1, what: 'odd' } }]), /refused: odd/);
  assert.match(await said(() => [200, 'x'.repeat(3_000_000)]), /cannot be reached \(too much\)|no JSON/);
});

test('only a wallet on http or a socket is taken', () => {
  assert.deepEqual(parseWallet('unix:///a/keosd.sock').socketPath, '/a/keosd.sock');
  assert.deepEqual([parseWallet('http://127.0.0.1:8900').port, parseWallet('http://localhost').port], [8900, 80]);
  for (const text of ['127.0.0.1:8900', 'https://wallet', 'unix://keosd.sock', 'http://me:secret@host', KEY]) {
    assert.throws(() => parseWallet(text), {
      message: 'ORACLE_WALLET must be http://host:port or unix:///path of a keosd',
    });
  }
});

test('a key file of another user is refused', {
  skip: process.getuid?.() !== 0 && 'only root can give files away',
}, (t) => {
  const file = path.join(scratch(t), 'key');
  writeFileSync(file, KEY, { mode: 0o600 });
  chownSync(file, 12_345, 12_345);
  assert.throws(
    () => readKeyFile(file),
    /belongs to user 12345, and this runs as user 0: make it this one's with "chown 0 /,
  );
  chownSync(file, 0, 0);
  assert.deepEqual(readKeyFile(file), [KEY]);
});

test('no program says a private key, wherever somebody put one', async (t) => {
  const dir = scratch(t);
  const file = path.join(dir, 'key');
  writeFileSync(file, KEY);
  chmodSync(file, 0o600);
  const right = {
    ...{ ORACLE_ACCOUNT: 'oracle1', ORACLE_DAC: 'pooldac', ORACLE_POOL: 'poolbp', ORACLE_KEY_FILE: file, ENV_FILE: '' },
    ...{
      ORACLE_CHAIN_API: 'http://127.0.0.1:1',
      ORACLE_EVENT_LOG: 'x.sqlite',
      ORACLE_JOURNAL: path.join(dir, 'j.sqlite'),
    },
  };
  const names = ['ORACLE_DAC', 'ORACLE_KEY_FILE', 'ORACLE_JOURNAL', 'ORACLE_WEBHOOK', 'ORACLE_PROFILE'];
  const runs = names.map((name) => {
    // A folder that is not there: the journal's error names its path.
    const value = name === 'ORACLE_JOURNAL' ? `/none/${KEY}/j` : KEY;
    const args = ['--disable-warning=ExperimentalWarning', path.join(ROOT, 'oracle/main.ts')];
    return new Promise<void>((resolve) => {
      const env = { PATH: process.env.PATH, ...right, [name]: value };
      execFile(process.execPath, args, { cwd: dir, env }, (error, stdout, stderr) => {
        assert.ok(error && stderr.length > 20, name);
        assert.doesNotMatch(stderr + stdout, new RegExp(KEY.slice(4, 40)), name);
        resolve();
      });
    });
  });
  await Promise.all(runs);
});

test('what eosjs throws while it signs does not hold the key', async () => {
  const client = new ChainClient('http://127.0.0.1:1', [KEY]);
  const { signatureProvider } = client.api;
  const texts: string[] = [];
  for (const wrong of [
    ask(['EOS7wrong']),
    ask(['PUB_K1_x']),
    { ...ask(), chainId: 'zz' },
    { ...ask(), serializedTransaction: null as never },
  ]) {
    await signatureProvider
      .sign(wrong)
      .catch((thrown: Error) => texts.push(`${thrown.stack} ${JSON.stringify(thrown)}`));
  }
  await client
    .transact([])
    .catch((thrown: PoolError) => texts.push(`${thrown.stack} ${JSON.stringify(thrown.fields)}`));
  assert.ok(texts.length >= 3, `${texts.length}`);
  assert.doesNotMatch(texts.join('\n'), new RegExp(KEY.slice(4, 40)));
});

test('property: a private key anywhere in a text is not shown, and nothing else is lost', () => {
  const hash = fc
    .array(fc.integer({ min: 0, max: 15 }), { minLength: 64, maxLength: 64 })
    .map((digits) => digits.map((d) => d.toString(16)).join(''));
  fc.assert(
    fc.property(
      fc.constantFrom(KEY, OTHER, `PVT_K1_${KEY.slice(2)}`),
      fc.constantFrom(' ', '"', '/', '=', ',', ':', '\n'),
      hash,
      (key, between, id) => {
        const said = withoutKeys(`${id}${between}${key}${between}${PUBLIC}`);
        assert.equal(said, `${id}${between}(a private key)${between}${PUBLIC}`);
      },
    ),
    cases(100),
  );
  assert.equal(
    withoutKeys('SIG_K1_KBub1qmdiPpWA2XKKEZEG3EfKJBf38GETHzbd4t3CBdWLgdvFRLCqbcUsBbbYga6jmxfdSFfodMdhMYraKLhEzjSCsiuMs')
      .length,
    101,
  );
});
