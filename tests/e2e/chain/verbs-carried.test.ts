import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { sha256 } from '../../../common/canonical.ts';
import { action } from '../../../common/chain.ts';
import { receiptDigest } from '../../../common/log-proof.ts';
import { type SigningKey, signingKeyOf, signText } from '../../../common/signature.ts';
import { firstSlot, slotTime } from '../../../common/slot.ts';
import { evidenceText } from '../../../oracle/evidence/document.ts';
import { type Row, TestChain } from '../../support/chain.ts';
import { proposeMsig } from '../../support/chain-msig.ts';
import { currentWindow, deployPayer, NO_KEY, setReward } from '../../support/chain-pay.ts';
import { ChainPool, SWIFT } from '../../support/chain-pool.ts';
import { ChainVerbs } from '../../support/chain-verbs.ts';

const chain = new TestChain();
const pool = new ChainPool(chain, 'vrc', ['alice', 'bob', 'carol']);
const [alice = '', bob = '', carol = ''] = pool.founders;
const { dac } = pool;
const [payer, emitter, judge, oracle, work, stranger] = ['pay', 'emit', 'judge', 'orac', 'work', 'zoe'].map(
  (name) => `vrc${name}`,
) as [string, string, string, string, string, string];
const VOTE_SECONDS = 60;
const APPEAL_SECONDS = 600;
const DAY = 86_400;
const verbs = new ChainVerbs(pool, VOTE_SECONDS);
const { carried, done, refused, shown } = {
  carried: verbs.carried.bind(verbs),
  done: verbs.done.bind(verbs),
  refused: verbs.refused.bind(verbs),
  shown: verbs.shown.bind(verbs),
};
const logKey = chain.key(`${emitter}@log`);

/** Decides without the verbs, which are tested elsewhere for it. */
async function decided(...motions: [kind: string, data: Row][]): Promise<void> {
  const ids: number[] = [];
  for (const [kind, data] of motions) ids.push(await pool.propose(kind, data));
  for (const id of ids) await pool.approve(id);
  await chain.pass(VOTE_SECONDS + 1);
  for (const id of ids) await pool.act('tally', { id }, alice);
  for (const id of ids) await pool.act('execute', { id }, alice);
}

function gift(from: string, to: string, quantity: string) {
  return action('eosio.token', 'transfer', { from, to, quantity, memo: '' }, from);
}

async function coin(quantity: string): Promise<void> {
  const create = action('eosio.token', 'create', { issuer: 'eosio', maximum_supply: quantity }, 'eosio.token');
  const issue = action('eosio.token', 'issue', { to: 'eosio', quantity, memo: '' }, 'eosio');
  await chain.push([create, issue], ['eosio']);
}

before(async () => {
  await pool.deployContract();
  await deployPayer(pool, payer);
  await chain.accounts(...pool.founders, emitter, judge, oracle, work, stranger);
  const swift = { ...SWIFT, votetime: VOTE_SECONDS, deadline: 60, appealtime: APPEAL_SECONDS, grace: 0 };
  await pool.found({ ...swift, challenge: 60, notice: 60, monthlimit: 1_000_000, infra: 500 });
  await pool.act('setclaim', { code: payer, name: 'claimrewards', on: true }, dac);
  await pool.handOver();
  await setReward(chain, payer, '900.0000 EOS');
  const role = (name: string, account: string, key = NO_KEY, endpoints = '') =>
    ['role', { role: name, account, on: true, key, endpoints }] as [string, Row];
  await decided(
    ['register', { on: true }],
    role('arbitrator', judge),
    role('oracle', oracle),
    role('emitter', emitter, logKey.public, 'e.example:9876'),
  );
});

after(() => verbs.close());

/** A window that is over and is the members' to decide. */
let settled = 0;

test('windows are settled and made void, terms agreed to, members suspended: each by a vote that is carried out', async () => {
  await chain.pass(30);
  settled = (await currentWindow(chain)) - 2;
  const evidence = verbs.file('evidence.json', 'what it rests on');
  await refused(
    /vrcdac::propvoid was refused: .*can be reported for \d+ more seconds/,
    alice,
    'propose',
    'void',
    `${settled}`,
  );
  await refused(/lies in the future|is not over/, alice, 'propose', 'void', `${settled + 9999}`);
  const settle = ['propose', 'settle', `${settled}`];
  await refused(/name what it rests on: --evidence FILE/, alice, ...settle, alice);
  await refused(/none\.json cannot be read: ENOENT/, alice, ...settle, alice, '--evidence', 'none.json');
  await refused(/vrczoe has no seat in this pool/, alice, ...settle, stranger, '--evidence', evidence);
  await refused(/a member is named twice/, alice, ...settle, `${bob},${bob}`, '--evidence', evidence);
  await chain.pass(90);
  const text = verbs.file('terms-2.md', 'version 2');
  await carried(
    [...settle.slice(1), `${alice},${bob}`, '--evidence', evidence],
    ['void', `${settled + 1}`, '--text', 'läßt sich nicht zählen ☂'],
    ['terms', text],
    ['suspend', carol, '60'],
  );
  const [row] = (await shown('windows', `${settled}`)).settled as Row[];
  assert.deepEqual([row?.members, row?.metricsHash], [[alice, bob], sha256('what it rests on').toString('hex')]);
  await refused(/is void and stays so/, alice, 'propose', 'void', `${settled + 1}`);
  await refused(/vrccarol.*agreed to version 1 of the terms: it has to agree to version 2/, stranger, 'resume', carol);
  const wrong = verbs.file('terms-1.md', 'a constitution for tests');
  await refused(
    /terms-1\.md is [0-9a-f]{64}, and the pool's terms \(version 2\) have the sha256 [0-9a-f]{64}: read those/,
    bob,
    'agree',
    wrong,
  );
  await done(stranger, 'lapse', bob);
  for (const member of [alice, bob]) await done(member, 'agree', text);
  await refused(/vrcbob has agreed/, bob, 'agree', text);
  assert.equal((await verbs.member(bob))?.status, 'active', 'agreeing brings back who had lapsed');
  await done(carol, 'agree', text);
  await chain.pass(61);
  if ((await verbs.member(carol))?.status === 'suspended') await done(stranger, 'resume', carol);
  assert.equal((await verbs.member(carol))?.status, 'active');
});

test('income is harvested, an epoch cut and closed, and each share claimed, once', async () => {
  await refused(/there is no claim 7: \.\/pool rules lists them/, stranger, 'harvest', '7');
  await refused(/nothing is owed to vrcalice in EOS/, stranger, 'claim', alice);
  await done(stranger, 'harvest', '1');
  await done(stranger, 'cut');
  await refused(/vrcdac::cut was refused: .*is not closed yet/, stranger, 'cut');
  await done(stranger, 'close');
  const { stderr } = await done(alice, 'claim');
  assert.match(stderr, /^225\.0000 EOS go to vrcalice\.\n/);
  assert.equal(await chain.client.balance('eosio.token', alice, 'EOS'), 2_250_000n);
  await refused(/nothing is owed to vrcalice in EOS/, alice, 'claim');
  await done(stranger, 'claim', bob, '0');
  await refused(/there is no token 4 in the books/, bob, 'claim', bob, '4');
  await refused(/belongs to a closed epoch: windows after \d+ can be decided/, alice, 'propose', 'void', `${settled}`);
});

test('money: orders, escrows, tokens and a foreign transaction, proposed, executed and followed up', async () => {
  for (const quantity of ['1000.0000 VRT', '1000.0000 VRX']) {
    await coin(quantity);
    await chain.push(gift('eosio', dac, quantity.replace('1000', '5')));
  }
  const approval = action('eosio.token', 'transfer', { from: dac, to: work, quantity: '1.0000 EOS', memo: '' }, dac);
  await proposeMsig(chain, { proposer: alice, name: 'vrcmsig1', requested: [{ actor: dac, permission: 'owner' }] }, [
    { ...approval, authorization: [{ actor: dac, permission: 'owner' }] },
  ]);
  for (const [says, ...words] of [
    [/"ten" is no amount/, 'spend', work, 'ten'],
    [/is in SYS, and this is paid in EOS/, 'order', work, '5 SYS', '3'],
    [/has to be more than nothing/, 'spend', work, '0.0000'],
    [/belongs to the pool itself/, 'spend', dac, '5'],
    [/4,EOS of eosio\.token is in the books already/, 'token', 'eosio.token', '4,EOS'],
    [/was refused: .*has no token 4,NIX/, 'token', 'eosio.token', '4,NIX'],
    [/was refused: .*are more/, 'foreign', 'eosio.token', '9.0000 VRX', work],
    [/EOS of eosio\.token is in the books/, 'foreign', 'eosio.token', '1.0000 EOS', work],
    [/vrcalice has no proposal nothing in eosio\.msig/, 'msig', alice, 'nothing'],
    [/has the sha256 [0-9a-f]{64}, and --hash names 1111/, 'msig', alice, 'vrcmsig1', '--hash', '11'.repeat(32)],
    [/the text has 256 bytes: at most 255/, 'spend', work, '5', '--text', 'ä'.repeat(128)],
  ] as [RegExp, ...string[]][])
    await refused(says, alice, 'propose', ...words);
  await carried(
    ['order', work, '2 EOS', '2'],
    ['spend', work, '5', '--days', '60'],
    ['spend', work, '3', '--days', '30'],
    ['spend', work, '1.5 EOS'],
    ['token', 'eosio.token', '4,VRT'],
    ['foreign', 'eosio.token', '2.0000 VRX', work],
    ['msig', alice, 'vrcmsig1'],
  );
  const held = (symbol: string) => chain.client.balance('eosio.token', work, symbol);
  assert.deepEqual([await held('EOS'), await held('VRX')], [15_000n, 20_000n]);
  const [{ provided_approvals: provided } = { provided_approvals: [] }] = await chain.client.rows<{
    provided_approvals: { level: Row }[];
  }>('eosio.msig', alice, 'approvals2');
  assert.deepEqual(
    provided.map(({ level }) => level),
    [{ actor: dac, permission: 'owner' }],
  );
  await done(stranger, 'sweep', '1');
  const token = (await shown('books')).tokens[1];
  assert.deepEqual([token.symbol, token.held, token.unswept], ['4,VRT', '5.0000 VRT', '0.0000 VRT']);
  await done(stranger, 'payorder', '1');
  await refused(/order 1 is due on .* \(in 29 d 23 h\)/, stranger, 'payorder', '1');
  await refused(/order 2 is an escrow: members accept it/, stranger, 'payorder', '2');
  await refused(/until then only vrcwork gives it back/, stranger, 'refund', '3');
  await done(work, 'refund', '3');
  await refused(/order 2 is an escrow: \.\/pool propose accept 2/, alice, 'propose', 'end', '2');
  await refused(/there is no order 3/, alice, 'propose', 'accept', '3', 'on');
  await carried(['accept', '2', 'on'], ['end', '1']);
  assert.equal(await held('EOS'), 85_000n);
  assert.deepEqual((await shown('books')).orders, []);
});

/** What a member holds against a report: an emitter's receipts for three of its blocks. */
function evidenceOf(member: string, window: number): string {
  const key = signingKeyOf(logKey.private) as SigningKey;
  const signer = signingKeyOf(chain.key(`${member}@signing`).private)?.id ?? '';
  const identity = { chain: chain.file.chainId, pool: pool.producer };
  const receipts = [0, 1, 2].map((k) => {
    const slot = firstSlot(window) + k;
    const said = { slot, id: '77'.repeat(32), signer, arrivedAt: slotTime(slot) - 100 };
    return { ...said, signature: signText(receiptDigest(identity, said), key), emitter: key.id };
  });
  return evidenceText({ v: 1, kind: 'dispute', ...identity, window, member, receipts, report: null });
}

test('a case: opened with evidence, answered, ruled, appealed, enforced, its ruling paid, and erased', async () => {
  const window = (await currentWindow(chain)) - 1;
  const evidence = verbs.file('dispute.json', evidenceOf(alice, window));
  const open = ['case', 'open', '--evidence', evidence];
  await refused(/is against nobody by itself: name the respondent with --against/, alice, ...open);
  await refused(/vrcalice cannot open a case against itself/, alice, ...open, '--against', alice);
  await refused(/vrcalice has no deposit: \.\/pool deposit open makes it/, alice, ...open, '--against', bob);
  await refused(/no JSON|no evidence/, alice, 'case', 'open', '--evidence', verbs.file('empty.json', ''));
  await done(alice, 'deposit', 'open');
  const { stderr } = await done(alice, ...open, '--against', bob);
  assert.match(stderr, /vrcalice has receipts for 3 slots of window \d+ in time/);
  const id = (await shown('case', 'list')).cases[0].id as number;
  const at = [`${id}`];
  const reply = verbs.file('reply.md', 'a reply');
  await refused(/vrccarol cannot do this in case 1: vrcbob can/, carol, 'case', 'answer', ...at, reply);
  await refused(/name the answer: a file, or its sha256/, bob, 'case', 'answer', ...at);
  await refused(/there is no case 99 in vrcdac/, bob, 'case', 'answer', '99', reply);
  await done(bob, 'case', 'answer', ...at, reply);
  const rule = ['case', 'rule', ...at, '--reason', verbs.file('reason.md', 'reasons')];
  await refused(/vrcalice cannot do this in case 1: vrcjudge can/, alice, ...rule);
  await refused(/a suspension needs --time/, judge, ...rule, '--act', 'suspend');
  await refused(/names no order whose escrow/, judge, ...rule, '--act', 'release');
  await refused(/has 5 places, and EOS has 4/, judge, ...rule, '--compensation', '1.00001 EOS');
  await done(judge, ...rule, '--compensation', '1 EOS');
  await refused(/vrccarol cannot do this in case 1/, carol, 'case', 'appeal', ...at);
  await refused(/the text has 300 bytes: at most 255/, bob, 'case', 'appeal', ...at, '--text', 'x'.repeat(300));
  const proposal = `${(await pool.rows('state'))[0]?.next_proposal}`;
  await done(bob, 'case', 'appeal', ...at, '--text', 'the log shows another order');
  await refused(/vrcbob is concerned by proposal \d+/, bob, 'vote', proposal, 'yes');
  await done(carol, 'vote', proposal, 'no');
  await chain.pass(VOTE_SECONDS + 1);
  await done(stranger, 'tally', proposal);
  await done(stranger, 'case', 'enforce', ...at);
  const [ended] = (await shown('case', 'list')).cases as Row[];
  assert.deepEqual([ended?.status, ended?.compensation, ended?.overturned], ['done', '10000', false]);
  await done(alice, 'claim');
  await done(alice, ...open, '--against', bob);
  await done(judge, 'case', 'recuse', '2');
  assert.equal((await shown('case', 'list', '2')).status, 'done');
  await refused(/case 1 is done .*: what can be pushed for it now is nothing/, stranger, 'case', 'close', ...at);
});

test('an oracle is stopped by two members; who is silent, and who leaves, is out', async () => {
  await refused(/vrczoe is no oracle of this pool/, alice, 'stop', 'oracle', stranger);
  await refused(/vrczoe is not a member/, stranger, 'stop', 'oracle', oracle);
  await done(alice, 'stop', 'oracle', oracle);
  await refused(/vrcalice has asked to stop vrcorac already/, alice, 'stop', 'oracle', oracle);
  await done(bob, 'stop', 'oracle', oracle);
  assert.deepEqual(await pool.rows('oracles'), []);
  await refused(/vrcorac is no oracle of this pool/, carol, 'stop', 'oracle', oracle);
  await done(alice, 'challenge', carol);
  await refused(/vrccarol can respond until/, stranger, 'oust', carol);
  await done(alice, 'dropkey');
  await refused(/vrcalice has dropped its key already/, alice, 'dropkey');
  await chain.pass(61);
  await done(stranger, 'oust', carol);
  await refused(/vrccarol has no bond here/, stranger, 'release', carol);
  await done(bob, 'leave');
  await refused(/the notice of vrcbob lasts until/, stranger, 'depart', bob);
  await chain.pass(61);
  await done(stranger, 'depart', bob);
  await refused(/vrcalice is the last member with a vote/, alice, 'leave');
  await chain.pass(8 * DAY);
  await done(stranger, 'case', 'close', '1');
  await refused(/there is no case 1 in vrcdac/, stranger, 'case', 'close', '1');
});
