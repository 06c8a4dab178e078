import { HASH, NO_KEY, Script } from '../../../support/chain-script.ts';

const FOUNDERS = ['alice', 'bob', 'carol'];
const missing = /missing authority of/;
const eos = (units: number) => `${units}.0000 EOS`;
const ruling = (compensation: number, penalty: number, act: string, value = 0) => {
  return { compensation: eos(compensation), penalty: eos(penalty), act, value, reason: HASH };
};

/** The treasury, deposits, and what arbitrators rule. */
export function spending(): Script {
  const s = new Script('spending').live(FOUNDERS, { infra: 1000, monthlimit: 1_000_000, casefee: 10_000, bond: 0 });
  s.transfer('eosio', 'dac', eos(90)).ok('sweep', 'stranger', { token: 0 });
  orders(s);
  deposits(s);
  arbitration(s);
  appeals(s);
  withoutRuling(s);
  return s;
}

function orders(s: Script): void {
  const order = { payee: 'worker', amount: eos(2), months: 2 };
  s.refuse('order', { ...order, payee: 'poolbp' }, /belongs to the pool itself/);
  s.refuse('order', { ...order, months: 0 }, /1 to 120 are allowed/);
  s.refuse('order', { ...order, amount: '2.0000 XTK' }, /the core token is/);
  s.refuse('end', { order: 1 }, /there is no order 1/);
  const spend = { payee: 'worker', amount: eos(5) };
  s.refuse('spend', { ...spend, amount: eos(0), days: 0 }, /more than nothing/);
  s.refuse('spend', { ...spend, days: 366 }, /at most 365/);
  s.no('propspend', 'bob', { proposer: 'alice', ...spend, days: 0, text: '' }, missing);
  s.decide(
    FOUNDERS,
    ['order', order],
    ['spend', { ...spend, days: 0 }],
    ['spend', { ...spend, days: 30 }],
    ['spend', { ...spend, days: 1 }],
  );
  s.look('ordered');
  s.no('payorder', 'stranger', { id: 9 }, /there is no order 9/);
  s.no('payorder', 'stranger', { id: 2 }, /is an escrow/);
  s.ok('payorder', 'stranger', { id: 1 });
  s.no('payorder', 'stranger', { id: 1 }, /is due in N seconds/);
  s.refuse('accept', { order: 1, accepted: true }, /is a monthly order/);
  s.refuse('end', { order: 2 }, /is an escrow/);
  s.no('refund', 'stranger', { id: 2 }, /can be accepted for N seconds/);
  s.decide(FOUNDERS, ['accept', { order: 2, accepted: true }], ['end', { order: 1 }]);
  s.ok('refund', 'worker', { id: 3 });
  s.no('refund', 'worker', { id: 3 }, /there is no order 3/);
  const id = s.propose('spend', { ...spend, amount: eos(99), days: 0 });
  s.vote(id, FOUNDERS).pass(61).ok('tally', 'stranger', { id });
  s.no('execute', 'stranger', { id }, /more than this month's rest|for infrastructure/).look('spent');
}

function deposits(s: Script): void {
  s.no('withdraw', 'alice', { account: 'alice', quantity: eos(1) }, /has no deposit/);
  s.ok('open', 'alice', { account: 'alice' });
  s.no('open', 'alice', { account: 'alice' }, /has a deposit row already/);
  s.no('open', 'bob', { account: 'alice' }, missing);
  s.transfer('eosio', 'alice', eos(20)).transfer('eosio', 'bob', eos(20)).transfer('eosio', 'dave', eos(20));
  s.transfer('alice', 'dac', eos(10), 'deposit')
    .transfer('bob', 'dac', eos(1), 'deposit')
    .transfer('alice', 'dac', eos(1), 'gift');
  s.no('withdraw', 'alice', { account: 'alice', quantity: eos(11) }, /cannot be withdrawn/);
  s.no('withdraw', 'alice', { account: 'alice', quantity: '1.0000 XTK' }, /the core token is/);
  s.ok('withdraw', 'alice', { account: 'alice', quantity: eos(1) }).look('deposits');
  s.no('release', 'stranger', { account: 'alice' }, /has no bond here/);
}

function arbitration(s: Script): void {
  const opening = { claimant: 'alice', respondent: 'bob', order: 0, window: 0, evidence: HASH };
  s.no('opencase', 'alice', opening, /no arbitrator is named/);
  const arbiter = (account: string) => ({ role: 'arbitrator', account, on: true, key: NO_KEY, endpoints: '' });
  s.decide(FOUNDERS, ['role', arbiter('arbiter1')], ['role', arbiter('arbiter2')]);
  s.no('opencase', 'bob', opening, missing);
  s.no('opencase', 'carol', { ...opening, claimant: 'carol' }, /has no deposit/);
  s.no('opencase', 'alice', { ...opening, respondent: 'alice' }, /against itself/);
  s.no('opencase', 'alice', { ...opening, respondent: 'poolbp' }, /is the pool itself/);
  s.ok('opencase', 'alice', opening).look('opened');
  s.no('answer', 'carol', { respondent: 'carol', id: 1, reply: HASH }, /is not the respondent/);
  s.no('rule', 'arbiter1', { arbitrator: 'arbiter1', id: 1, ...ruling(1, 0, 'none') }, /N seconds to answer/);
  s.ok('answer', 'bob', { respondent: 'bob', id: 1, reply: HASH });
  s.no('rule', 'carol', { arbitrator: 'carol', id: 1, ...ruling(1, 0, 'none') }, /is not on the panel/);
  s.no('rule', 'arbiter1', { arbitrator: 'arbiter1', id: 1, ...ruling(1, 0, 'hang') }, /there is no act hang/);
  s.no('rule', 'arbiter1', { arbitrator: 'arbiter1', id: 1, ...ruling(1, 0, 'void') }, /names no window/);
  s.no('closecase', 'stranger', { id: 1 }, /N seconds for a ruling/);
  s.no('recuse', 'carol', { arbitrator: 'carol', id: 1 }, /is not on the panel/);
  s.ok('rule', 'arbiter1', { arbitrator: 'arbiter1', id: 1, ...ruling(3, 1, 'none') });
  s.no('enforce', 'stranger', { id: 1 }, /has no ruling/).look('one ruling');
  s.ok('rule', 'arbiter2', { arbitrator: 'arbiter2', id: 1, ...ruling(3, 1, 'none') });
  s.no('enforce', 'stranger', { id: 1 }, /can be appealed against/);
  s.no('closecase', 'stranger', { id: 1 }, /has a ruling/);
  s.no('answer', 'bob', { respondent: 'bob', id: 1, reply: HASH }, /takes no more answers/);
  s.pass(660).ok('enforce', 'stranger', { id: 1 }).look('enforced');
  s.no('appeal', 'bob', { party: 'bob', id: 1, text: '' }, /has no ruling/);
  for (const account of ['alice', 'arbiter1', 'arbiter2']) s.ok('claim', 'stranger', { account, token: 0 });
  s.no('closecase', 'stranger', { id: 1 }, /is kept to be read/);
}

function appeals(s: Script): void {
  s.ok('opencase', 'alice', { claimant: 'alice', respondent: 'carol', order: 0, window: 0, evidence: HASH });
  s.ok('recuse', 'arbiter1', { arbitrator: 'arbiter1', id: 2 });
  s.ok('answer', 'carol', { respondent: 'carol', id: 2, reply: HASH });
  s.ok('rule', 'arbiter2', { arbitrator: 'arbiter2', id: 2, ...ruling(0, 0, 'suspend', 3600) });
  s.no('appeal', 'bob', { party: 'bob', id: 2, text: '' }, /is no party/);
  s.ok('appeal', 'carol', { party: 'carol', id: 2, text: 'unjust' });
  const id = s.countProposal();
  s.no('appeal', 'carol', { party: 'carol', id: 2, text: '' }, /has no ruling/);
  s.no('vote', 'carol', { voter: 'carol', id, hash: { $hash: id }, yes: true }, /is concerned by proposal/);
  s.vote(id, ['bob']).look('appealed').finish(id).ok('enforce', 'stranger', { id: 2 }).look('overturned');
}

function withoutRuling(s: Script): void {
  s.ok('opencase', 'alice', { claimant: 'alice', respondent: 'stranger', order: 0, window: 0, evidence: HASH });
  s.pass(660).ok('closecase', 'stranger', { id: 3 });
  s.ok('opencase', 'alice', { claimant: 'alice', respondent: 'stranger', order: 0, window: 0, evidence: HASH });
  for (const arbitrator of ['arbiter1', 'arbiter2']) s.ok('recuse', arbitrator, { arbitrator, id: 4 });
  s.no('closecase', 'stranger', { id: 9 }, /there is no case 9/).look('without');
  s.pass(700_000).ok('closecase', 'stranger', { id: 4 });
}
