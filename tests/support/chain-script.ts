import type { Row } from './chain.ts';

/** Values of a step's data that are known only when it runs on a chain. */
export type Later =
  /** The hash that proposal `id` has. */
  | { $hash: number }
  /** The window that was marked with this name. */
  | { $window: string }
  /** The proof of `account` for the test key with this number, to the pool's terms or to those given. */
  | { $proof: [account: string, key: number, terms?: string] };

export type Step =
  /** An action of the contract; with `says` it is refused with a sentence like this. */
  | { act: string; by: string; data: Row; says?: RegExp }
  | { pass: number }
  /** Names the last window that is over. */
  | { mark: string }
  | { transfer: [from: string, to: string, quantity: string, memo: string] }
  /** What the chain pays for the producer at its next claim. */
  | { reward: string }
  /** All tables are compared here; they also are at the end. */
  | { look: string };

export const VOTE_SECONDS = 60;
export const NO_KEY = 'PUB_K1_11111111111111111111111111111111149Mr2R';
export const HASH = 'cd'.repeat(32);

/** A scenario that is written once and runs on the emulator and on nodeos. Names are those of the emulator. */
export class Script {
  readonly name: string;
  readonly steps: Step[] = [];
  #proposals = 0;

  constructor(name: string) {
    this.name = name;
  }

  /** It is done. */
  ok(act: string, by: string, data: Row = {}): this {
    this.steps.push({ act, by, data });
    return this;
  }

  /** It is refused. */
  no(act: string, by: string, data: Row, says: RegExp): this {
    this.steps.push({ act, by, data, says });
    return this;
  }

  pass(seconds: number): this {
    this.steps.push({ pass: seconds });
    return this;
  }

  mark(name: string): this {
    this.steps.push({ mark: name });
    return this;
  }

  transfer(from: string, to: string, quantity: string, memo = ''): this {
    this.steps.push({ transfer: [from, to, quantity, memo] });
    return this;
  }

  reward(quantity: string): this {
    this.steps.push({ reward: quantity });
    return this;
  }

  look(name: string): this {
    this.steps.push({ look: name });
    return this;
  }

  /** Proposes; returns the proposal's id. */
  propose(kind: string, data: Row = {}, by = 'alice'): number {
    this.ok(`prop${kind}`, by, { proposer: by, ...data, text: `why ${kind}` });
    this.#proposals += 1;
    return this.#proposals;
  }

  refuse(kind: string, data: Row, says: RegExp, by = 'alice'): this {
    return this.no(`prop${kind}`, by, { proposer: by, ...data, text: '' }, says);
  }

  /** An appeal is a proposal too. */
  countProposal(): number {
    this.#proposals += 1;
    return this.#proposals;
  }

  vote(id: number, voters: string[], yes = true): this {
    for (const voter of voters) this.ok('vote', voter, { voter, id, hash: { $hash: id }, yes });
    return this;
  }

  /** The time to vote passes; counted and executed. */
  finish(...ids: number[]): this {
    this.pass(VOTE_SECONDS + 1);
    for (const id of ids) this.ok('tally', 'stranger', { id }).ok('execute', 'stranger', { id });
    return this;
  }

  /** Proposed by alice, voted for by these, executed. */
  decide(voters: string[], ...all: [kind: string, data: Row][]): this {
    const ids = all.map(([kind, data], i) => this.propose(kind, data, voters[Math.floor(i / 4)] ?? 'alice'));
    for (const id of ids) this.vote(id, voters);
    return this.finish(...ids);
  }

  /** From nothing to a live pool with these founders, whose test keys are 0, 1, 2 … */
  live(founders: string[], figures: Row = {}): this {
    this.ok('init', 'dac', { ...PROFILE, founders });
    for (const [figure, value] of Object.entries({ ...FIGURES, ...figures }))
      this.ok('setfigure', 'dac', { figure, value });
    this.ok('setclaim', 'dac', { code: 'payer', name: 'claimrewards', on: true });
    for (const [i, account] of founders.entries()) this.ok('join', account, joining(account, i));
    return this.ok('handover', 'dac');
  }
}

const FIGURES = {
  mingap: 0,
  deadline: 600,
  dispute: 600,
  votetime: VOTE_SECONDS,
  locktime: 0,
  grace: 600,
  probation: 0,
  notice: 600,
  challenge: 600,
  changegap: 0,
  pausetime: 600,
  casetime: 600,
  appealtime: 600,
};

export const TERMS_MARK = 'the terms';

export const PROFILE = {
  producer: 'poolbp',
  token_contract: 'eosio.token',
  core: '4,EOS',
  chain_id: 'ee'.repeat(32),
  terms: TERMS_MARK,
  url: 'https://pool.example',
  location: 840,
};

/** The data of `join`. */
export function joining(account: string, key: number, changes: Row = {}): Row {
  const proof = { $proof: [account, key] };
  const made = { account, key: `key ${key}`, terms: TERMS_MARK, proof };
  return { ...made, payee: account, url: `https://${account}`, location: 1, owners: '', ...changes };
}

export function reporting(oracle: string, window: string, changes: Row = {}): Row {
  return {
    oracle,
    window: { $window: window },
    eligible: '07',
    metrics: '7b7d',
    metrics_hash: '44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a',
    log_root: 'ab'.repeat(32),
    strategy: 'first-delivered',
    version: '0.1.0',
    ...changes,
  };
}
