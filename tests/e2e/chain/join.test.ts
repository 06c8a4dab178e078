import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { keyId } from '../../../common/keys.ts';
import { ROOT } from '../../../devnet/tools.ts';
import { refuses, TestChain } from '../../support/chain.ts';
import { ChainPool } from '../../support/chain-pool.ts';

const chain = new TestChain();
const pool = new ChainPool(chain, 'joi', ['alice', 'bob']);
const [alice = '', bob = ''] = pool.founders;
const dir = mkdtempSync(path.join(tmpdir(), 'bppool-join-'));

function join(...args: string[]): { code: number | null; stdout: string; stderr: string } {
  const fixed = ['--api', chain.file.api, '--dac', pool.dac];
  const command = [path.join(ROOT, 'cli/main.ts'), 'join', ...args];
  const given = args.includes('--api') || args.includes('--help') ? [] : fixed;
  const { status, stdout, stderr } = spawnSync(process.execPath, [...command, ...given], {
    cwd: dir,
    encoding: 'utf8',
  });
  return { code: status, stdout, stderr };
}

/** It ends with one sentence and code 1, and shows no private key. */
function fails(result: ReturnType<typeof join>, says: RegExp): void {
  assert.equal(result.code, 1, result.stderr);
  assert.match(result.stderr, says);
  assert.equal(result.stderr.trim().split('\n').length, 1, result.stderr);
  assert.equal(result.stdout, '');
}

before(async () => {
  await pool.deploy();
  await pool.init();
  await chain.accounts('joibare');
});

after(() => rmSync(dir, { recursive: true, force: true }));

test('it makes a key that only its owner can read, and uses it again', () => {
  const first = join(alice, '--key-file', 'a.key', '--json');
  assert.equal(first.code, 0, first.stderr);
  const file = path.join(dir, 'a.key');
  assert.equal(statSync(file).mode & 0o777, 0o600);
  assert.match(first.stderr, /A new signing key is in a\.key/);
  const parts = JSON.parse(first.stdout);
  assert.equal(parts.chain_id, chain.file.chainId);
  const again = join(alice, '--key-file', 'a.key', '--json');
  assert.doesNotMatch(again.stderr, /new signing key/);
  assert.equal(JSON.parse(again.stdout).key, parts.key);
  const secret = readFileSync(file, 'utf8').trim();
  for (const text of [first.stdout, first.stderr, again.stdout, again.stderr]) assert.ok(!text.includes(secret));
});

test('the contract takes its proof, for join and for setkey', async () => {
  const { data } = JSON.parse(join(alice, '--key-file', 'a.key', '--location', '276', '--json').stdout);
  const [account, key, terms, proof, payee, url, location, owners] = data;
  await pool.act('join', { account, key, terms, proof, payee, url, location, owners }, alice);
  const member = await pool.member(alice);
  assert.equal(keyId(String(member?.key)), keyId(key));
  assert.equal(member?.location, 276);
  const line = join(alice, '--setkey', '--key-file', 'b.key');
  assert.match(line.stdout, /^cleos -u \S+ push action joidac setkey '\["joialice",.*' -p joialice@active\n$/);
  const [, next, other] = JSON.parse(/'(.*)'/.exec(line.stdout)?.[1] ?? '') as string[];
  await pool.act('setfigure', { figure: 'changegap', value: 0 }, pool.dac);
  await pool.act('setkey', { account: alice, key: next, proof: other }, alice);
  assert.equal(keyId(String((await pool.member(alice))?.key)), keyId(next ?? ''));
});

test('texts reach the shell unharmed', () => {
  const { stdout } = join(bob, '--key-file', 'c.key', '--owners', `it's "mine" $HOME \`x\``);
  const echoed = spawnSync('bash', ['-c', stdout.replace(/^cleos/, 'printf "%s\\n"')], { encoding: 'utf8' }).stdout;
  const data = JSON.parse(echoed.split('\n').find((line) => line.startsWith('[')) ?? '');
  assert.equal(data.at(-1), `it's "mine" $HOME \`x\``);
});

test('what is wrong is said in one sentence, before a proof is made', () => {
  fails(join(alice), /joialice has joined joidac already: --setkey/);
  fails(join(bob, '--setkey'), /joibob is no member of joidac: leave --setkey out to join/);
  assert.equal(existsSync(path.join(dir, 'signing.key')), false, 'no key was made');
  fails(join(bob, '--api', 'http://127.0.0.1:9'), /no answer from http:\/\/127\.0\.0\.1:9/);
  fails(join(bob, '--api', chain.file.api, '--dac', 'joibare'), /joibare carries no pool on this chain/);
  fails(join(bob, '--api', chain.file.api, '--dac', 'nobodyhere'), /nobodyhere carries no pool on this chain/);
  writeFileSync(path.join(dir, 'terms.md'), 'another constitution');
  fails(join(bob, '--terms', 'terms.md'), /terms\.md has sha256 [0-9a-f]{64}, and the pool's terms \(version 1\) are/);
  fails(join(bob, '--terms', 'nowhere.md'), /nowhere\.md cannot be read/);
});

test('a key file that is open to others, empty, or no key is refused and not shown', () => {
  const file = path.join(dir, 'bad.key');
  const secret = readFileSync(path.join(dir, 'a.key'), 'utf8');
  writeFileSync(file, secret, { mode: 0o644 });
  fails(join(bob, '--key-file', 'bad.key'), /bad\.key is open to others \(mode 644\): chmod 600 bad\.key/);
  chmodSync(file, 0o600);
  writeFileSync(file, `${secret.trim()}x`);
  const broken = join(bob, '--key-file', 'bad.key');
  fails(broken, /holds no private key/);
  assert.ok(!broken.stderr.includes(secret.trim()));
  fails(join(bob, '--key-file', '.'), /cannot be read|is open to others/);
  fails(join(bob, '--key-file', 'no/such/folder.key'), /cannot be made/);
});

test('the constitution that was read is compared', () => {
  writeFileSync(path.join(dir, 'constitution.md'), 'a constitution for tests');
  const { code, stderr } = join(bob, '--key-file', 'c.key', '--terms', 'constitution.md');
  assert.equal(code, 0, stderr);
  assert.doesNotMatch(stderr, /You agree to/);
  assert.match(
    join(bob, '--key-file', 'c.key').stderr,
    /You agree to version 1 of the terms: the constitution whose sha256/,
  );
});

test('wrong options end with code 2, --help with 0', () => {
  assert.equal(join('Alice').code, 2);
  assert.equal(join(bob, '--location', '70000').code, 2);
  const help = join('--help');
  assert.equal(help.code, 0);
  assert.match(help.stdout, /--key-file <file>/);
  assert.match(help.stdout, /default:\s+"http:\/\/127\.0\.0\.1:8888"/);
});

test('--check says of an application what the contract would say of it', async () => {
  await pool.act('founders', { accounts: [] }, pool.dac);
  await pool.act('handover', {}, pool.dac);
  await chain.accounts('joicarol');
  const made = JSON.parse(join('joicarol', '--key-file', 'd.key', '--json').stdout);
  const [account, key, terms, proof, payee, url, location, owners] = made.data;
  const data = { account, key, terms, payee, url, location, owners };
  fails(join('joicarol', '--check'), /joicarol has no application in joidac: leave --check out to make one/);
  await pool.act('join', { ...data, proof: pool.proof(bob).proof }, 'joicarol');
  fails(
    join('joicarol', '--check'),
    /the proof that joicarol filed does not fit its key \S+: --setkey makes one that does/,
  );
  await refuses(pool.propose('admit', { account }), /the proof that joicarol filed does not fit its key/);
  await pool.act('leave', { account }, 'joicarol');
  await pool.act('join', { ...data, proof }, 'joicarol');
  const good = join('joicarol', '--check');
  assert.equal(good.stdout, 'the application of joicarol is good: a member can propose its admission (propadmit)\n');
  await pool.propose('admit', { account });
});
