import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ShownPlan } from '../../../cli/deploy/show.ts';
import { ROOT } from '../../../devnet/tools.ts';
import { Shell } from '../../support/chain-cleos.ts';
import { ChainDeployment } from '../../support/chain-deploy.ts';
import type { Ended } from '../../support/processes.ts';

/** A start of the command takes seconds on a busy machine. */
const MOST_KILLS = 20;
/** Longer than all starts within a vote take together; the clock is put forward at its end. */
const SLOW_VOTE = 600;
const one = new ChainDeployment('dpk');
const { chain, dac, producer, oracle, founders } = one;

before(() => one.people());
after(() => one.close());

/** The command, with this deployment's files; `until` is asked again and again whether it is to be killed. */
async function deploy(verb: string, args: string[], until: () => boolean = () => false): Promise<Ended> {
  const { network, file, keys } = one.write();
  const all = ['deploy', verb, '--network', network, '--file', file, '--key-file', keys, ...args];
  const child = spawn(process.execPath, [path.join(ROOT, 'cli/main.ts'), ...all], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr, isOver] = ['', '', false];
  child.stdout.on('data', (data) => {
    stdout += data;
  });
  child.stderr.on('data', (data) => {
    stderr += data;
  });
  const ended = new Promise<Ended>((resolve) => {
    child.once('close', (code, signal) => {
      isOver = true;
      resolve({ code, signal, stdout, stderr });
    });
  });
  while (!isOver) {
    if (until()) child.kill('SIGKILL');
    await Promise.race([ended, sleep(2)]);
  }
  return ended;
}

/** Changes the files for one call; each part of the content by its name. */
async function changed(content: Record<string, unknown>, verb: string, args: string[] = []): Promise<Ended> {
  const before = one.content;
  one.content = { ...before, ...content };
  try {
    return await deploy(verb, args);
  } finally {
    one.content = before;
  }
}

test('a plan: exit code 3, the difference, who signs, and cleos lines on demand', async () => {
  const { code, stdout } = await deploy('plan', ['--cleos']);
  assert.equal(code, 3);
  assert.match(stdout, new RegExp(`account ${dac}\\n +is +it is not there\\n +shall +3,000,000 bytes of RAM`));
  assert.match(stdout, /in all, paid by eosio: 3,150,000 bytes of RAM for \d+\.\d{4} EOS, 1000000\.0000 EOS staked/);
  assert.match(
    stdout,
    new RegExp(`cleos -u \\S+ set contract ${dac} \\S+contracts/target pool.wasm pool.abi -p ${dac}@owner`),
  );
});

test('as JSON, to a file', async () => {
  const file = path.join(one.dir, 'plan.json');
  const { code, stdout } = await deploy('plan', ['--json', file]);
  assert.deepEqual([code, stdout], [3, '']);
  const plan = JSON.parse(readFileSync(file, 'utf8')) as ShownPlan;
  assert.equal(plan.steps[0]?.id, `account:${dac}`);
  assert.deepEqual(plan.steps[0]?.signers, ['eosio@active']);
  assert.equal(plan.wasm.isSame, false);
});

test('the lines of a plan do in cleos what the command does', async () => {
  const shell = await Shell.open(chain, ['eosio', dac]);
  try {
    for (const id of [`account:${dac}`, `code:${dac}`]) {
      const { stdout } = await deploy('plan', ['--json']);
      const step = (JSON.parse(stdout) as ShownPlan).steps.find((each) => each.id === id);
      for (const line of step?.cleos ?? [`no step ${id}`]) await shell.must(line);
    }
  } finally {
    await shell.close();
  }
  const { stdout } = await deploy('plan', ['--json']);
  const { steps, wasm } = JSON.parse(stdout) as ShownPlan;
  assert.equal(wasm.isSame, true);
  assert.deepEqual(
    steps.map(({ id }) => id).filter((id) => id.includes(dac)),
    [],
  );
});

test('nothing is done without a yes', async () => {
  const { code, stderr } = await deploy('apply', []);
  assert.equal(code, 2);
  assert.match(stderr, /nobody can be asked here.*--yes/);
});

test('another chain, another contract, too few tokens, no RAM to sell: a sentence each, and nothing is done', async () => {
  const network = path.join(one.dir, 'other.json');
  const { network: own } = one.write();
  writeFileSync(network, JSON.stringify({ ...JSON.parse(readFileSync(own, 'utf8')), chainId: 'ab'.repeat(32) }));
  const other = await deploy('apply', ['--yes', '--network', network]);
  assert.match(other.stderr, /serves the chain [0-9a-f]{64}, and the network test is abab/);
  const hash = await deploy('apply', ['--yes', '--hash', 'cd'.repeat(32)]);
  assert.match(hash.stderr, /pool\.wasm has sha256 [0-9a-f]{64}, and --hash says cdcd/);
  const [alice = ''] = founders;
  const poor = await changed({ creator: alice }, 'apply', ['--yes']);
  assert.match(
    poor.stderr,
    new RegExp(`${alice} has 0\\.0000 EOS and needs \\d+\\.\\d{4} EOS: \\d+\\.\\d{4} EOS for .* bytes of RAM`),
  );
  const large = { account: producer, url: '', location: 0, ramBytes: 0, net: '1.0000 EOS', cpu: '2000000000.0000 EOS' };
  const much = await changed({ producer: large }, 'plan');
  assert.match(much.stdout, /problem: eosio has \d+\.\d{4} EOS and needs \d+\.\d{4} EOS/);
  for (const each of [other, hash, poor, much]) assert.equal(each.code, 1);
});

test('a missing key: the rest is done, exit code 3 and the line for who has it', async () => {
  one.withoutKeys.add(oracle);
  const { code, stdout, stderr } = await changed(
    { founders: [{ account: founders[0] }], handover: false, register: false },
    'apply',
    ['--yes'],
  );
  one.withoutKeys.clear();
  assert.equal(code, 3, stderr);
  assert.match(stdout, new RegExp(`signs +${oracle}@active \\(no key here: ${oracle}@active\\)`));
  assert.match(stdout, new RegExp(`cleos -u \\S+ push action eosio updateauth .*-p ${oracle}@active`));
  assert.match(
    stdout,
    new RegExp(`# ${founders[0]}, on its own machine: ./pool join ${founders[0]} --dac ${dac} --api http`),
  );
  assert.equal(await chain.codeHash(dac), one.hash);
});

test('killed with -9 at each step and started again: all is done, nothing twice', async () => {
  const journal = path.join(one.dir, 'deploy.json.journal');
  const killed = new Set<string>();
  const isNew = () => {
    if (killed.size >= MOST_KILLS) return false;
    try {
      const { step } = JSON.parse(readFileSync(journal, 'utf8')) as { step: string };
      if (killed.has(step)) return false;
      killed.add(step);
      return true;
    } catch {
      return false; // No transaction is under way.
    }
  };
  const { figures } = one.content as { figures: object };
  one.content = { ...one.content, figures: { ...figures, votetime: SLOW_VOTE } };
  let ended = await deploy('apply', ['--yes'], isNew);
  while (ended.code !== 0) {
    // No longer killed: it waits for the end of the vote.
    if (ended.signal === null) await chain.pass(SLOW_VOTE + 1);
    assert.ok(ended.signal === 'SIGKILL' || ended.code === 3, ended.stderr);
    ended = await deploy('apply', ['--yes'], isNew);
  }
  assert.ok(killed.size >= 8, [...killed].join('; '));
  const { ram_quota: quota } = await chain.client.post<{ ram_quota: number }>('/v1/chain/get_account', {
    account_name: oracle,
  });
  assert.ok(quota < 105_000, `${quota} bytes were bought`);
  const rows = await chain.client.rows<{ kind: string; status: number }>(dac, dac, 'proposals');
  assert.deepEqual(rows.map(({ kind }) => kind).sort(), ['register', 'role', 'role', 'role']);
  const last = await deploy('apply', ['--yes']);
  assert.equal(last.code, 0);
  assert.match(last.stdout, /nothing to do/);
});
