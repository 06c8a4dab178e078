import { isElector } from '../rules/ballots.ts';
import { windowNow } from '../rules/chain.ts';
import { voters } from '../rules/seats.ts';
import type { Config, Pool, Proposal } from '../rules/state.ts';
import type { Coverage } from './coverage.ts';
import { CHAIN_ID, digestOf, EMPTY_PROPOSAL, freshKey, KEYS, NO_HASH, proofOf, TERMS } from './crew.ts';
import { Session } from './session.ts';
import { CORE, POOL, PRODUCER, World } from './world.ts';

/** Short times, so that whole lives fit a sequence. */
const FIGURES: Record<string, bigint> = {
  ...{ eligible: 80n, infra: 200n, mingap: 2n, deadline: 60n, dispute: 30n, votetime: 10n, locktime: 5n, grace: 20n },
  ...{ probation: 20n, notice: 30n, challenge: 60n, changegap: 3n, pausetime: 60n, casetime: 60n, appealtime: 10n },
  ...{ monthlimit: 1_000_000n },
};

/** Brings the session to its starting states by actions that must all succeed; every one is compared with the model. */
export class Director {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  get pool(): Pool {
    return this.#session.pool;
  }

  get config(): Config {
    return this.pool.config as Config;
  }

  act(action: string, args: Record<string, unknown>, by: string): void {
    const done = this.#session.step({ do: 'act', action, args, by: [by] });
    if (!done) throw new Error(`a starting state needs ${action}, which was refused`);
  }

  wait(seconds: number): void {
    this.#session.step({ do: 'wait', ms: seconds * 1000 });
  }

  pay(from: string, to: string, units: bigint, memo = '', symbol = CORE): void {
    const money = { units, symbol };
    this.#session.step({ do: 'transfer', contract: 'eosio.token', from, to, money, memo });
  }

  reward(units: bigint): void {
    this.#session.step({ do: 'reward', units });
  }

  founding(founders: string[]): void {
    const profile = { producer: PRODUCER, token_contract: 'eosio.token', core: CORE, chain_id: CHAIN_ID };
    this.act('init', { ...profile, terms: TERMS[0], url: 'https://pool.example', location: 840, founders }, POOL);
    for (const [figure, value] of Object.entries(FIGURES)) this.act('setfigure', { figure, value }, POOL);
    this.act('setclaim', { code: 'eosio', name: 'claimrewards', on: true }, POOL);
  }

  live(founders: string[]): void {
    this.founding(founders);
    for (const account of founders) this.join(account);
    this.act('handover', {}, POOL);
  }

  join(account: string): void {
    const key = freshKey(this.pool);
    const { terms } = this.config;
    const person = { payee: account, url: `https://${account}`, location: 1, owners: '' };
    this.act('join', { account, key, terms, proof: proofOf(key, account, terms), ...person }, account);
  }

  /** Proposed, voted for by everybody, counted and executed, all in one go for several. */
  decide(...wanted: [kind: string, args: Record<string, unknown>][]): void {
    const ids = wanted.map(([kind, args], i) => {
      const electors = this.voters();
      const proposer = electors[i % electors.length] as string;
      const id = this.pool.state.next_proposal;
      this.act(`prop${kind}`, { ...EMPTY_PROPOSAL, ...args, proposer }, proposer);
      return id;
    });
    for (const id of ids) {
      const row = this.pool.proposals.get(id) as Proposal;
      const electors = this.voters().filter((voter) => isElector(this.pool.seats.get(voter), row));
      for (const voter of electors) this.act('vote', { voter, id, hash: row.hash, yes: true }, voter);
    }
    this.wait(this.config.votetime);
    for (const id of ids) this.act('tally', { id }, 'stranger');
    this.wait(this.config.locktime);
    for (const id of ids) this.act('execute', { id }, 'stranger');
  }

  voters(): string[] {
    return voters(this.pool)
      .filter((seat) => seat.probation_until <= this.pool.chain.ms / 1000)
      .map((seat) => seat.account);
  }

  report(oracle: string, eligible: string): void {
    const window = windowNow(this.pool.chain) - 1;
    const hashes = { metrics: '', metrics_hash: digestOf(''), log_root: NO_HASH };
    this.act('report', { oracle, window, eligible, ...hashes, strategy: 'first-delivered', version: '1' }, oracle);
  }

  settle(windows: number, eligible: string, oracles: string[]): void {
    for (let i = 0; i < windows; i++) {
      this.wait(12);
      for (const oracle of oracles) this.report(oracle, eligible);
    }
  }
}

const role = (name: string, account: string): [string, Record<string, unknown>] => [
  'role',
  { role: name, account, on: true, ...(name === 'emitter' ? { key: KEYS[23], endpoints: 'tcp://1' } : {}) },
];

/** Three members that produce, two oracles, an arbitrator, income and a treasury. */
function running(director: Director): void {
  director.live(['alice', 'bob', 'carol']);
  director.decide(
    ['register', { on: true }],
    role('oracle', 'oracle1'),
    role('oracle', 'oracle2'),
    role('arbitrator', 'arbiter1'),
  );
  director.wait(86_400);
  director.reward(50_000n);
  director.settle(2, '07', ['oracle1', 'oracle2']);
  director.act('harvest', { id: 1 }, 'stranger');
  for (const account of ['alice', 'bob', 'dave', 'worker']) {
    director.act('open', { account }, account);
    director.pay(account, POOL, 1000n, 'deposit');
  }
  director.pay('stranger', POOL, 50n, '', '2,USD');
}

/** Five members with bonds and fees, another token, monthly and escrow orders, and cases on their way. */
function busy(director: Director): void {
  running(director);
  director.decide(
    ['config', { figure: 'bond', value: 100n }],
    ['config', { figure: 'casefee', value: 31n }],
    role('emitter', 'worker'),
    role('arbitrator', 'arbiter2'),
    role('oracle', 'oracle3'),
  );
  director.act('open', { account: 'erin' }, 'erin');
  director.pay('erin', POOL, 500n, 'deposit');
  for (const account of ['dave', 'erin']) {
    director.join(account);
    director.decide(['admit', { account }]);
  }
  director.wait(20);
  director.act('refresh', {}, 'stranger');
  const amount = { units: 400n, symbol: CORE };
  director.decide(
    ['order', { payee: 'worker', amount, months: 3 }],
    ['spend', { payee: 'worker', amount, days: 2 }],
    ['token', { contract: 'faketoken', core: '0,BUS' }],
    role('arbitrator', 'arbiter3'),
  );
  const [, escrow] = [...director.pool.orders.keys()];
  const window = director.pool.state.last_window;
  const evidence = digestOf('evidence');
  director.act('opencase', { claimant: 'worker', respondent: 'alice', order: escrow, window: 0, evidence }, 'worker');
  director.act('opencase', { claimant: 'bob', respondent: 'dave', order: 0, window, evidence }, 'bob');
  director.act('answer', { respondent: 'dave', id: 2, reply: evidence }, 'dave');
}

/** What takes long otherwise: newer terms whose time is over, leavers with bonds, a suspension, an escrow that is due. */
function late(director: Director): void {
  busy(director);
  const amount = { units: 200n, symbol: CORE };
  director.act('leave', { account: 'erin' }, 'erin');
  director.wait(30);
  director.act('depart', { account: 'erin' }, 'stranger');
  director.decide(
    ['terms', { terms: TERMS[1] }],
    ['suspend', { account: 'dave', seconds: 90n }],
    ['spend', { payee: 'worker', amount, days: 1 }],
  );
  director.act('agree', { account: 'alice', terms: TERMS[1] }, 'alice');
  director.act('leave', { account: 'dave' }, 'dave');
  director.act('challenge', { challenger: 'alice', account: 'carol' }, 'alice');
}

/** The starting states, and how many of a hundred sequences begin with each. */
const STARTS: Record<string, [share: number, begin: (director: Director) => void]> = {
  empty: [2, () => {}],
  founding: [10, (director) => director.founding(['alice', 'bob', 'carol'])],
  alone: [12, (director) => director.live(['alice'])],
  running: [24, running],
  busy: [24, busy],
  late: [18, late],
  dissolving: [
    10,
    (director) => {
      running(director);
      const amount = { units: 90n, symbol: CORE };
      director.decide(['spend', { payee: 'worker', amount, days: 3 }], ['dissolve', {}]);
    },
  ],
};

export const START_SHARES = Object.entries(STARTS).map(([name, [share]]): [string, number] => [name, share]);

/** A world of its own for each starting state, for the emulator can only go back. */
export async function prepare(name: string, coverage: Coverage): Promise<Session> {
  const session = new Session(await World.create(), coverage);
  STARTS[name]?.[1](new Director(session));
  session.settleHere();
  return session;
}
