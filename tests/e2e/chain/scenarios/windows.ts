import { HASH, NO_KEY, reporting, Script } from '../../../support/chain-script.ts';

const FOUNDERS = ['alice', 'bob', 'carol'];
const missing = /missing authority of/;
const role = (name: string, account: string) => ({ role: name, account, on: true, key: NO_KEY, endpoints: '' });

/** Reports, verdicts of the members, epochs, income and pay. */
export function windows(): Script {
  const s = new Script('windows').live(FOUNDERS);
  s.no('report', 'oracle1', reporting('oracle1', 'none', { window: 1 }), /is not an oracle/);
  s.decide(FOUNDERS, ['role', role('oracle', 'oracle1')]);
  s.no('report', 'oracle1', reporting('oracle1', 'none', { window: 1 }), /was never registered/);
  s.refuse('register', { on: true }, /is not a member/, 'stranger');
  s.no('propregister', 'bob', { proposer: 'alice', on: true, text: '' }, missing);
  s.decide(FOUNDERS, ['register', { on: true }]);
  reports(s);
  verdicts(s);
  epochs(s);
  income(s);
  return s;
}

function reports(s: Script): void {
  s.pass(12).mark('w1');
  s.no('report', 'oracle1', reporting('oracle1', 'w1', { metrics: '00' }), /the metrics have hash/);
  s.no('report', 'oracle1', reporting('oracle1', 'w1', { eligible: '0f' }), /bit 3 of the bitmap/);
  s.no('report', 'oracle1', reporting('oracle1', 'w1', { eligible: '0700' }), /ends with an empty byte/);
  s.no('report', 'oracle1', reporting('oracle1', 'w1', { strategy: '' }), /the strategy has 0 bytes/);
  s.no('report', 'oracle1', reporting('oracle1', 'w1', { window: 1 }), /before the producer was registered/);
  s.no('report', 'oracle1', reporting('oracle1', 'w1', { window: 500_000_000 }), /in the future/);
  s.no('report', 'stranger', reporting('oracle1', 'w1'), missing);
  s.ok('report', 'oracle1', reporting('oracle1', 'w1'));
  s.no('report', 'oracle1', reporting('oracle1', 'w1', { eligible: '03' }), /is settled with report/);
  s.look('settled');
  s.decide(FOUNDERS, ['role', role('oracle', 'oracle2')]);
  s.refuse('role', role('king', 'bob'), /there is no role/);
  s.mark('w2');
  s.ok('report', 'oracle1', reporting('oracle1', 'w2', { eligible: '03' }));
  s.ok('report', 'oracle2', reporting('oracle2', 'w2', { eligible: '05' })).look('two reports');
  s.ok('report', 'oracle2', reporting('oracle2', 'w2', { eligible: '03' })).look('agreed');
}

function verdicts(s: Script): void {
  s.pass(12).mark('w3').ok('report', 'oracle1', reporting('oracle1', 'w3'));
  const settled = { window: { $window: 'w3' }, eligible: '07', metrics_hash: HASH };
  s.refuse('settle', settled, /can be reported for N seconds/);
  s.refuse('void', { window: { $window: 'w3' } }, /can be reported for N seconds/);
  s.refuse('void', { window: 500_000_000 }, /in the future/);
  s.no('close', 'stranger', {}, /can be disputed for N seconds/);
  s.no('cut', 'stranger', {}, /window w3 is reported and not settled|has no income/);
  s.pass(660);
  s.no('report', 'oracle2', reporting('oracle2', 'w3'), /could be reported until/);
  const id = s.propose('settle', settled);
  s.refuse('void', { window: { $window: 'w3' } }, /is disputed already/);
  s.no('close', 'stranger', {}, /is disputed by proposal|has no income/).look('disputed');
  s.vote(id, FOUNDERS).finish(id);
  s.decide(FOUNDERS, ['void', { window: { $window: 'w2' } }]);
  s.refuse('void', { window: { $window: 'w2' } }, /is void and stays so/);
  s.look('verdicts');
}

function epochs(s: Script): void {
  s.no('harvest', 'stranger', { id: 7 }, /there is no claim 7/);
  s.reward('100.0000 EOS').ok('harvest', 'stranger', { id: 1 });
  s.no('harvest', 'stranger', { id: 1 }, /already claimed rewards/);
  s.transfer('eosio', 'poolbp', '0.5000 EOS').ok('collect', 'stranger', { token: 0 });
  s.no('collect', 'stranger', { token: 3 }, /there is no token 3/);
  s.transfer('eosio', 'dac', '0.2500 EOS').ok('sweep', 'stranger', { token: 0 });
  s.no('sweep', 'stranger', { token: 3 }, /there is no token 3/).look('income');
  s.pass(12).mark('w4');
  for (const oracle of ['oracle1', 'oracle2']) s.ok('report', oracle, reporting(oracle, 'w4', { eligible: '01' }));
  s.ok('cut', 'stranger').look('cut');
  s.no('cut', 'stranger', {}, /is not closed yet/);
  s.no('claim', 'stranger', { account: 'alice', token: 0 }, /nothing to claim/);
  s.pass(660).ok('close', 'stranger').look('closed');
  s.refuse('void', { window: { $window: 'w1' } }, /belongs to a closed epoch/);
  s.refuse('settle', { window: { $window: 'w1' }, eligible: '07', metrics_hash: HASH }, /belongs to a closed epoch/);
  s.no('close', 'stranger', {}, /has no share/);
  s.no('cut', 'stranger', {}, /has no share/);
  for (const account of ['alice', 'bob']) s.ok('claim', 'stranger', { account, token: 0 });
  s.no('claim', 'stranger', { account: 'bob', token: 0 }, /nothing to claim/);
  s.no('claim', 'stranger', { account: 'carol', token: 9 }, /nothing to claim/);
  s.ok('prune', 'stranger', { max: 2 }).look('pruned');
}

function income(s: Script): void {
  s.refuse('token', { contract: 'eosio.token', core: '4,EOS' }, /is in the books already/);
  s.refuse('token', { contract: 'eosio.token', core: '4,NIX' }, /has no token/);
  s.transfer('eosio', 'dac', '30.0000 XTK').transfer('eosio', 'dac', '5.0000 YTK');
  const foreign = { contract: 'eosio.token', amount: '2.0000 YTK', to: 'worker' };
  s.refuse('foreign', { ...foreign, amount: '9.0000 YTK' }, /are more/);
  s.refuse('foreign', { ...foreign, to: 'dac' }, /belongs to the pool itself/);
  s.decide(FOUNDERS, ['token', { contract: 'eosio.token', core: '4,XTK' }], ['foreign', foreign]);
  s.refuse('foreign', { ...foreign, amount: '1.0000 XTK' }, /it belongs to the members/);
  s.ok('sweep', 'stranger', { token: 1 }).ok('collect', 'stranger', { token: 1 }).look('tokens');
  s.pass(90_000).mark('w5');
  for (const oracle of ['oracle1', 'oracle2']) s.ok('report', oracle, reporting(oracle, 'w5'));
  s.reward('50.0000 EOS').ok('harvest', 'stranger', { id: 1 }).pass(660).ok('close', 'stranger');
  s.ok('claim', 'stranger', { account: 'carol', token: 1 });
  const claims = { code: 'payer', name: 'claimrewards' };
  s.refuse('claim', { code: 'nobodyhere', name: 'x', on: true }, /is no account on this chain/);
  s.decide(FOUNDERS, ['claim', { ...claims, on: false }], ['strategy', { strategy: 'by-latency', mode: 'standby' }]);
  s.refuse('strategy', { strategy: 'by-latency', mode: 'other' }, /mode other is unknown/);
  s.decide(FOUNDERS, ['register', { on: false }], ['url', { url: 'https://new.example', location: 1 }]);
  s.refuse('url', { url: 'x'.repeat(300), location: 1 }, /the url has 300 bytes/);
}
