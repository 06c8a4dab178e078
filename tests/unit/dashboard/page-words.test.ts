import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { WindowDetail, WindowMember } from '../../../dashboard/api.ts';
import { actionData, isOpen, sayTally, stageWord } from '../../../dashboard/page/govern/words.ts';
import { fieldProblem, keyIn, proofCommand, proofIn } from '../../../dashboard/page/join/form.ts';
import { duration, isAccount } from '../../../dashboard/page/parts/words.ts';
import { explorerLink } from '../../../dashboard/page/pay/explorer.ts';
import { sayEpoch, sayShare } from '../../../dashboard/page/pay/words.ts';
import { qrPath } from '../../../dashboard/page/wallet/qr.ts';

const settled = { id: 12, state: 'settled', slots: 12, neededPercent: 50, shares: 3 } as WindowDetail;
const eligible = { account: 'alice', isEligible: true, covered: 11 } as WindowMember;

test('a share is told with the slots that gave it', () => {
  assert.equal(
    sayShare(settled, eligible, 'you'),
    'Window 12 gives one of 3 shares to you: you had 11 of 12 slots, 50 % needed.',
  );
  const poor = { ...eligible, isEligible: false, covered: 5 };
  assert.equal(sayShare(settled, poor, 'bob'), 'Window 12 gives no share to bob: bob had 5 of 12 slots, 50 % needed.');
  assert.equal(
    sayShare({ ...settled, shares: 1 }, { ...eligible, covered: null }, 'you'),
    'Window 12 gives one of 1 share to you.',
  );
});

test('a window that is open or void gives no share yet, or never', () => {
  assert.match(sayShare({ ...settled, state: 'open' }, eligible, 'you'), /not settled yet; so far you had 11 of 12/);
  assert.equal(sayShare({ ...settled, state: 'void' }, eligible, 'you'), 'Window 12 is void: it gives nobody a share.');
});

test('an epoch’s credit is told with its shares, or that these were not seen', () => {
  const epoch = {
    epoch: 3,
    throughWindow: 90,
    credited: '30.0000 EOS',
    shares: 8,
    members: [],
    after: 1,
    block: 2,
    at: 0,
  };
  const member = { account: 'alice', shares: 3, credited: '11.2500 EOS' };
  assert.equal(
    sayEpoch(epoch, member, 'you'),
    'Epoch 3 credited 11.2500 EOS to you: 3 of its 8 shares, one for each window in which you were eligible.',
  );
  assert.match(sayEpoch({ ...epoch, shares: null }, { ...member, shares: null }, 'bob'), /its shares were not seen/);
});

test('a tally says what is missing', () => {
  assert.equal(
    sayTally({ yes: 1, no: 0, electors: 3, needed: 2 }),
    '1 of 3 say yes, 2 needed (1 more is needed); 0 say no.',
  );
  assert.equal(sayTally({ yes: 2, no: 1, electors: 3, needed: 2 }), '2 of 3 say yes, 2 needed (enough); 1 say no.');
});

test('stages are told in words, and one that this page does not know as it is', () => {
  assert.equal(stageWord('to-count'), 'over, to be counted');
  assert.equal(stageWord('new-one'), 'new-one');
  assert.equal(isOpen({ stage: 'locked' }), true);
  assert.equal(isOpen({ stage: 'executed' }), false);
});

test('the data of each action is what the contract takes', () => {
  const proposal = { id: 4, hash: 'ab' };
  assert.deepEqual(actionData('vote', proposal, 'alice', false), { voter: 'alice', id: 4, hash: 'ab', yes: false });
  assert.deepEqual(actionData('execute', proposal, 'alice'), { id: 4 });
  assert.deepEqual(actionData('cancel', proposal, 'alice'), { proposer: 'alice', id: 4 });
  assert.equal(actionData('else', proposal, 'alice'), null);
});

test('fields of the join form are refused in a sentence, a private key above all', () => {
  assert.equal(fieldProblem('account', 'alice'), null);
  assert.match(fieldProblem('account', 'Alice') ?? '', /up to 12/);
  assert.match(fieldProblem('account', 'abcdefghijklm') ?? '', /up to 12/);
  assert.match(fieldProblem('key', '5KQwrPbwdL6PhXujxW37FSSQZ1JiwsST4cqQzDeyXtP79zkvFD3') ?? '', /private key/);
  assert.match(fieldProblem('key', 'PVT_K1_abc') ?? '', /private key/);
  assert.equal(fieldProblem('key', 'EOS6MRyAjQq8ud7hVNYcfnVPJqcVpscN5So8BhtHuGYqET5GDW5CV'), null);
  assert.equal(fieldProblem('key', 'PUB_K1_6MRyAjQq8ud7hVNYcfnVPJqcVpscN5So8BhtHuGYqET5BoDq63'), null);
  assert.match(fieldProblem('key', 'EOS0') ?? '', /begins with EOS/);
  assert.equal(fieldProblem('location', '276'), null);
  assert.match(fieldProblem('location', '70000') ?? '', /ISO 3166/);
  assert.match(fieldProblem('url', 'alice.example') ?? '', /https/);
  assert.equal(fieldProblem('url', ''), null);
  assert.equal(isAccount('a.b'), true);
  assert.equal(isAccount('a.'), false);
});

test('a proof is found in a whole cleos line, and half of one is none', () => {
  const proof = `SIG_K1_${'K'.repeat(94)}`;
  assert.equal(proofIn(proof), proof);
  assert.equal(proofIn(`cleos push action pooldac join '["alice","${proof}"]' -p alice@active`), proof);
  assert.equal(proofIn(proof.slice(0, 60)), null);
  assert.equal(proofIn('nothing'), null);
  const key = 'EOS6MRyAjQq8ud7hVNYcfnVPJqcVpscN5So8BhtHuGYqET5GDW5CV';
  assert.equal(keyIn(`join '["alice","${key}","${'ab'.repeat(32)}","${proof}"]'`), key);
  assert.equal(keyIn(`join '["alice","${key}xxxx"]'`), null);
  assert.equal(keyIn(proof), null);
});

test('the command for the proof quotes what was typed', () => {
  const application = { account: 'alice', location: 276, url: "https://x.example/'$(id)" };
  assert.equal(
    proofCommand(application, 'pooldac'),
    "bppool join alice --dac pooldac --key-file signing.key --terms constitution.md --url 'https://x.example/$(id)' --location 276",
  );
});

test('a duration has its two greatest units', () => {
  assert.deepEqual([0, 999, 61_000, 3_600_000, 90_061_000, -5].map(duration), [
    '0 s',
    '0 s',
    '1 min 1 s',
    '1 h',
    '1 d 1 h',
    '0 s',
  ]);
});

test('an explorer is linked for a transaction’s id and nothing else', () => {
  const template = 'https://explorer.example/tx/{trx}';
  assert.equal(explorerLink(template, 'a'.repeat(64)), `https://explorer.example/tx/${'a'.repeat(64)}`);
  assert.equal(explorerLink(template, 'javascript:alert(1)'), null);
  assert.equal(explorerLink(null, 'a'.repeat(64)), null);
});

test('the path of a QR code has a run for each dark one, within a quiet zone of four', () => {
  assert.deepEqual(qrPath(['## ', '  #']), { side: 10, path: 'M4 4h2v1h-2zM6 5h1v1h-1z' });
});
