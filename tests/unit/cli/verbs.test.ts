import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { sha256 } from '../../../common/canonical.ts';
import { payloadHash } from '../../../common/governance/payload-hash.ts';
import { readProposal } from '../../../common/governance/proposals.ts';
import { testKey } from '../../contract/support/keys.ts';
import {
  at,
  bookRow,
  caseRow,
  configRow,
  DAC,
  FakePool,
  memberRow,
  NEVER,
  proposalRow,
  type Row,
  seatRow,
  stateRow,
} from '../../support/fake-pool.ts';
import { type Invoked, invoked } from '../../support/invoked.ts';
import { scratch } from '../../support/processes.ts';

type Context = Parameters<typeof scratch>[0];

/** A fake pool with accounts that have RAM, and `run`, which calls a verb on it. */
async function stage(t: Context) {
  const pool = new FakePool();
  for (const name of ['alice', 'bob', 'carol', 'dave', 'judge1', 'zoe'])
    pool.accounts[name] = { ram_quota: 9000, ram_usage: 4000 };
  const api = await pool.serve(t);
  const run = (line: string, ...more: string[]) => invoked([...line.split(' '), ...more, '--api', api]);
  return { pool, api, run };
}

/** A proposal whose hash fits, as the contract makes it. */
async function proposal(pool: FakePool, id: number, kind: string, changes: Row = {}): Promise<string> {
  pool.set('proposals', [proposalRow(id, kind, changes)]);
  const read = await readProposal(pool.client(), DAC, id);
  assert.ok(read);
  const hash = payloadHash(read);
  pool.set('proposals', [proposalRow(id, kind, { ...changes, hash })]);
  return hash;
}

/** Exit code 1 with one sentence on standard error, and nothing on standard output. */
function refused({ code, stdout, stderr }: Invoked, says: RegExp): void {
  assert.equal(code, 1, stdout + stderr);
  assert.match(stderr, says);
  assert.equal(stderr.trim().split('\n').length, 1, stderr);
  assert.equal(stdout, '');
}

/** The action of the cleos line that it printed. */
function lineOf({ code, stdout, stderr }: Invoked): [string, Row, string] {
  assert.equal(code, 0, stderr);
  const [, name = '', json = '', by = ''] =
    /^cleos -u \S+ push action pooldac (\w+) '(.*)' -p (\S+)\n$/.exec(stdout) ?? [];
  assert.ok(name, stdout);
  return [name, JSON.parse(json.replaceAll(String.raw`'\''`, "'")), by];
}

test('vote: prints the line for the hash that is shown, and says what would change', async (t) => {
  const { pool, run } = await stage(t);
  const hash = await proposal(pool, 12, 'config', { subject: 'votetime', value: 86_400 });
  const result = await run('vote 12 yes --as alice');
  assert.deepEqual(lineOf(result), ['vote', { voter: 'alice', id: 12, hash, yes: true }, 'alice@active']);
  assert.match(result.stderr, /figure votetime: 259,200 s \(3 days\) → 86,400 s \(1 day\)/);
  assert.match(result.stderr, /votes: 0 yes, 0 no, 2 of 3 needed/);
  assert.deepEqual(lineOf(await run('vote 12 no --as alice --permission voting'))[2], 'alice@voting');
  const json = JSON.parse((await run('vote 12 yes --as alice --esr --json')).stdout);
  assert.deepEqual([json.action.data.hash, json.pushed, json.esr.slice(0, 6)], [hash, null, 'esr://']);
  const both = (await run('vote 12 yes --as alice --esr')).stdout.trim().split('\n');
  assert.deepEqual(
    both.map((line) => line.slice(0, 5)),
    ['cleos', 'esr:/'],
  );
});

test('vote: refuses, in one sentence, what the contract would refuse, and a node that shows something else', async (t) => {
  const { pool, run } = await stage(t);
  refused(await run('vote 12 yes --as alice'), /there is no proposal 12 in pooldac: \.\/pool proposals lists/);
  const hash = await proposal(pool, 12, 'admit', { subject: 'dave' });
  refused(await run('vote 12 yes --as zoe'), /zoe is not a member: it would have to join/);
  refused(
    await run(`vote 12 yes --as alice --hash ${'0'.repeat(64)}`),
    /proposal 12 has hash [0-9a-f]{64}, and --hash names 0{64}: read it again/,
  );
  lineOf(await run(`vote 12 yes --as alice --hash ${hash}`));
  pool.set('votes', [{ voter: 'alice', yes: 1 }], '12');
  refused(await run('vote 12 yes --as alice'), /alice has voted yes on proposal 12 already/);
  lineOf(await run('vote 12 no --as alice'));
  pool.set('proposals', [proposalRow(12, 'admit', { subject: 'mallory', hash })]);
  refused(
    await run('vote 12 yes --as bob'),
    /does not have the hash [0-9a-f]{64} that stands beside it: do not vote, ask another node/,
  );
  await proposal(pool, 12, 'expel', { subject: 'bob', respondent: 'bob' });
  refused(await run('vote 12 no --as bob'), /bob is concerned by proposal 12 and has no vote on it/);
  await proposal(pool, 12, 'url', { ends: at(0) });
  refused(await run('vote 12 yes --as bob'), /the vote on proposal 12 is over: \.\/pool tally 12 counts it/);
  await proposal(pool, 12, 'url', {});
  pool.set('seats', [seatRow('bob', 1, { probation_until: at(60) })]);
  refused(
    await run('vote 12 yes --as bob'),
    /bob was not an active member past its probation when proposal 12 was made/,
  );
});

test('who acts must be named, be there and have RAM', async (t) => {
  const { pool, run, api } = await stage(t);
  await proposal(pool, 12, 'url');
  const nobody = await run('vote 12 yes');
  assert.equal(nobody.code, 2);
  assert.match(nobody.stderr, /name the account that acts: --as ACCOUNT, or BPPOOL_ACCOUNT/);
  const env = { BPPOOL_ACCOUNT: 'alice', BPPOOL_API: api, BPPOOL_DAC: 'pooldac' };
  assert.equal((await invoked(['vote', '12', 'yes'], env)).code, 0);
  assert.match(
    (await invoked(['books'], { BPPOOL_API: 'nonsense' })).stderr,
    /BPPOOL_API is "nonsense" \(in the environment or \.env\): It takes the address/,
  );
  delete pool.accounts.alice;
  refused(await run('vote 12 yes --as alice'), /there is no account alice on the chain of http/);
  pool.accounts.alice = { ram_quota: 4100, ram_usage: 4000 };
  refused(await run('vote 12 yes --as alice'), /alice has 100 bytes of RAM free, and this takes 233: buy some/);
  pool.accounts.alice = { ram_quota: -1, ram_usage: 4000 };
  lineOf(await run('vote 12 yes --as alice'));
});

test("--push signs with a key file, waits for the block, and gives the contract's own sentence", async (t) => {
  const { pool, run } = await stage(t);
  const hash = await proposal(pool, 12, 'url');
  const file = path.join(scratch(t), 'alice.key');
  writeFileSync(file, testKey(1).priv, { mode: 0o600 });
  const done = await run('vote 12 yes --as alice --push', '--key-file', file);
  assert.equal(done.code, 0, done.stderr);
  assert.match(done.stderr, /pooldac::vote is done: transaction [0-9a-f]{64} in block 1001/);
  assert.match(done.stdout, /^[0-9a-f]{64}\n$/);
  assert.deepEqual(
    pool.taken.map(({ name, actor, data }) => [name, actor, data.voter, data.hash]),
    [['vote', 'alice@active', 'alice', hash.toUpperCase()]],
  );
  pool.refuse = 'assertion failure with message: the vote on proposal 12 is over: call tally';
  const late = await run('vote 12 yes --as alice --push', '--key-file', file);
  assert.deepEqual([late.code, late.stdout], [1, '']);
  assert.match(late.stderr, /\npool: pooldac::vote was refused: the vote on proposal 12 is over: call tally\n$/);
  const json = await run('vote 12 yes --as alice --push --json', '--key-file', file);
  assert.deepEqual(JSON.parse(json.stderr).error.code, 'refused');
  assert.equal((await run('vote 12 yes --as alice --push')).code, 2);
  assert.match(
    (await run('vote 12 yes --as alice --wallet http://h')).stderr,
    /--key-file and --wallet are for --push/,
  );
  refused(await run('vote 12 yes --as alice --push --wallet ftp://h'), /--wallet must be http:\/\/host:port or unix/);
  writeFileSync(file, 'x', { mode: 0o600 });
  refused(await run('vote 12 yes --as alice --push', '--key-file', file), /key file .* holds something else than/);
});

const PROPOSED: [string, string, Row][] = [
  ['expel bob', 'propexpel', { account: 'bob' }],
  ['suspend bob 7d', 'propsuspend', { account: 'bob', seconds: 604_800 }],
  [`terms --hash ${'33'.repeat(32)}`, 'propterms', { terms: '33'.repeat(32) }],
  ['config votetime 2d', 'propconfig', { figure: 'votetime', value: '172800' }],
  ['url https://p.example 276', 'propurl', { url: 'https://p.example', location: 276 }],
  ['register off', 'propregister', { on: false }],
  ['strategy sticky --mode standby', 'propstrategy', { strategy: 'sticky', mode: 'standby' }],
  ['strategy rotate', 'propstrategy', { strategy: 'rotate', mode: 'propose' }],
  ['claim eosio claimrewards on', 'propclaim', { code: 'eosio', name: 'claimrewards', on: true }],
  [
    'role oracle oracle1 on',
    'proprole',
    { role: 'oracle', account: 'oracle1', on: true, key: 'EOS1111111111111111111111111111111114T1Anm', endpoints: '' },
  ],
  [
    `role emitter em on --key ${testKey(3).pub} --endpoints e:1`,
    'proprole',
    { role: 'emitter', account: 'em', on: true, key: testKey(3).pub, endpoints: 'e:1' },
  ],
  ['end 1', 'propend', { order: '1' }],
  ['accept 2 off', 'propaccept', { order: '2', accepted: false }],
  ['token other.token 4,SYS', 'proptoken', { contract: 'other.token', core: '4,SYS' }],
  ['void 141000099', 'propvoid', { window: 141_000_099 }],
  [
    `settle 141000099 alice,carol --hash ${'55'.repeat(32)}`,
    'propsettle',
    { window: 141_000_099, eligible: '05', metrics_hash: '55'.repeat(32) },
  ],
  ['dissolve', 'propdissolve', {}],
];
const orders = [
  { id: 1, payee: 'emitterco', amount: 500_000, escrow: 0, months: 4, due: at(5), in_case: 0, text: '' },
  { id: 2, payee: 'worker', amount: 2_000_000, escrow: 1, months: 0, due: at(86_400), in_case: 0, text: '' },
];

test('propose: each kind makes its action', async (t) => {
  const { pool, run } = await stage(t);
  pool.set('orders', orders);
  for (const [line, name, data] of PROPOSED) {
    const made = lineOf(await run(`propose ${line} --as alice`, '--text', "it's time"));
    assert.deepEqual(made, [name, { proposer: 'alice', ...data, text: "it's time" }, 'alice@active'], line);
  }
  const spend = lineOf(await run('propose spend worker', '5.5 EOS', '--days', '60', '--as', 'alice'));
  assert.deepEqual(spend[1], { proposer: 'alice', payee: 'worker', amount: '5.5000 EOS', days: 60, text: '' });
  const order = await run('propose order worker', '50', '12', '--as', 'alice');
  assert.deepEqual(lineOf(order)[1], {
    proposer: 'alice',
    payee: 'worker',
    amount: '50.0000 EOS',
    months: 12,
    text: '',
  });
  assert.match(order.stderr, /in all: 600\.0000 EOS/);
  assert.match(
    order.stderr,
    /The vote lasts 3 d; 2 of 3 have to say yes\.\nIt would be proposal 13, .* with the hash [0-9a-f]{64}/,
  );
  assert.deepEqual(
    lineOf(await run('propose foreign drop', '1.00 DROP', 'charity', '--as', 'alice'))[1].amount,
    '1.00 DROP',
  );
  pool.set('config', [configRow({ paused_until: at(5) })]);
  assert.deepEqual(lineOf(await run('propose unpause --as alice'))[0], 'propunpause');
});

test('propose: the hash of a text is computed from the file', async (t) => {
  const { run } = await stage(t);
  const file = path.join(scratch(t), 'terms.md');
  writeFileSync(file, 'version 2');
  assert.equal(
    lineOf(await run('propose terms --as alice', file))[1].terms,
    sha256(Buffer.from('version 2')).toString('hex'),
  );
  refused(await run('propose terms nowhere.md --as alice'), /the constitution nowhere\.md cannot be read: ENOENT/);
  refused(
    await run('propose terms --as alice'),
    /name the constitution: a file, or its sha256 with --hash, one of the two/,
  );
});

test('propose: what the contract would refuse is refused here, in one sentence', async (t) => {
  const { pool, run } = await stage(t);
  pool.set('orders', orders);
  const says = async (line: string, pattern: RegExp, ...more: string[]) =>
    refused(await run(`propose ${line} --as alice`, ...more), pattern);
  await says('admit mallory', /mallory has not applied to pooldac/);
  await says('admit alice', /alice has not applied/);
  await says('expel mallory', /mallory is no member of pooldac \(unknown here\)/);
  await says('suspend bob 91d', /7862400 seconds is too long: at most 7776000 \(90d\)/);
  await says(`terms --hash ${'11'.repeat(32)}`, /is in force already/);
  await says('config votetime 31d', /votetime is 2678400: 1 to 2592000 are allowed/);
  await says('config votetime soon', /votetime is "soon": it takes seconds, or a time as 90m/);
  await says('config eligible 1.5', /eligible is "1\.5": it takes a whole number/);
  await says('config open maybe', /open is "maybe": it takes yes or no/);
  await says('config bond 1.23456', /"1\.23456" has 5 places, and EOS has 4/);
  await says('strategy', /the strategy has 33 bytes: 1 to 32/, 'x'.repeat(33));
  await says('claim eosio claimrewards off', /eosio::claimrewards is no claim of this pool/);
  await says('role emitter em on', /emitter em needs a key to sign its log with: --key/);
  await says('role oracle oracle5 off', /oracle5 is no oracle of this pool/);
  await says('msig alice upgrade1', /alice has no proposal upgrade1 in eosio\.msig/);
  await says('unpause', /the pool is not paused/);
  await says('spend poolbp', /poolbp belongs to the pool itself/, '1');
  await says('spend worker', /"1,5" is no amount: write it as "12\.3456 EOS"/, '1,5');
  await says('spend worker', /the amount is 0\.0000 EOS: it has to be more/, '0');
  await says('end 2', /order 2 is an escrow: \.\/pool propose accept 2/);
  await says('end 7', /there is no order 7: \.\/pool books/);
  await says('accept 1 on', /order 1 is a monthly one/);
  await says('token eosio.token 4,EOS', /4,EOS of eosio\.token is in the books already/);
  await says('foreign eosio.token', /EOS of eosio\.token is in the books: it belongs/, '1.0000 EOS', 'zoe');
  await says('void 141000050', /window 141000050 belongs to a closed epoch: windows after 141000050/);
  await says(`settle 141000099 mallory --hash ${'55'.repeat(32)}`, /mallory has no seat in this pool/);
  await says(`settle 141000099 alice,alice --hash ${'55'.repeat(32)}`, /a member is named twice/);
  await says('url https://p.example 276', /the text has 256 bytes: at most 255/, '--text', 'x'.repeat(256));
  for (const line of [
    'config mintime 5',
    'register maybe',
    'token t 99,SYS',
    'foreign t 1.5DROP zoe',
    'role king zoe on',
    'config',
  ]) {
    assert.equal((await run(`propose ${line} --as alice`)).code, 2, line);
  }
});

test('propose: only a member with a vote, in a pool that lives, with fewer than five open', async (t) => {
  const { pool, run } = await stage(t);
  refused(await run('propose register on --as zoe'), /zoe is not a member/);
  pool.set('members', [memberRow('alice', { proposals: 5 })]);
  refused(
    await run('propose register on --as alice'),
    /alice has 5 proposals that are not finished, and 5 are the most/,
  );
  pool.set('seats', [seatRow('alice', 0, { probation_until: at(60) })]);
  refused(
    await run('propose register on --as alice'),
    /alice is on probation until .* \(1 min\): it has no vote until then/,
  );
  pool.set('seats', [seatRow('alice', 0, { until: 7 })]);
  refused(await run('propose register on --as alice'), /alice is leaving, suspended or gone/);
  pool.set('config', [configRow({ phase: 0 })]);
  refused(await run('propose register on --as alice'), /proposals begin with the hand-over/);
});

test('tally, execute, expire, cancel', async (t) => {
  const { pool, run } = await stage(t);
  const week = 7 * 24 * 3600;
  await proposal(pool, 12, 'url', { ends: at(0) });
  assert.deepEqual(lineOf(await run('tally 12 --as zoe')), ['tally', { id: 12 }, 'zoe@active']);
  refused(await run('execute 12 --as zoe'), /the vote on proposal 12 is over: \.\/pool tally 12/);
  refused(await run('cancel 12 --as bob'), /proposal 12 is alice's: nobody else can cancel it/);
  assert.deepEqual(lineOf(await run('cancel 12 --as alice'))[1], { proposer: 'alice', id: 12 });
  await proposal(pool, 12, 'url', { ends: at(90) });
  refused(await run('tally 12 --as zoe'), /the vote on proposal 12 goes on for 1 min 30 s/);
  await proposal(pool, 12, 'appeal', { ends: at(90) });
  refused(await run('cancel 12 --as alice'), /proposal 12 is an appeal: once made it is voted on/);
  await proposal(pool, 12, 'url', { status: 1, unlock: at(5) });
  refused(await run('execute 12 --as zoe'), /proposal 12 has passed and is locked for 5 s/);
  await proposal(pool, 12, 'url', { status: 1, unlock: at(0) });
  assert.deepEqual(lineOf(await run('execute 12 --as zoe'))[1], { id: 12 });
  pool.set('config', [configRow({ paused_until: at(60) })]);
  refused(
    await run('execute 12 --as zoe'),
    /the pool is paused until .*: wait, or end it with \.\/pool propose unpause/,
  );
  await proposal(pool, 12, 'url', { status: 1, unlock: at(-week) });
  refused(await run('execute 12 --as zoe'), /proposal 12 was not executed in time: \.\/pool expire 12/);
  assert.deepEqual(lineOf(await run('expire 12 --as zoe'))[0], 'expire');
  await proposal(pool, 12, 'url', { status: 2, done: at(0) });
  refused(await run('execute 12 --as zoe'), /proposal 12 is executed/);
});

test('proposals: the list, one of them, JSON', async (t) => {
  const { pool, run } = await stage(t);
  assert.equal((await run('proposals')).stdout, 'no proposals in pooldac\n');
  pool.set('proposals', [
    proposalRow(11, 'register', { value: 1, status: 2, done: at(-9) }),
    proposalRow(12, 'strategy', { detail: 'sticky:hold=3', subject: 'propose' }),
  ]);
  pool.set('votes', [{ voter: 'bob', yes: 0 }], '12');
  const list = (await run('proposals')).stdout;
  assert.match(
    list,
    /^id +what +stage +votes\n11 +registers the producer +executed +0 yes, 0 no, 1 of 0 needed\n12 +chooses blocks by sticky:hold=3, mode propose +voting, 1 h left +0 yes, 1 no, 2 of 3 needed\n$/,
  );
  const one = (await run('proposals 12')).stdout;
  assert.match(one, /strategy: first-delivered → sticky:hold=3\n/);
  assert.match(one, /now: vote \(electors\), cancel \(proposer\)\n/);
  const open = JSON.parse((await run('proposals --open --json')).stdout);
  assert.deepEqual(
    open.proposals.map((each: Row) => [each.id, each.stage, each.value]),
    [[12, 'voting', '0']],
  );
  refused(await run('proposals 9'), /there is no proposal 9/);
});

test('members, books, rules and windows show what stands on the chain', async (t) => {
  const { pool, run } = await stage(t);
  const members = (await run('members')).stdout;
  assert.match(
    members,
    /^account +status +seat +shares +owed +terms +key\nalice +active +0 +5 +20\.0000 EOS +1 +PUB_K1_/,
  );
  assert.match(members, /\ndave +applied +0 +0\.0000 EOS/);
  assert.match(
    (await run('members alice')).stdout,
    /alice: active\npays to alice; owed 20\.0000 EOS, credited 100\.0000 EOS, paid 80\.0000 EOS/,
  );
  refused(await run('members mallory'), /mallory is unknown to pooldac/);
  const books = (await run('books')).stdout;
  assert.match(
    books,
    /poolbp and pooldac hold 200\.0000 EOS\n {2}= owed 60\.0000 EOS \+ bucket 30\.0000 EOS \+ infrastructure 100\.0000 EOS \+ escrow 0\.0000 EOS \+ deposits 10\.0000 EOS\n {2}\+ 0\.0000 EOS not booked yet/,
  );
  pool.set('books', [bookRow({ owed: 600_001 })]);
  assert.match((await run('books')).stdout, /! 0\.0001 EOS less than the books say: this should never be/);
  const rules = (await run('rules')).stdout;
  assert.match(rules, /pool of pooldac: producer poolbp, registered, live\nconstitution: version 1, sha256 (11){32}\n/);
  assert.match(rules, /votetime {3}259,200 s \(3 days\)/);
  assert.equal(JSON.parse((await run('rules --json')).stdout).figures.votetime, '259200');
  const window = {
    window: 141_000_099,
    epoch: 2,
    voided: 0,
    settled: at(-9),
    reports: 2,
    hash: '44'.repeat(32),
    metrics_hash: '55'.repeat(32),
  };
  pool.set('windows', [
    { ...window, log_root: '66'.repeat(32), eligible: '05', strategy: 'first-delivered', version: 'metrics/3' },
  ]);
  pool.set('open', [{ window: 141_000_100, opened: at(-3) }]);
  pool.set('oracles', [{ account: 'oracle1', active: 1, stopper: '', stopper_at: NEVER, open: 1 }]);
  pool.set(
    'reports',
    [
      {
        oracle: 'oracle1',
        hash: '77'.repeat(32),
        metrics_hash: '55'.repeat(32),
        log_root: '66'.repeat(32),
        time: at(-3),
      },
    ],
    '141000100',
  );
  const windows = (await run('windows')).stdout;
  assert.match(windows, /141000099 +2 +2026-11-27 11:59:51 UTC +2 reports +alice, carol/);
  assert.match(
    windows,
    /window 141000100 is open: 1 reports, 1 equal ones of 1 oracles settle it\n {2}oracle1: 777777777777…/,
  );
  refused(await run('windows 141000001'), /pooldac has nothing on window 141000001: its epoch is closed/);
  refused(await run('members --dac nobody'), /the pool of nobody is not set up yet/);
});

const STEPS: [string, string, Row][] = [
  ['claim alice', 'claim', { account: 'alice', token: 0 }],
  ['claim', 'claim', { account: 'bob', token: 0 }],
  ['leave', 'leave', { account: 'bob' }],
  ['refresh', 'refresh', {}],
  ['challenge alice', 'challenge', { challenger: 'bob', account: 'alice' }],
  ['dropkey', 'dropkey', { account: 'bob' }],
  ['setpayee bobpay', 'setpayee', { account: 'bob', payee: 'bobpay' }],
  ['pause', 'pause', { member: 'bob' }],
  ['stop oracle oracle1', 'stop', { member: 'bob', role: 'oracle', account: 'oracle1' }],
  ['payorder 3', 'payorder', { id: 3 }],
  ['harvest 1', 'harvest', { id: 1 }],
  ['sweep', 'sweep', { token: 0 }],
  ['cut', 'cut', {}],
  ['close', 'close', {}],
  ['prune 500', 'prune', { max: 500 }],
  ['depart nora', 'depart', { account: 'nora' }],
  ['resume sam', 'resume', { account: 'sam' }],
  ['release leo', 'release', { account: 'leo' }],
  ['forget leo', 'forget', { account: 'leo' }],
  ['oust olga', 'oust', { account: 'olga' }],
  ['lapse olga', 'lapse', { account: 'olga' }],
  ['setproxy alice', 'setproxy', { account: 'bob', proxy: 'alice' }],
  ['setproxy nobody', 'setproxy', { account: 'bob', proxy: '' }],
  ['setinfo --location 840', 'setinfo', { account: 'bob', url: 'https://bob.example', location: 840, owners: '' }],
  ['deposit open', 'open', { account: 'bob' }],
  ['case enforce 2', 'enforce', { id: 2 }],
  ['case close 4', 'closecase', { id: 4 }],
  ['case answer 1 --hash 99', 'answer', { respondent: 'bob', id: 1, reply: '99'.repeat(32) }],
  ['case appeal 3 --text no', 'appeal', { party: 'bob', id: 3, text: 'no' }],
];

/** A pool in which each step of STEPS can be taken by bob. */
function busy(pool: FakePool): void {
  pool.set('members', [
    ...['alice', 'bob', 'carol'].map((name, index) => memberRow(name, { index })),
    memberRow('nora', { status: 2, until: at(-1) }),
    memberRow('sam', { status: 3, until: at(-1) }),
    memberRow('leo', { status: 4, until: at(-1), bond: 5 }),
    memberRow('olga', { respond_by: at(-1), terms: 0 }),
  ]);
  pool.set('oracles', [{ account: 'oracle1', active: 1, stopper: '', stopper_at: NEVER, open: 0 }]);
  pool.set('orders', [...orders, { ...orders[0], id: 3, due: at(-1) }]);
  pool.set('claims', [{ id: 1, code: 'eosio', name: 'claimrewards' }]);
  pool.set('cases', [
    caseRow(1),
    caseRow(2, { status: 2, until: at(0) }),
    caseRow(3, { status: 2, until: at(9) }),
    caseRow(4, { until: at(0) }),
  ]);
}

test('the other actions of the contract', async (t) => {
  const { pool, run } = await stage(t);
  busy(pool);
  for (const [line, name, data] of STEPS) {
    const made = lineOf(await run(`${line.replace('--hash 99', `--hash ${'99'.repeat(32)}`)} --as bob`));
    assert.deepEqual(made, [name, data, 'bob@active'], line);
  }
  assert.match(
    (await run('deposit add', '5', '--as', 'bob')).stderr,
    /bob has no deposit: \.\/pool deposit open makes it/,
  );
  pool.set('deposits', [{ account: 'bob', free: 50_000, cases: 0 }]);
  pool.balances.bob = '4.9999 EOS';
  const short = await run('deposit add', '5', '--as', 'bob');
  assert.deepEqual([short.code, short.stdout], [1, '']);
  assert.match(short.stderr, /bob has 4\.9999 EOS, less than 5\.0000 EOS/);
  pool.balances.bob = '5.0000 EOS';
  assert.match(
    (await run('deposit add', '5', '--as', 'bob')).stdout,
    /push action eosio\.token transfer '\{"from":"bob","to":"pooldac","quantity":"5\.0000 EOS","memo":"deposit"\}' -p bob@active/,
  );
  assert.deepEqual(lineOf(await run('deposit withdraw', '5', '--as', 'bob'))[1], {
    account: 'bob',
    quantity: '5.0000 EOS',
  });
  pool.set('arbitrators', [{ account: 'judge1', stopper: '', stopper_at: NEVER }]);
  pool.set('cases', [caseRow(1, { status: 1 })]);
  const rule = [
    'case',
    'rule',
    '1',
    '--compensation',
    '10 EOS',
    '--act',
    'suspend',
    '--time',
    '7d',
    '--hash',
    '88'.repeat(32),
    '--as',
    'judge1',
  ];
  assert.deepEqual(lineOf(await run(rule.shift() ?? '', ...rule))[1], {
    ...{
      arbitrator: 'judge1',
      id: 1,
      compensation: '10.0000 EOS',
      penalty: '0.0000 EOS',
      act: 'suspend',
      value: 604_800,
    },
    reason: '88'.repeat(32),
  });
  assert.deepEqual(lineOf(await run('case recuse 1 --as judge1'))[1], { arbitrator: 'judge1', id: 1 });
  pool.set('members', [memberRow('bob', { respond_by: at(9) })]);
  assert.deepEqual(lineOf(await run('respond --as bob'))[1], { account: 'bob' });
  pool.set('config', [configRow({ phase: 2, terms_version: 2 })]);
  assert.deepEqual(lineOf(await run('dissolve --as bob'))[1], {});
  assert.deepEqual(lineOf(await run(`agree --hash ${'11'.repeat(32)} --as bob`))[1], {
    account: 'bob',
    terms: '11'.repeat(32),
  });
  pool.accounts.worker = { ram_quota: -1, ram_usage: 0 };
  assert.deepEqual(lineOf(await run('refund 2 --as worker'))[1], { id: 2 });
});

const WRONG: [string, RegExp][] = [
  ['claim zoe', /nothing is owed to zoe in EOS/],
  ['claim alice 3', /there is no token 3 in the books/],
  ['leave --as zoe', /zoe is unknown to pooldac/],
  ['depart alice', /alice is active: this is for who is notice/],
  ['resume alice', /alice is active: this is for who is suspended/],
  ['challenge bob', /bob cannot challenge itself/],
  ['challenge olga', /olga is challenged already/],
  ['respond', /bob is not challenged/],
  ['oust alice', /alice is not challenged/],
  ['lapse alice', /alice has agreed to the newest terms \(version 1\)/],
  ['setpayee poolbp', /payee poolbp belongs to the pool itself/],
  ['stop oracle oracle5', /oracle5 is no oracle of this pool/],
  ['payorder 1', /order 1 is due on .* \(in 5 s\)/],
  ['payorder 2', /order 2 is an escrow/],
  ['refund 1', /order 1 is a monthly one and has no escrow/],
  ['refund 2', /order 2 can be accepted until .*: until then only worker gives it back/],
  ['harvest 2', /there is no claim 2: \.\/pool rules/],
  ['sweep 4', /there is no token 4 in the books/],
  ['prune 501', /501 rows: 1 to 500 are allowed/],
  ['dissolve', /the pool is live: \.\/pool propose dissolve asks the members first/],
  ['setproxy bob', /bob cannot be its own proxy/],
  ['setproxy zoe', /proxy zoe is not a member/],
  ['setinfo', /nothing would change: bob says this already/],
  ['deposit withdraw 1', /bob has no deposit/],
  ['agree', /name the constitution: a file, or its sha256 with --hash/],
  [`agree --hash ${'11'.repeat(32)}`, /bob has agreed to version 1 already/],
  [`agree --hash ${'12'.repeat(32)}`, /and the pool's terms \(version 1\) have the sha256 (11){32}: read those/],
  ['case list 9', /there is no case 9 in pooldac/],
  ['case enforce 1', /case 1 is opened \(a ruling until .*\): what can be pushed for it now is answer, recuse/],
  [`case answer 1 --hash ${'99'.repeat(32)} --as alice`, /alice cannot do this in case 1: bob can/],
  ['case recuse 1', /bob cannot do this in case 1: judge1 can/],
  ['case appeal 2', /case 2 is ruled .*: what can be pushed for it now is enforce/],
  [`case rule 1 --hash ${'99'.repeat(32)} --as judge1`, /what can be pushed for it now is answer, recuse/],
];

test('the other actions refuse in one sentence what the contract would', async (t) => {
  const { pool, run } = await stage(t);
  busy(pool);
  for (const [line, says] of WRONG) {
    const by = /--as|case list/.test(line) ? '' : ' --as bob';
    const result = await run(`${line}${by}`);
    assert.match(result.stderr, says, line);
    refused(result, says);
  }
  pool.set('state', [stateRow({ pauser: 'bob' })]);
  refused(await run('pause --as bob'), /bob has asked for a pause already: another member/);
  assert.match((await run('pause --as alice')).stderr, /bob has asked for it: the pool is paused at once/);
});

test('case list shows parties, rulings and what can be done', async (t) => {
  const { pool, run } = await stage(t);
  assert.equal((await run('case list')).stdout, 'no cases in pooldac\n');
  busy(pool);
  pool.set(
    'rulings',
    [{ arbitrator: 'judge1', compensation: 100_000, penalty: 0, act: 'none', value: 0, reason: '88'.repeat(32) }],
    '3',
  );
  assert.match(
    (await run('case list')).stdout,
    /^id +status +claimant +respondent +panel +until\n1 +opened +alice +bob +judge1/,
  );
  assert.match(
    (await run('case list 3')).stdout,
    /judge1: compensation 10\.0000 EOS, fine 0\.0000 EOS, act none\nnow: appeal \(parties\)\n$/,
  );
  assert.deepEqual(JSON.parse((await run('case list 3 --json')).stdout).can, [{ action: 'appeal', who: 'parties' }]);
});

test('wrong options: exit code 2, the nearest command is named, with --json the error is JSON', async (t) => {
  const { run } = await stage(t);
  const near = await run('vot 1 yes');
  assert.equal(near.code, 2);
  assert.match(near.stderr, /unknown command 'vot'\n\(Did you mean vote\?\)/);
  const json = await run('propse admit dave --json');
  assert.equal(json.code, 2);
  assert.match(JSON.parse(json.stderr).error.message, /unknown command 'propse'/);
  assert.equal((await run('vote 0 yes')).code, 2);
  assert.equal((await run('vote 1 perhaps')).code, 2);
  assert.match((await run('vote 1 perhaps')).stderr, /It takes yes or no\./);
  assert.equal((await invoked(['books', '--api', 'ftp://x'])).code, 2);
  refused(await invoked(['books', '--api', 'http://127.0.0.1:9']), /no answer from http:\/\/127\.0\.0\.1:9/);
});
