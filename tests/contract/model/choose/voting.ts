import { digestOf, EMPTY_PROPOSAL, KEYS, NO_HASH, R1_KEY, TERMS } from '../drive/crew.ts';
import { isElector } from '../rules/ballots.ts';
import { FIGURES } from '../rules/figures.ts';
import { NO_KEY } from '../rules/keys.ts';
import { isMember } from '../rules/standing.ts';
import type { Chance } from './chance.ts';
import { type Choice, type Choices, claimAction, figureValue } from './people.ts';

function roleArgs(c: Chance): Choice {
  const role = c.is(0.95) ? c.of(['emitter', 'oracle', 'arbitrator']) : 'judge';
  const rows = { emitter: c.pool.emitters, oracle: c.pool.oracles, arbitrator: c.pool.arbitrators };
  const holders: string[] = [...(rows[role as 'oracle'] ?? new Map()).keys()];
  const on = holders.length === 0 || c.is(0.75);
  const candidates = [
    'oracle1',
    'oracle2',
    'oracle3',
    'arbiter1',
    'arbiter2',
    'arbiter3',
    'alice',
    'dave',
    'worker',
    'nobody',
  ];
  const account = on ? c.of(candidates) : c.likely(holders, candidates);
  const key = c.is(0.05) ? R1_KEY : role === 'emitter' && c.is(0.9) ? KEYS[20] : NO_KEY;
  return { role, account, on, key, endpoints: c.text() };
}

function foreignArgs(c: Chance): Choice {
  const [contract, symbol] = c.is(0.6) ? ['eosio.token', '2,USD'] : c.token();
  return { contract, amount: { units: c.is(0.05) ? 0n : BigInt(1 + c.below(20)), symbol }, to: c.anybody() };
}

function tokenArgs(c: Chance): Choice {
  const [contract, core] = c.token();
  return { contract, core };
}

const spendArgs = (c: Chance): Choice => ({ payee: c.is(0.8) ? 'worker' : c.anybody(), amount: c.money() });

/** Kind → weight and arguments of the proposal. */
export const PROPOSALS: Choices = {
  admit: [4, (c) => ({ account: c.whose(c.pool.members, (row) => row.status === 'applied') })],
  expel: [1, (c) => ({ account: c.whose(c.pool.members, isMember) })],
  suspend: [
    1.2,
    (c) => ({ account: c.whose(c.pool.members, isMember), seconds: c.is(0.05) ? 10n ** 8n : BigInt(c.below(60)) }),
  ],
  terms: [1.5, (c) => ({ terms: c.of(TERMS) })],
  config: [
    3,
    (c) => {
      const figure = c.is(0.97) ? c.of(FIGURES) : 'nothing';
      return { figure, value: figureValue(c, figure) };
    },
  ],
  url: [0.7, (c) => ({ url: c.text(), location: c.below(100) })],
  register: [1.5, (c) => ({ on: !c.pool.config?.registered || c.is(0.2) })],
  strategy: [
    0.8,
    (c) => ({
      strategy: c.is(0.93) ? 'sticky' : '',
      mode: c.of(['propose', 'standby', c.is(0.2) ? 'other' : 'propose']),
    }),
  ],
  claim: [1, claimAction],
  role: [3, roleArgs],
  order: [1.5, (c) => ({ ...spendArgs(c), months: c.is(0.93) ? 1 + c.below(3) : c.of([0, 121]) })],
  end: [0.7, (c) => ({ order: c.id(c.pool.orders, (row) => !row.escrow) })],
  spend: [2, (c) => ({ ...spendArgs(c), days: c.is(0.95) ? c.below(4) : 366 })],
  accept: [1.5, (c) => ({ order: c.id(c.pool.orders, (row) => row.escrow), accepted: c.is(0.6) })],
  token: [1, tokenArgs],
  foreign: [1, foreignArgs],
  msig: [0.6, (c) => ({ msig_proposer: c.anybody(), proposal_name: 'upgrade', trx_hash: digestOf('trx') })],
  settle: [
    2,
    (c) => {
      const window = c.someWindow();
      return { window, eligible: c.bitmap(window), metrics_hash: NO_HASH };
    },
  ],
  void: [2, (c) => ({ window: c.someWindow() })],
  unpause: [0.7, () => ({})],
  dissolve: [0.35, () => ({})],
};

function voteArgs(c: Chance): Choice {
  const running = [...c.pool.proposals.values()].filter((row) => row.status === 'voting' && row.ends > c.now);
  const waiting = running.flatMap((row) =>
    c
      .seats((seat) => isElector(seat, row) && !row.votes.has(seat.account))
      .map((seat): [number, string] => [row.id, seat.account]),
  );
  const concerned = running.flatMap((row): [number, string][] => (row.respondent ? [[row.id, row.respondent]] : []));
  const others: [number, string][] = [[c.id(c.pool.proposals, () => true), c.voter()], ...concerned];
  const [id, voter] = c.likely(waiting, others, 0.92);
  const hash = c.is(0.97) ? (c.pool.proposals.get(id)?.hash ?? NO_HASH) : NO_HASH;
  return { voter, id, hash, yes: c.is(0.9) };
}

export const VOTING_CHOICES: Choices = {
  vote: [26, voteArgs],
  setproxy: [1, (c) => ({ account: c.voter(), proxy: c.is(0.2) ? '' : c.voter() })],
  tally: [10, (c) => ({ id: c.id(c.pool.proposals, (row) => row.status === 'voting' && row.ends <= c.now) })],
  execute: [12, (c) => ({ id: c.id(c.pool.proposals, (row) => row.status === 'passed' && row.unlock <= c.now) })],
  expire: [2, (c) => ({ id: c.id(c.pool.proposals, (row) => row.status !== 'voting') })],
  cancel: [
    0.4,
    (c) => {
      const id = c.id(c.pool.proposals, (row) => row.status === 'voting');
      return { proposer: c.is(0.85) ? (c.pool.proposals.get(id)?.proposer ?? 'bob') : c.anybody(), id };
    },
  ],
};

for (const [kind, [weight, args]] of Object.entries(PROPOSALS)) {
  VOTING_CHOICES[`prop${kind}`] = [
    weight * 0.8,
    (c) => ({ ...EMPTY_PROPOSAL, ...args(c), proposer: c.voter(), text: c.text() }),
  ];
}
