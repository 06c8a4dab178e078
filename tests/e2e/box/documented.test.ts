import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { action } from '../../../common/chain.ts';
import { readCredits } from '../../../common/governance/treasury.ts';
import { untilInBlock } from '../../../common/inclusion.ts';
import { slotOfTimestamp, windowOf } from '../../../common/slot.ts';
import { keyAuthority } from '../../../deploy/accounts.ts';
import { decide } from '../../../deploy/govern.ts';
import { KeyRing, privateKey } from '../../../devnet/keys.ts';
import { ROOT } from '../../../devnet/tools.ts';
import { blocksOf, commandsOf, documents } from '../../ops/support/markdown.ts';
import { Box } from '../../support/box.ts';
import { scratch, until } from '../../support/processes.ts';

/** The newcomer of the documents, who has no seat here. */
const NEWCOMER = 'whale';
const box = new Box();
const { dac, pool, publicApi } = box.run;
const [one = '', two = ''] = box.run.members.map(({ account }) => account);
const emitters = box.run.emitters.map(({ http }) => http).join(',');
const node = box.run.nodes.find(({ name }) => name === box.run.members[1]?.node)?.api ?? '';

const endings: (() => unknown)[] = [];
let dir = '';
/** A settled window, and a proposal that is voted on. */
let window = 0;
let proposal = 0;

/** What a command comes to here: its exit code (0), and what it says. Names that stand for others in it: `for`. */
interface Outcome {
  code?: number;
  says: RegExp;
  for?: Record<string, string>;
}

/**
 * Every line of the documents that calls ./pool, but for those in NOT_HERE and in blocks whose output is compared (ops/files). A member's names are
 * put in for alice and dave, and this pool's for the examples'; nothing is pushed, unless the line says so.
 */
const OUTCOMES: Record<string, Outcome> = {
  './pool join alice --api https://node.example --key-file signing.key': {
    says: /^cleos -u \S+ push action pooldac join /,
    for: { alice: NEWCOMER },
  },
  './pool join dave --terms docs/constitution.md --url https://dave.example --location 276 --key-file signing.key': {
    says: /push action pooldac join /,
    for: { dave: NEWCOMER },
  },
  './pool join dave --check': { code: 1, says: /whale has no application in/, for: { dave: NEWCOMER } },
  // The chain's clock is ahead of this machine's; of the file there is nothing to say.
  './pool check --config config.ini --api http://127.0.0.1:8888': {
    code: 1,
    says: /^(?!.*config\.ini).*head is [^\n]* in the future/s,
  },
  './pool proposals': { says: /sets the figure eligible/ },
  './pool proposals --open': { says: /sets the figure eligible/ },
  './pool vote 7 yes': { says: /^cleos -u \S+ push action pooldac vote / },
  './pool vote 7 yes --push --key-file voting.key --permission voting': { says: /^[0-9a-f]{64}$/m },
  './pool propose spend emitterco "200 EOS" --days 60 --text "a second relay" --push --wallet http://127.0.0.1:8900': {
    code: 1,
    says: /127\.0\.0\.1:9/,
    for: { '127.0.0.1:8900': '127.0.0.1:9' },
  },
  './pool claim alice': { says: /push action pooldac claim |nothing is owed to/ },
  './pool claim dave --as dave': { says: /push action pooldac claim |nothing is owed to/ },
  './pool agree docs/constitution.md --as dave': { code: 1, says: /has agreed/ },
  './pool members dave': { says: new RegExp(two) },
  './pool deposit open --as dave': { says: /push action pooldac open / },
  './pool case list': { says: /^no cases in/ },
  './pool case appeal 1 --text "the log shows another order" --as dave': { code: 1, says: /there is no case 1/ },
  './pool leave --as dave': { says: /push action pooldac leave / },
  './pool log verify events.sqlite': { says: /is good: .* its tail is open/ },
  './pool report --window 141524429 --explain': { says: /is the same/ },
  './pool report --window 141526563 --log events.sqlite --api http://127.0.0.1:8888 --explain': { says: /is the same/ },
  './pool report --window 141524429 --log events-emitter1.sqlite,events-emitter2.sqlite --api http://127.0.0.1:20501 --explain':
    { says: /is the same/ },
  './pool report --window 141524429 --log events-emitter1.sqlite,lying.sqlite --api http://127.0.0.1:20501 --explain': {
    says: /a log is left out: \S*lying\.sqlite is not an event log that can be read/,
  },
  './pool agent --check': { says: /takes this key for that of/ },
  './pool dispute --window 141524429 --receipts agent.sqlite': { says: /12/ },
  './pool dispute --window 141524429 --receipts agent.sqlite --log events-emitter1.sqlite,events-emitter2.sqlite --api http://127.0.0.1:20501':
    { says: /12/ },
  './pool case open --evidence 141524429-omission-2165e867….json --as member2 --log lying.sqlite --api http://127.0.0.1:20501':
    { code: 1, says: /omission-2165e867….json cannot be read/ },
  './pool case open --evidence 141524429-dispute-2c26….json --against oracle1 --as dave': {
    code: 1,
    says: /dispute-2c26….json cannot be read/,
  },
};

/** They take minutes, a public network or a pool of their own, and have tests that run them. */
const NOT_HERE = /^(eval "\$\()?\.\/pool (up|test|cases|deploy|join dave --(setkey|url)|completion)\b/;
/** It runs on beside the others, which have their receipts from it. */
const AGENT = /^\.\/pool agent --pool /;

const documented = documents().flatMap((file) =>
  blocksOf(file)
    .filter(({ mark }) => mark !== 'sh run')
    .flatMap(commandsOf)
    .flatMap(({ command }) => (/^(eval "\$\()?(\.\/pool|bppool) /.test(command) ? [command] : [])),
);

function asHere(command: string, names: Record<string, string> = {}): string {
  const api = command.startsWith('./pool check') ? node : publicApi;
  const here: [string | RegExp, string][] = [
    ...Object.entries(names),
    [/^\.\/pool/, path.join(ROOT, 'pool')],
    [/https:\/\/node\.example|http:\/\/127\.0\.0\.1:(8888|20501)/, api],
    [/window \d{9}/, `window ${window}`],
    [/vote 7/, `vote ${proposal}`],
    [/--as (dave|member2)/, `--as ${two}`],
    [/--pool poolbp --dac pooldac/, `--pool ${pool} --dac ${dac}`],
    [/http:\/\/emitter1\S+/, emitters],
    [/ (dave|alice)( |$)/, ` ${two}$2`],
    ['emitterco', one],
  ];
  return here.reduce((text, [from, to]) => text.replace(from, to), command);
}

function environment() {
  const agent = { AGENT_POOL: pool, AGENT_DAC: dac, AGENT_KEY_FILE: 'signing.key', AGENT_NODE: node };
  const more = { ...agent, AGENT_EMITTERS: emitters, AGENT_RECEIPTS: 'agent.sqlite' };
  return { ...process.env, ...more, BPPOOL_API: publicApi, BPPOOL_DAC: dac, BPPOOL_ACCOUNT: two };
}

function run(command: string): Promise<{ code: number; said: string }> {
  return new Promise((resolve) => {
    execFile('bash', ['-c', command], { cwd: dir, env: environment() }, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, said: stdout + stderr }),
    );
  });
}

/** As the documents have it, until the test ends. */
function startAgent(): void {
  const command = documented.find((line) => AGENT.test(line)) ?? '';
  const agent = spawn('bash', ['-c', `exec ${asHere(command)}`], { cwd: dir, env: environment(), stdio: 'ignore' });
  const exited = once(agent, 'exit');
  endings.push(async () => {
    agent.kill('SIGTERM');
    await exited;
  });
}

async function newestSettled(): Promise<number> {
  const rows = await box.chain.rows<{ window: number }>(dac, dac, 'windows');
  return Math.max(0, ...rows.map((row) => Number(row.window)));
}

/** A figure that is what it is already, so that nothing changes; with its number, for two of the same text within a second are one transaction. */
async function propose(): Promise<void> {
  const [state] = await box.chain.rows<{ next_proposal: number }>(dac, dac, 'state');
  proposal = Number(state?.next_proposal);
  await box.push('propconfig', { proposer: one, figure: 'eligible', value: 50, text: `notice ${proposal}` }, one);
}

before(async () => {
  dir = scratch({ after: (end) => endings.push(end) });
  const keys = JSON.parse(readFileSync(box.run.keys, 'utf8')) as Record<string, string>;
  const signing = privateKey(keys, box.run.members[1]?.signingKey ?? '');
  writeFileSync(path.join(dir, 'signing.key'), `${signing}\n`, { mode: 0o600 });
  writeFileSync(path.join(dir, 'lying.sqlite'), 'no log');
  mkdirSync(path.join(dir, '.pool'));
  for (const name of ['events.sqlite', 'events-emitter1.sqlite', 'events-emitter2.sqlite', '.pool/events.sqlite'])
    symlinkSync(box.run.eventLog, path.join(dir, name));
  symlinkSync(path.join(ROOT, 'docs'), path.join(dir, 'docs'));
  const voting = new KeyRing().pair('voting');
  writeFileSync(path.join(dir, 'voting.key'), `${voting.private}\n`, { mode: 0o600 });
  const auth = keyAuthority(voting.public);
  const actions = [
    action('eosio', 'updateauth', { account: two, permission: 'voting', parent: 'active', auth }, two),
    action('eosio', 'linkauth', { account: two, code: dac, type: 'vote', requirement: 'voting' }, two),
  ];
  await untilInBlock(box.chain, await box.chain.transact(actions));
  const voters = box.run.members.map(({ account }) => account);
  // A minute, so that a vote is not over before a command has begun.
  await decide(box.chain, dac, voters, [{ kind: 'config', data: { figure: 'votetime', value: 60 }, text: '' }]);
  startAgent();
  const running = windowOf(slotOfTimestamp((await box.chain.info()).head_block_time));
  await until('a window that the agent saw', async () => (await newestSettled()) > running + 1);
  window = await newestSettled();
  const ini = blocksOf('docs/members.md').find(({ text }) => text.startsWith('producer-name = poolbp'))?.text ?? '';
  const lines = ini
    .replace('poolbp', pool)
    .replace('YOUR_PUBLIC_KEY=KEY:YOUR_PRIVATE_KEY', `${box.run.members[1]?.signingKey}=KEY:${signing}`)
    .replace('emitter1.example:9700', box.run.emitters[0]?.p2p ?? '')
    .replace(/.*emitter2.*\n/, '');
  writeFileSync(path.join(dir, 'config.ini'), lines, { mode: 0o600 });
});

after(async () => {
  for (const end of endings.reverse()) await end();
});

test('every line of the documents that calls ./pool has its outcome here', () => {
  const lines = documented.filter((line) => !NOT_HERE.test(line) && !AGENT.test(line) && line.startsWith('./pool'));
  assert.deepEqual([...new Set(lines)].sort(), Object.keys(OUTCOMES).sort());
});

test('and comes to it', { timeout: 300_000 }, async (t) => {
  for (const [command, { code = 0, says, for: names }] of Object.entries(OUTCOMES)) {
    await t.test(command, async () => {
      if (/vote|proposals/.test(command)) await propose();
      const result = await run(asHere(command, names));
      const expected = command.startsWith('./pool claim') && !(await isOwed(two)) ? 1 : code;
      const { said } = result;
      assert.deepEqual([result.code, says.test(said)], [expected, true], `${asHere(command, names)}\n${said}`);
    });
  }
});

async function isOwed(member: string): Promise<boolean> {
  return (await readCredits(box.chain, dac)).some(({ account, owed }) => account === member && owed > 0n);
}
