import type { Chain } from '../rules/chain.ts';
import { type Args, act, copy, transfer } from '../rules/model.ts';
import { Refusal } from '../rules/refusal.ts';
import type { Money, Pool } from '../rules/state.ts';
import { rowsOf } from '../rules/tables.ts';
import { checkOthersRefused } from './authority.ts';
import { checkCount } from './ballots.ts';
import { differences } from './compare.ts';
import type { Coverage } from './coverage.ts';
import { checkInvariants } from './invariants.ts';
import { checkSurplus } from './surplus.ts';
import { asRows, OTHERS, type PaidRow, PEOPLE, POOL, PRODUCER, START_MS, TOKENS, WEALTH, type World } from './world.ts';

/** One thing that somebody does, or time that passes. */
export type Step =
  | { do: 'act'; action: string; args: Args; by: string[] }
  | { do: 'transfer'; contract: string; from: string; to: string; money: Money; memo: string }
  | { do: 'reward'; units: bigint }
  | { do: 'wait'; ms: number };

export class Disagreement extends Error {}

/** The contract on the emulator and the model beside it; whatever they do not agree on is thrown. */
export class Session {
  readonly world: World;
  readonly coverage: Coverage;
  pool: Pool;
  /** Steps since the start, to be shown when something is wrong. */
  log: Step[] = [];
  #home: { pool: Pool; snapshot: number };
  /** The rows after the step before. */
  #last: PaidRow[];

  constructor(world: World, coverage: Coverage) {
    this.world = world;
    this.coverage = coverage;
    this.pool = emptyPool();
    this.#home = { pool: this.pool, snapshot: 0 };
    this.#last = world.rows();
  }

  /** From now on `reset` comes back to this state. */
  settleHere(): void {
    this.#home = { pool: copy(this.pool), snapshot: this.world.emulator.snapshot() };
  }

  reset(): void {
    this.world.emulator.restore(this.#home.snapshot);
    this.pool = copy(this.#home.pool);
    this.world.emulator.setTime(this.pool.chain.ms);
    this.#last = this.world.rows();
    this.log = [];
  }

  step(step: Step): boolean {
    this.log.push(step);
    switch (step.do) {
      case 'wait':
        this.pool.chain.ms += step.ms;
        this.world.emulator.setTime(this.pool.chain.ms);
        return true;
      case 'reward':
        this.pool.chain.reward = { contract: 'eosio.token', symbol: TOKENS[0]?.[1] as string, units: step.units };
        this.world.setReward(this.pool.chain.reward);
        return true;
      case 'transfer': {
        const { contract, from, to, money, memo } = step;
        const expected = transfer(this.pool, contract, from, to, money, memo);
        return this.#settle('transfer', expected, this.world.transfer(contract, from, to, money, memo));
      }
      case 'act': {
        const { action, args, by } = step;
        const expected = act(this.pool, action, args, by);
        this.demand(checkOthersRefused(this.world, action, args));
        const before = action === 'tally' ? this.world.rows() : [];
        const said = this.world.act(action, args, by);
        if (action === 'tally' && said === undefined) this.demand(checkCount(before, this.world.rows(), args.id));
        return this.#settle(action, expected, said);
      }
    }
  }

  /** What must hold of tables and balances by themselves is asked first: the model has no part in it. */
  #settle(action: string, expected: Pool | Refusal, said: string | undefined): boolean {
    this.#properties(said === undefined ? this.log.at(-1) : undefined);
    if (expected instanceof Refusal) {
      if (said === undefined) this.#fail(`${action} succeeds and should be refused: ${expected.fragment}`);
      if (!said.includes(expected.fragment)) {
        this.#fail(`${action} should be refused with "${expected.fragment}" and says: ${said}`);
      }
      this.coverage.refused(action, expected.fragment);
    } else {
      if (said !== undefined) this.#fail(`${action} should succeed and is refused: ${said}`);
      this.coverage.succeeded(action);
      this.pool = expected;
    }
    this.compare();
    return said === undefined;
  }

  /** The whole state: tables, balances, the producer's keys, authorities. */
  compare(): void {
    const wrong = differences(asRows(this.world.rows()), rowsOf(this.pool));
    if (wrong.length > 0) this.#fail(`the states differ:\n  ${wrong.slice(0, 8).join('\n  ')}`);
  }

  #properties(done: Step | undefined): void {
    const rows = this.world.rows();
    this.demand(checkInvariants(rows));
    if (done) this.demand(checkSurplus(this.#last, rows, done));
    this.#last = rows;
  }

  /** A property of more than one state, asked in between. */
  demand(broken: string | undefined): void {
    if (broken) this.#fail(broken);
  }

  #fail(what: string): never {
    throw new Disagreement(what);
  }
}

function emptyPool(): Pool {
  const holders = [...PEOPLE, ...OTHERS];
  const balances = TOKENS.map(([contract, symbol]): [string, Map<string, bigint>] => {
    const accounts = new Map(holders.map((name) => [name, WEALTH]));
    accounts.set('eosio', 10n ** 15n - WEALTH * BigInt(holders.length));
    return [`${contract}/${symbol}`, accounts];
  });
  const chain: Chain = {
    ms: START_MS,
    accounts: new Set([POOL, PRODUCER, 'eosio', 'eosio.token', 'eosio.msig', 'faketoken', ...holders]),
    balances: new Map(balances),
    producer: undefined,
    reward: { contract: 'eosio.token', symbol: '4,EOS', units: 0n },
    authorities: new Map(),
    approvals: [],
    inlines: [],
  };
  const tables = () => new Map<never, never>();
  return {
    self: POOL,
    chain,
    config: undefined,
    state: {
      ...{
        epoch: 1,
        first_window: 0,
        last_window: 0,
        settled_at: 0,
        harvested: false,
        before_claim: -1n,
        closing_through: 0,
      },
      ...{ closing_settled_at: 0, closed_through: 0, next_proposal: 1, next_order: 1, next_case: 1, changed_at: 0 },
      ...{ month: 0, month_spent: 0n, pauser: '', pauser_at: 0, dissolving_at: 0 },
    },
    strategy: undefined,
    founders: new Set(),
    ...{ terms: tables(), claims: tables(), members: tables(), seats: tables(), keys: tables() },
    ...{ proposals: tables(), emitters: tables(), oracles: tables(), arbitrators: tables(), open: tables() },
    ...{ windows: tables(), disputes: tables(), shares: tables(), books: tables(), credits: tables() },
    ...{ deposits: tables(), orders: tables(), cases: tables() },
  };
}
