import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { action } from '../../../common/chain.ts';
import { type Row, TestChain } from '../../support/chain.ts';
import { ChainPool, SWIFT } from '../../support/chain-pool.ts';
import { ChainVerbs } from '../../support/chain-verbs.ts';
import { invoked } from '../../support/invoked.ts';

const chain = new TestChain();
const pool = new ChainPool(chain, 'vrb', ['alice', 'bob', 'carol']);
const [alice = '', bob = '', carol = ''] = pool.founders;
/** Long enough for a busy machine to cast all votes; then the clock is set forward. */
const VOTE_SECONDS = 60;
const verbs = new ChainVerbs(pool, VOTE_SECONDS);

before(async () => {
  await pool.deploy();
  await chain.accounts('vrbdave', 'vrbpay');
  await pool.found({ ...SWIFT, votetime: VOTE_SECONDS, challenge: 60 });
  await pool.handOver();
  await chain.push(
    action('eosio.token', 'transfer', { from: 'eosio', to: 'vrbdave', quantity: '20.0000 EOS', memo: '' }, 'eosio'),
  );
});

after(() => verbs.close());

test("propose, vote, tally, execute: the count shown before is the contract's, and the figure changes", async () => {
  const id = await verbs.proposed(alice, 'config', 'notice', '2d', '--text', "it's short");
  await verbs.done(alice, 'vote', String(id), 'yes');
  await verbs.done(bob, 'vote', String(id), 'no');
  await verbs.done(carol, 'setproxy', alice);
  const open = await verbs.shown('proposals', String(id));
  assert.deepEqual([open.tally.voices, open.stage], [{ yes: [alice, carol], no: [bob], silent: [] }, 'voting']);
  await chain.pass(VOTE_SECONDS + 1);
  const early = await verbs.by(alice, 'vote', String(id), 'no');
  assert.deepEqual([early.code, early.stdout], [1, '']);
  assert.match(early.stderr, /the vote on proposal \d+ is over: \.\/pool tally/);
  await verbs.done('vrbdave', 'tally', String(id));
  const counted = await pool.proposal(id);
  assert.deepEqual([counted.yes, counted.no, counted.electors], [open.tally.yes, open.tally.no, open.tally.electors]);
  await verbs.done('vrbdave', 'execute', String(id));
  assert.equal((await verbs.shown('rules')).figures.notice, '172800');
});

test('kinds that need nothing else and are carried out nowhere are proposed with the hash that was told before', async () => {
  const kinds: [string, ...string[]][] = [
    ['expel', carol],
    ['url', 'https://vrb.example', '276'],
    ['register', 'on'],
    ['strategy', 'sticky', '--mode', 'standby'],
    ['claim', 'eosio', 'claimrewards', 'on'],
    ['role', 'arbitrator', 'vrbdave', 'on'],
    ['role', 'emitter', 'vrbdave', 'on', '--key', chain.key('vrb@log').public, '--endpoints', 'e.example:9876'],
    ['dissolve'],
  ];
  for (const [i, kind] of kinds.entries()) {
    const proposer = pool.founders[i % 3] ?? '';
    const id = await verbs.proposed(proposer, ...kind);
    assert.equal((await verbs.shown('proposals', String(id))).hash, (await pool.proposal(id)).hash);
    await verbs.done(proposer, 'cancel', String(id));
  }
});

test('an applicant is admitted by verbs, is challenged, responds, deposits, and leaves', async () => {
  const made = await pool.joinData('vrbdave');
  await pool.act('join', made, 'vrbdave');
  const id = await verbs.proposed(alice, 'admit', 'vrbdave', '--text', 'two machines');
  for (const voter of [alice, bob]) await verbs.done(voter, 'vote', String(id), 'yes');
  await chain.pass(VOTE_SECONDS + 1);
  await verbs.done(alice, 'tally', String(id));
  await verbs.done(alice, 'execute', String(id));
  const [dave] = (await verbs.shown('members', 'vrbdave')).members as Row[];
  assert.equal(dave?.status, 'active');
  await verbs.done(alice, 'challenge', 'vrbdave');
  await verbs.done('vrbdave', 'respond');
  await verbs.done('vrbdave', 'setpayee', 'vrbpay');
  await verbs.done('vrbdave', 'setinfo', '--location', '276', '--owners', "nobody's");
  await verbs.done('vrbdave', 'deposit', 'open');
  await verbs.refused(
    /vrbdave has [\d.]+ EOS, less than 900000000\.0000 EOS/,
    'vrbdave',
    'deposit',
    'add',
    '900000000',
  );
  await verbs.done('vrbdave', 'deposit', 'add', '5');
  await verbs.done('vrbdave', 'deposit', 'withdraw', '2 EOS');
  await verbs.done('vrbdave', 'refresh');
  const [later] = (await verbs.shown('members', 'vrbdave')).members as Row[];
  assert.deepEqual(
    [later?.payee, later?.location, later?.owners, later?.deposit],
    ['vrbpay', 276, "nobody's", '3.0000 EOS'],
  );
  await verbs.done('vrbdave', 'leave');
  assert.equal(((await verbs.shown('members', 'vrbdave')).members as Row[])[0]?.status, 'notice');
});

test('the books add up to the real balance, and a sweep books a gift', async () => {
  await chain.push(
    action(
      'eosio.token',
      'transfer',
      { from: 'eosio', to: pool.producer, quantity: '7.0000 EOS', memo: 'gift' },
      'eosio',
    ),
  );
  assert.equal((await verbs.shown('books')).tokens[0].unswept, '7.0000 EOS');
  await verbs.done(alice, 'sweep');
  const [token] = (await verbs.shown('books')).tokens;
  assert.deepEqual([token.unswept, token.held], ['0.0000 EOS', token.booked]);
});

test('two members pause the pool, and a vote is the way back', async () => {
  await verbs.done(alice, 'pause');
  const again = await verbs.by(alice, 'pause');
  assert.match(again.stderr, /has asked for a pause already: another member has to join in/);
  await verbs.done(bob, 'pause');
  const id = await verbs.proposed(carol, 'unpause');
  await verbs.done(carol, 'cancel', String(id));
});

test('what only the contract or the chain can refuse comes as one sentence', async () => {
  const wrongKey = await invoked(['sweep', '--as', alice, '--push', '--key-file', verbs.keyFile(bob), ...verbs.place]);
  assert.equal(wrongKey.code, 1);
  assert.match(wrongKey.stderr, /^pool: vrbdac::sweep was refused: .*authority.*\n$/);
  const nothing = await verbs.by(alice, 'prune', '5');
  assert.match(nothing.stderr, /^pool: vrbdac::prune was refused: [^\n]*\n$/);
});

test('check: a real node and its config.ini, with each finding in one sentence', async () => {
  const config = path.join(process.env.POOL_CHAIN ?? '', 'nodes/eosio/config/config.ini');
  const { code, stdout, stderr } = await invoked(
    ['check', '--config', config, '--api', chain.file.api, '--dac', pool.dac, '--account', alice, '--json'],
    { CLOCK_SHIFT_FILE: chain.file.clock },
  );
  assert.equal(code, 1, stderr);
  const { findings } = JSON.parse(stdout) as { findings: { line: number | null; severity: string; says: string }[] };
  const says = findings.map((one) => one.says).join('\n');
  assert.match(says, /producer-name is eosio, and the pool's producer is vrbbp/);
  assert.match(says, new RegExp(`and ${alice}'s on the chain is `));
  assert.match(says, /enable-stale-production has the node make blocks on an old head/);
  assert.doesNotMatch(says, /does not start|head is .* old|in the future/, 'the node runs, with these options');
  assert.doesNotMatch(stdout, /5[HJK][1-9A-HJ-NP-Za-km-z]{49}|PVT_/);
});
