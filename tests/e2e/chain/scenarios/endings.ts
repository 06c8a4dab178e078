import { HASH, joining, NO_KEY, Script } from '../../../support/chain-script.ts';

const FOUNDERS = ['alice', 'bob', 'carol'];
const missing = /missing authority of/;
const DAY = 86_400;

/** An open pool with bonds, what two members do at once, old proposals, and the end of a pool. */
export function endings(): Script {
  const s = new Script('endings').live(FOUNDERS);
  bonds(s);
  proposals(s);
  stops(s);
  pauses(s);
  dissolution(s);
  return s;
}

function bonds(s: Script): void {
  s.refuse('config', { figure: 'open', value: 1 }, /needs a bond/);
  s.decide(FOUNDERS, ['config', { figure: 'bond', value: 50_000 }]);
  s.decide(FOUNDERS, ['config', { figure: 'open', value: 1 }]);
  s.no('join', 'dave', joining('dave', 5), /has no deposit/);
  s.transfer('eosio', 'dave', '9.0000 EOS').ok('open', 'dave', { account: 'dave' });
  s.no('join', 'dave', joining('dave', 5), /the bond is 5.0000 EOS and dave has 0.0000 EOS free/);
  s.transfer('dave', 'dac', '7.0000 EOS', 'deposit').ok('join', 'dave', joining('dave', 5)).look('bonded');
  s.no('release', 'stranger', { account: 'dave' }, /is a member/);
  s.ok('leave', 'dave', { account: 'dave' }).pass(660).ok('depart', 'stranger', { account: 'dave' });
  s.no('release', 'stranger', { account: 'dave' }, /is kept for N seconds/);
  s.pass(660).ok('release', 'stranger', { account: 'dave' });
  s.ok('withdraw', 'dave', { account: 'dave', quantity: '7.0000 EOS' }).look('released');
}

function proposals(s: Script): void {
  s.refuse('config', { figure: 'nonsense', value: 1 }, /there is no figure/);
  s.no(
    'propmsig',
    'stranger',
    { proposer: 'stranger', msig_proposer: 'alice', proposal_name: 'x', trx_hash: HASH, text: '' },
    /is not a member/,
  );
  const id = s.propose('msig', { msig_proposer: 'alice', proposal_name: 'upgrade', trx_hash: HASH });
  s.no('cancel', 'bob', { proposer: 'bob', id }, /nobody else can cancel it/);
  s.ok('cancel', 'alice', { proposer: 'alice', id });
  s.no('cancel', 'alice', { proposer: 'alice', id }, /is counted already and cannot be cancelled/);
  s.no('expire', 'stranger', { id }, /is kept to be read/);
  const lost = s.propose('register', { on: true });
  s.vote(lost, ['alice']).vote(lost, ['bob'], false);
  s.no('expire', 'stranger', { id: lost }, /is not counted/);
  s.pass(61).ok('tally', 'stranger', { id: lost });
  s.no('execute', 'stranger', { id: lost }, /is finished with status 3/);
  const late = s.propose('register', { on: true });
  s.vote(late, FOUNDERS).pass(61).ok('tally', 'stranger', { id: late });
  s.no('expire', 'stranger', { id: late }, /can be executed for N seconds/);
  s.pass(8 * DAY).no('execute', 'stranger', { id: late }, /was not executed in time/);
  s.ok('expire', 'stranger', { id: late }).look('expired');
  s.pass(8 * DAY).ok('expire', 'stranger', { id: late });
  s.no('expire', 'stranger', { id: late }, /there is no proposal/);
}

function stops(s: Script): void {
  const emitter = { role: 'emitter', account: 'worker', on: true, key: 'key 20', endpoints: 'a.example:9700' };
  s.decide(FOUNDERS, ['role', emitter]);
  s.refuse('role', { ...emitter, account: 'nobodyhere' }, /is no account/);
  s.no('stop', 'stranger', { member: 'stranger', role: 'emitter', account: 'worker' }, /is not a member/);
  s.no('stop', 'alice', { member: 'alice', role: 'oracle', account: 'worker' }, /is not an oracle/);
  s.ok('stop', 'alice', { member: 'alice', role: 'emitter', account: 'worker' });
  s.no('stop', 'alice', { member: 'alice', role: 'emitter', account: 'worker' }, /has asked for this already/).look(
    'asked',
  );
  s.ok('stop', 'bob', { member: 'bob', role: 'emitter', account: 'worker' });
  s.decide(FOUNDERS, ['role', { role: 'oracle', account: 'oracle1', on: true, key: NO_KEY, endpoints: '' }]);
  s.decide(FOUNDERS, ['role', { role: 'oracle', account: 'oracle1', on: false, key: NO_KEY, endpoints: '' }]);
}

function pauses(s: Script): void {
  s.refuse('unpause', {}, /is not a member/, 'stranger');
  s.no('pause', 'stranger', { member: 'stranger' }, /is not a member/);
  s.no('pause', 'alice', { member: 'bob' }, missing);
  s.ok('pause', 'alice', { member: 'alice' });
  s.no('pause', 'alice', { member: 'alice' }, /has asked for this already/);
  s.ok('pause', 'bob', { member: 'bob' }).look('paused');
  s.no('pause', 'bob', { member: 'bob' }, /is paused already/);
  s.no('join', 'erin', joining('erin', 6), /the pool is paused/);
  s.no('cut', 'stranger', {}, /the pool is paused/);
  s.no('enforce', 'stranger', { id: 1 }, /the pool is paused/);
  s.no('dissolve', 'stranger', {}, /have not voted to dissolve|is paused/);
  s.decide(FOUNDERS, ['unpause', {}]);
  s.no('pause', 'alice', { member: 'alice' }, /was paused lately/);
}

function dissolution(s: Script): void {
  s.decide(FOUNDERS, ['register', { on: true }]);
  s.transfer('eosio', 'dac', '31.0001 EOS').ok('sweep', 'stranger', { token: 0 });
  s.no('dissolve', 'stranger', {}, /have not voted to dissolve/);
  s.decide(FOUNDERS, ['dissolve', {}]);
  s.refuse('dissolve', {}, /is being dissolved/);
  s.refuse('terms', { terms: HASH }, /is being dissolved/);
  s.no('dissolve', 'stranger', {}, /goes on for N seconds/);
  s.pass(660).ok('dissolve', 'stranger').look('unregistered');
  s.no('dissolve', 'stranger', {}, /for N seconds/);
  s.pass(2 * DAY)
    .ok('dissolve', 'stranger')
    .look('dissolved');
  s.refuse('register', { on: true }, /the pool is dissolved/);
  for (const account of FOUNDERS) s.ok('claim', 'stranger', { account, token: 0 });
  s.no('dissolve', 'stranger', {}, /everything is split/);
  s.transfer('eosio', 'dac', '3.0001 EOS').ok('sweep', 'stranger', { token: 0 }).ok('dissolve', 'stranger');
  s.ok('leave', 'alice', { account: 'alice' });
}
