import { HASH, joining, PROFILE, Script } from '../../../support/chain-script.ts';

const FOUNDERS = ['alice', 'bob', 'carol'];
const NEW_TERMS = 'ba'.repeat(32);
const missing = /missing authority of/;

/** Founding, and everything that can happen to a membership. */
export function members(): Script {
  const s = new Script('members');
  founding(s);
  newcomer(s);
  keys(s);
  terms(s);
  suspension(s);
  challenges(s);
  leaving(s);
  return s;
}

function founding(s: Script): void {
  s.no('refresh', 'stranger', {}, /the pool is not set up: call init first/);
  s.no('init', 'stranger', { ...PROFILE, founders: [] }, missing);
  s.no('init', 'dac', { ...PROFILE, producer: 'dac', founders: [] }, /must be another account/);
  s.no('init', 'dac', { ...PROFILE, core: '4,NIX', founders: [] }, /has no token/);
  s.no('init', 'dac', { ...PROFILE, url: 'x'.repeat(256), founders: [] }, /the url has 256 bytes/);
  s.ok('init', 'dac', { ...PROFILE, founders: ['alice'] });
  s.no('init', 'dac', { ...PROFILE, founders: [] }, /set up already/);
  s.look('set up');
  s.no('founders', 'alice', { accounts: FOUNDERS }, missing);
  s.no('founders', 'dac', { accounts: ['poolbp'] }, /is the pool itself/);
  s.no('founders', 'dac', { accounts: ['alice', 'alice'] }, /named twice/);
  s.ok('founders', 'dac', { accounts: FOUNDERS });
  s.no('setfigure', 'alice', { figure: 'infra', value: 1 }, missing);
  s.no('setfigure', 'dac', { figure: 'nonsense', value: 1 }, /there is no figure/);
  s.no('setfigure', 'dac', { figure: 'eligible', value: 101 }, /1 to 100 are allowed/);
  s.no('setfigure', 'dac', { figure: 'open', value: 1 }, /needs a bond/);
  const figures = { votetime: 60, locktime: 0, changegap: 0, probation: 0, notice: 600, challenge: 600, grace: 600 };
  for (const [figure, value] of Object.entries(figures)) s.ok('setfigure', 'dac', { figure, value });
  s.no('setclaim', 'alice', { code: 'payer', name: 'claimrewards', on: true }, missing);
  s.ok('setclaim', 'dac', { code: 'payer', name: 'claimrewards', on: true });
  s.no('setclaim', 'dac', { code: 'payer', name: 'claimrewards', on: true }, /a claim of this pool already/);
  s.no('setclaim', 'dac', { code: 'payer', name: 'nonsense', on: false }, /no claim of this pool/);
  s.no('join', 'stranger', joining('stranger', 9), /no founder/);
  s.no('join', 'stranger', joining('alice', 0), missing);
  s.no('join', 'alice', joining('alice', 0, { terms: HASH }), /are not the pool's/);
  s.no('join', 'alice', joining('alice', 0, { proof: { $proof: ['alice', 1] } }), /the proof does not fit/);
  s.no('join', 'alice', joining('alice', 0, { payee: 'poolbp' }), /belongs to the pool itself/);
  s.no('handover', 'dac', {}, /has not joined/);
  for (const [i, account] of FOUNDERS.entries()) s.ok('join', account, joining(account, i));
  s.no('join', 'alice', joining('alice', 0), /has joined already/);
  s.no('handover', 'alice', {}, missing);
  s.ok('handover', 'dac');
  s.ok('refresh', 'stranger');
  s.look('live');
}

function newcomer(s: Script): void {
  s.no('join', 'dave', joining('dave', 0), /was used by/);
  s.ok('join', 'dave', joining('dave', 3, { proof: { $proof: ['dave', 4] } }));
  s.refuse('admit', { account: 'dave' }, /that dave filed does not fit its key/).look('filed');
  s.ok('leave', 'dave', { account: 'dave' });
  s.ok('join', 'dave', joining('dave', 3, { owners: 'none', url: '' }));
  s.refuse('admit', { account: 'stranger' }, /is not a member/);
  s.no('propadmit', 'stranger', { proposer: 'stranger', account: 'dave', text: '' }, /is not a member/);
  const id = s.propose('admit', { account: 'dave' });
  s.no('vote', 'alice', { voter: 'alice', id, hash: HASH, yes: true }, /the vote is for/);
  s.no('vote', 'stranger', { voter: 'stranger', id, hash: { $hash: id }, yes: true }, /is not a member/);
  s.no('vote', 'dave', { voter: 'dave', id, hash: { $hash: id }, yes: true }, /is not a member/);
  s.vote(id, ['alice', 'bob']).vote(id, ['carol'], false).look('voting');
  s.no('tally', 'stranger', { id }, /goes on for/);
  s.no('execute', 'stranger', { id }, /is not counted/);
  s.finish(id);
  s.no('tally', 'stranger', { id }, /is counted already/);
  s.no('vote', 'alice', { voter: 'alice', id, hash: { $hash: id }, yes: true }, /is over/);
  s.look('admitted');
}

function keys(s: Script): void {
  s.ok('join', 'frank', joining('frank', 6, { proof: { $proof: ['frank', 7] } }));
  s.ok('setkey', 'frank', { account: 'frank', key: 'key 6', proof: { $proof: ['frank', 6] } }).look('proven');
  s.ok('leave', 'frank', { account: 'frank' });
  s.no('setkey', 'dave', { account: 'dave', key: 'key 3', proof: { $proof: ['dave', 3] } }, /signing key already/);
  s.no('setkey', 'dave', { account: 'dave', key: 'key 1', proof: { $proof: ['dave', 1] } }, /was used by/);
  s.ok('setkey', 'dave', { account: 'dave', key: 'key 4', proof: { $proof: ['dave', 4] } });
  s.ok('dropkey', 'dave', { account: 'dave' });
  s.no('dropkey', 'dave', { account: 'dave' }, /has dropped its key already/);
  s.ok('setkey', 'dave', { account: 'dave', key: 'key 3', proof: { $proof: ['dave', 3] } });
  s.ok('setpayee', 'dave', { account: 'dave', payee: 'worker' });
  s.no('setpayee', 'dave', { account: 'dave', payee: 'dac' }, /belongs to the pool itself/);
  s.no('setpayee', 'bob', { account: 'dave', payee: 'bob' }, missing);
  s.ok('setinfo', 'dave', { account: 'dave', url: 'https://longer.example', location: 276, owners: 'carol, in part' });
  s.no(
    'setinfo',
    'dave',
    { account: 'dave', url: '', location: 0, owners: 'x'.repeat(256) },
    /the owners has 256 bytes/,
  );
  s.ok('setproxy', 'dave', { account: 'dave', proxy: 'alice' });
  s.no('setproxy', 'bob', { account: 'bob', proxy: 'dave' }, /has itself a proxy/);
  s.no('setproxy', 'bob', { account: 'bob', proxy: 'bob' }, /its own proxy/);
  s.no('setproxy', 'bob', { account: 'bob', proxy: 'stranger' }, /is not a member/);
  s.ok('setproxy', 'dave', { account: 'dave', proxy: '' }).look('keys');
}

function terms(s: Script): void {
  s.no('agree', 'bob', { account: 'bob', terms: PROFILE.terms }, /has agreed to version 1 already/);
  s.refuse('terms', { terms: PROFILE.terms }, /in force already/);
  s.no('lapse', 'stranger', { account: 'bob' }, /has agreed to version 1, the newest/);
  s.decide(FOUNDERS, ['terms', { terms: NEW_TERMS }]);
  s.no('agree', 'bob', { account: 'bob', terms: PROFILE.terms }, /are not the pool's/);
  for (const account of ['alice', 'carol', 'dave']) s.ok('agree', account, { account, terms: NEW_TERMS });
  s.no('lapse', 'stranger', { account: 'bob' }, /N seconds to agree/);
  s.pass(660).ok('lapse', 'stranger', { account: 'bob' });
  s.no('resume', 'stranger', { account: 'bob' }, /it has to agree to version 2 first/);
  s.look('lapsed');
  s.ok('agree', 'bob', { account: 'bob', terms: NEW_TERMS }).look('agreed');
}

function suspension(s: Script): void {
  s.no('resume', 'stranger', { account: 'carol' }, /is not suspended/);
  s.refuse('suspend', { account: 'stranger', seconds: 600 }, /is not a member/);
  s.decide(['alice', 'bob', 'dave'], ['suspend', { account: 'carol', seconds: 600 }]);
  s.no('resume', 'stranger', { account: 'carol' }, /is suspended for N seconds/).look('suspended');
  s.pass(660).ok('resume', 'stranger', { account: 'carol' });
}

function challenges(s: Script): void {
  s.no('challenge', 'alice', { challenger: 'alice', account: 'alice' }, /cannot challenge itself/);
  s.no('respond', 'bob', { account: 'bob' }, /is not challenged/);
  s.no('oust', 'stranger', { account: 'bob' }, /is not challenged/);
  s.ok('challenge', 'alice', { challenger: 'alice', account: 'bob' });
  s.ok('challenge', 'bob', { challenger: 'bob', account: 'dave' });
  s.no('challenge', 'alice', { challenger: 'alice', account: 'dave' }, /is challenged already/);
  s.ok('respond', 'bob', { account: 'bob' });
  s.no('challenge', 'alice', { challenger: 'alice', account: 'bob' }, /responded to a challenge lately/);
  s.no('oust', 'stranger', { account: 'dave' }, /N seconds to respond/);
  s.pass(660).ok('oust', 'stranger', { account: 'dave' }).look('ousted');
}

function leaving(s: Script): void {
  s.no('forget', 'stranger', { account: 'bob' }, /only who left/);
  s.no('depart', 'stranger', { account: 'bob' }, /has not given notice/);
  s.ok('join', 'erin', joining('erin', 5, { terms: NEW_TERMS, proof: { $proof: ['erin', 5, NEW_TERMS] } }));
  s.decide(FOUNDERS, ['admit', { account: 'erin' }]);
  s.refuse('expel', { account: 'stranger' }, /is not a member/);
  s.decide(FOUNDERS, ['expel', { account: 'erin' }]);
  s.no('join', 'erin', joining('erin', 6), /was expelled/);
  s.ok('leave', 'bob', { account: 'bob' });
  s.no('leave', 'bob', { account: 'bob' }, /has given notice already/);
  s.no('leave', 'stranger', { account: 'stranger' }, /is not a member/);
  s.refuse('expel', { account: 'carol' }, /fewer than 3 members/);
  s.no('depart', 'stranger', { account: 'bob' }, /ends in N seconds/);
  s.pass(660).ok('depart', 'stranger', { account: 'bob' }).look('departed');
  s.no('forget', 'stranger', { account: 'bob' }, /still has its seat/);
  s.no('prune', 'stranger', { max: 0 }, /1 to 500 are allowed/);
  s.pass(100_000).ok('prune', 'stranger', { max: 10 });
  s.no('prune', 'stranger', { max: 10 }, /nothing to prune/);
  s.ok('forget', 'stranger', { account: 'bob' });
  s.ok('leave', 'carol', { account: 'carol' });
  s.no('leave', 'alice', { account: 'alice' }, /is the last member with a vote/);
}
