import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Shell } from '../../support/chain-cleos.ts';
import { ChainDeployment } from '../../support/chain-deploy.ts';
import { type Invoked, invoked } from '../../support/invoked.ts';

/** Longer than all commands of the test take; the clock is put forward at its end. */
const SLOW_VOTE = 600;
const one = new ChainDeployment('dpw');
const { chain, dac, oracle, founders } = one;
const [alice = '', bob = '', carol = ''] = founders;
let shell: Shell;
let wallet = '';

before(async () => {
  await one.people();
  const { figures } = one.content as { figures: object };
  one.content = { ...one.content, figures: { ...figures, votetime: SLOW_VOTE } };
  shell = await Shell.open(chain, ['eosio', dac, oracle, alice, bob]);
  wallet = `unix://${path.join(shell.dir, 'keosd.sock')}`;
});

after(async () => {
  await shell?.close();
  one.close();
});

function apply(where = wallet): Promise<Invoked> {
  const { network, file } = one.write();
  return invoked(['deploy', 'apply', '--network', network, '--file', file, '--wallet', where, '--yes']);
}

test('deploy apply with a real keosd: does what its keys can, and names who signs the rest', async () => {
  const first = await apply();
  assert.equal(first.code, 3, first.stderr);
  assert.equal(await chain.codeHash(dac), one.hash);
  // A wallet gives no private key out, so no proof can be made with it.
  for (const founder of founders)
    assert.match(first.stdout, new RegExp(`# ${founder}, on its own machine: ./pool join ${founder} --dac ${dac} `));
  for (const founder of founders) {
    writeFileSync(path.join(shell.dir, `${founder}.key`), chain.key(`${founder}@signing`).private, { mode: 0o600 });
    const line = `./pool join ${founder} --dac ${dac} --terms ${path.join(one.dir, 'terms.md')} --key-file ${founder}.key`;
    if (founder === carol) await shell.importKey(carol);
    await shell.must(`eval "$(${line})"`);
  }
  await shell.must(`cleos wallet remove_key ${chain.key(carol).public} --password "$(cat wallet.password)"`);
  const second = await apply();
  assert.equal(second.code, 3, second.stderr);
  assert.match(second.stdout, new RegExp(`no key here: ${carol}@active`));
  assert.match(second.stdout, new RegExp(`cleos -u \\S+ push action ${dac} vote .*-p ${carol}@active`));
  await chain.pass(SLOW_VOTE + 1);
  const third = await apply();
  assert.equal(third.code, 0, third.stdout + third.stderr);
  const rows = await chain.client.rows<{ kind: string; status: number }>(dac, dac, 'proposals');
  assert.deepEqual([...new Set(rows.map(({ status }) => status))], [2], 'two of three votes suffice');
  const last = await apply();
  assert.deepEqual([last.code, /nothing to do/.test(last.stdout)], [0, true]);
});

function push(account: string, where: string, ...words: string[]): Promise<Invoked> {
  const place = ['--api', chain.file.api, '--dac', dac];
  return invoked([...words, '--as', account, '--push', '--wallet', where, ...place]);
}

async function refused(says: RegExp, account: string, where = wallet): Promise<void> {
  const { code, stdout, stderr } = await push(account, where, 'propose', 'config', 'notice', '3d');
  assert.deepEqual([code, stdout], [1, ''], stderr);
  assert.match(stderr.trim().split('\n').at(-1) ?? '', says);
}

test('verbs with a real keosd: pushed, or one sentence for a wallet without the key, that is locked, or away', async () => {
  const done = await push(alice, wallet, 'propose', 'config', 'notice', '2d');
  assert.equal(done.code, 0, done.stderr);
  const [, id = ''] = /It would be proposal (\d+)/.exec(done.stderr) ?? [];
  const voted = await push(bob, wallet, 'vote', id, 'yes');
  assert.match(voted.stdout, /^[0-9a-f]{64}\n$/, voted.stderr);
  await refused(/^pool: .*dpwcarol/, carol);
  await shell.must('cleos wallet lock_all');
  await refused(/^pool: the wallet at unix:\S+ is locked: unlock it with "cleos wallet unlock"/, alice);
  assert.match((await apply()).stderr, /^pool: the wallet at unix:\S+ is locked: unlock it/);
  await shell.must('cleos wallet unlock --password "$(cat wallet.password)"');
  assert.equal((await push(alice, wallet, 'vote', id, 'no')).code, 0);
  const away = 'unix:///nonexistent/keosd.sock';
  await refused(
    /the wallet at unix:\S+ cannot be reached \(ENOENT\): start keosd, or correct its address/,
    alice,
    away,
  );
  assert.match((await apply(away)).stderr, /cannot be reached \(ENOENT\): start keosd/);
  const node = chain.file.api;
  await refused(/the wallet at http:\S+ (refused: |answered )/, alice, node);
});
