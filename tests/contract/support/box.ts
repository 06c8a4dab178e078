import { createHash } from 'node:crypto';
import { Serializer, Transaction } from '@greymass/eosio';
import { eligibleBitmap, reportHash, signJoin } from '../../../contracts/proof.ts';
import { checkBooks } from './books.ts';
import { eos, WINDOW_SECONDS } from './chain.ts';
import { testKey } from './keys.ts';
import { type Row, seconds } from './rows.ts';
import { PoolView } from './view.ts';

export type { Row } from './rows.ts';
export { eos, seconds, WINDOW_SECONDS };

export const CHAIN_ID = createHash('sha256').update('a chain for tests').digest('hex');
export const TERMS = createHash('sha256').update('a constitution for tests').digest('hex');
export const NO_KEY = 'PUB_K1_11111111111111111111111111111111149Mr2R';
export const ZERO_HASH = '0'.repeat(64);
export const DAY_SECONDS = 86_400;

/** Short times, so that a whole life of anything fits a test; what is not listed keeps the contract's default. */
export const FIGURES = {
  eligible: 80,
  infra: 100,
  mingap: 0,
  deadline: 600,
  dispute: 600,
  votetime: 60,
  locktime: 10,
  grace: 600,
  probation: 0,
  notice: 600,
  challenge: 60,
  changegap: 0,
  pausetime: 60,
  casetime: 600,
  appealtime: 60,
  monthlimit: 1_000_000_000_000,
};
export type Figures = Partial<Record<string, number>>;

export const initData = {
  producer: 'poolbp',
  token_contract: 'eosio.token',
  core: '4,EOS',
  chain_id: CHAIN_ID,
  terms: TERMS,
  url: 'https://pool.example',
  location: 840,
  founders: [] as string[],
};

export interface ReportInput {
  window?: number;
  eligible?: number[];
  bitmap?: Buffer;
  metrics?: string;
  metricsHash?: string;
  logRoot?: string;
  strategy?: string;
  version?: string;
}

export interface Start {
  members?: string[];
  oracles?: number;
  arbitrators?: string[];
  figures?: Figures;
  init?: Partial<typeof initData>;
}

/** An emulated chain with the pool contract as `dac`, its producer account `poolbp` without keys, and a real token. */
export class Box extends PoolView {
  /** The books are checked after every action; a test of what breaks a token may turn that off. */
  checksBooks = true;
  terms = TERMS;

  /** An empty chain: a voted token of 1,000,000.0000 EOS in the hands of `eosio`, and accounts. Nothing is set up. */
  static async empty(): Promise<Box> {
    const box = new Box();
    box.accounts('poolbp', 'alice', 'bob', 'carol', 'dave', 'erin', 'oracle1', 'oracle2', 'oracle3', 'stranger');
    box.accounts('arbiter1', 'arbiter2', 'arbiter3', 'worker');
    const code = { threshold: 1, accounts: [{ permission: { actor: 'dac', permission: 'eosio.code' }, weight: 1 }] };
    for (const name of ['owner', 'active']) box.setAuthority('poolbp', name, code);
    for (const name of ['owner', 'active']) box.setAuthority('dac', name, code);
    await box.token.actions.create?.(['eosio', '1000000000.0000 EOS']).send('eosio.token');
    await box.token.actions.issue?.(['eosio', '1000000.0000 EOS', '']).send('eosio');
    return box;
  }

  /** The pool is set up with short times and these founders; none has joined. */
  static async founding({ members = ['alice', 'bob', 'carol'], figures = {}, init = {} }: Start = {}): Promise<Box> {
    const box = await Box.empty();
    for (const account of members) if (!box.chain.accounts[account]) box.accounts(account);
    await box.act('init', { ...initData, founders: members, ...init }, 'dac');
    for (const [figure, value] of Object.entries({ ...FIGURES, ...figures })) {
      await box.act('setfigure', { figure, value }, 'dac');
    }
    await box.act('setclaim', { code: 'eosio', name: 'claimrewards', on: true }, 'dac');
    return box;
  }

  /** The founders have joined, with the test keys 0, 1, 2 …, and the contract is handed over. */
  static async live(start: Start = {}): Promise<Box> {
    const box = await Box.founding(start);
    for (const [i, account] of (start.members ?? ['alice', 'bob', 'carol']).entries()) await box.join(account, i);
    await box.act('handover', {}, 'dac');
    return box;
  }

  /** A registered pool with the members alice, bob and carol in seats 0, 1, 2, oracles and arbitrators, all by vote. */
  static async running(start: Start | number = {}): Promise<Box> {
    const { oracles = 1, arbitrators = [], ...rest } = typeof start === 'number' ? { oracles: start } : start;
    const box = await Box.live(rest);
    const ids = [await box.propose('register', { on: true })];
    for (let i = 1; i <= oracles; i++) ids.push(await box.proposeRole('oracle', `oracle${i}`));
    for (const account of arbitrators) ids.push(await box.proposeRole('arbitrator', account));
    await box.pass(...ids);
    box.wait(WINDOW_SECONDS);
    return box;
  }

  async act(action: string, data: Row = {}, by: string | string[] = 'stranger'): Promise<void> {
    const make = this.pool.actions[action];
    if (!make) throw new Error(`the contract has no action ${action}`);
    await make(data).send(by as string);
    this.#after();
  }

  /** An action that the ABI need not know, with raw data. */
  async actRaw(action: string, data: Uint8Array, by: string): Promise<void> {
    const authorization = [{ actor: by, permission: 'active' }];
    const actions = [{ account: 'dac', name: action, authorization, data: Buffer.from(data).toString('hex') }];
    const transaction = Transaction.from({ actions, expiration: 0, ref_block_num: 0, ref_block_prefix: 0 });
    await this.chain.applyTransaction(transaction);
    this.#after();
  }

  // --- members

  proof(account: string, keyNumber: number, changes: { chainId?: string; dac?: string; terms?: string } = {}): string {
    const key = testKey(keyNumber);
    return signJoin({ chainId: CHAIN_ID, dac: 'dac', account, key: key.pub, terms: this.terms, ...changes }, key.priv);
  }

  joinData(account: string, keyNumber: number, changes: Row = {}): Row {
    const made = { account, key: testKey(keyNumber).pub, terms: this.terms, proof: this.proof(account, keyNumber) };
    return { ...made, payee: account, url: `https://${account}`, location: 1, owners: '', ...changes };
  }

  async join(account: string, keyNumber: number, changes: Row = {}): Promise<void> {
    await this.act('join', this.joinData(account, keyNumber, changes), account);
  }

  /** Joins and is admitted by the vote of all members. */
  async enrol(account: string, keyNumber: number, by = 'alice'): Promise<void> {
    if (!this.chain.accounts[account]) this.accounts(account);
    await this.join(account, keyNumber);
    await this.decide('admit', { account }, by);
  }

  async setKey(account: string, keyNumber: number, by = account): Promise<void> {
    const data = { account, key: testKey(keyNumber).pub, proof: this.proof(account, keyNumber) };
    await this.act('setkey', data, by);
  }

  /** What the account itself does to its membership: leave, dropkey, respond … */
  async self(action: string, account: string): Promise<void> {
    await this.act(action, { account }, account);
  }

  // --- proposals

  /** Files a proposal of this kind and returns its id. */
  async propose(kind: string, data: Row = {}, by = 'alice'): Promise<number> {
    await this.act(`prop${kind}`, { proposer: by, text: `why ${kind}`, ...data }, by);
    return (this.state.next_proposal as number) - 1;
  }

  async proposeRole(role: string, account: string, on = true, more: Row = {}, by = 'alice'): Promise<number> {
    return this.propose('role', { role, account, on, key: NO_KEY, endpoints: '', ...more }, by);
  }

  async vote(id: number, voter: string, yes = true): Promise<void> {
    await this.act('vote', { voter, id, hash: this.proposal(id)?.hash, yes }, voter);
  }

  /** Everybody who has a vote on it says yes. */
  async voteAll(id: number): Promise<void> {
    const { respondent, other, created } = this.proposal(id) as Row;
    for (const seat of this.rows('seats')) {
      const { account, voting, until, votes_from: from } = seat;
      if (!voting || until !== 0 || (from as number) > id || account === respondent || account === other) continue;
      if (seconds(seat.probation_until) > seconds(created)) continue;
      await this.vote(id, account as string);
    }
  }

  /** The time to vote passes and the votes are counted. */
  async count(...ids: number[]): Promise<void> {
    this.wait(this.config.votetime as number);
    for (const id of ids) await this.act('tally', { id });
  }

  /** Everybody votes yes, the times pass, and it is executed. */
  async pass(...ids: number[]): Promise<void> {
    for (const id of ids) await this.voteAll(id);
    await this.count(...ids);
    this.wait(this.config.locktime as number);
    for (const id of ids) await this.act('execute', { id });
  }

  /** Proposed, voted for by everybody, executed. */
  async decide(kind: string, data: Row = {}, by = 'alice'): Promise<number> {
    const id = await this.propose(kind, data, by);
    await this.pass(id);
    return id;
  }

  // --- windows

  reportData(oracle: string, input: ReportInput = {}): Row {
    const metrics = Buffer.from(input.metrics ?? '{"candidates":[12,12,12]}');
    return {
      oracle,
      window: input.window ?? this.window - 1,
      eligible: (input.bitmap ?? eligibleBitmap(input.eligible ?? [0, 1, 2])).toString('hex'),
      metrics: metrics.toString('hex'),
      metrics_hash: input.metricsHash ?? createHash('sha256').update(metrics).digest('hex'),
      log_root: input.logRoot ?? 'ab'.repeat(32),
      strategy: input.strategy ?? 'first-delivered',
      version: input.version ?? '0.1.0',
    };
  }

  async report(oracle: string, input: ReportInput = {}): Promise<void> {
    await this.act('report', this.reportData(oracle, input), oracle);
  }

  /** The hash under which the contract files such a report. */
  hashOf(input: ReportInput = {}): string {
    const data = this.reportData('oracle1', input);
    return reportHash({
      window: data.window as number,
      eligible: Buffer.from(data.eligible as string, 'hex'),
      metricsHash: data.metrics_hash as string,
      logRoot: data.log_root as string,
      strategy: data.strategy as string,
      version: data.version as string,
    });
  }

  /** Makes `windows` windows pass and be settled by the first `oracles` oracles, with these members eligible. */
  async settle(windows: number, eligible = [0, 1, 2], oracles = 1): Promise<void> {
    for (let i = 0; i < windows; i++) {
      this.wait(WINDOW_SECONDS);
      for (let o = 1; o <= oracles; o++) await this.report(`oracle${o}`, { eligible });
    }
  }

  // --- tokens

  /** A day passes and the producer's reward of this many units comes in. */
  async earn(units: number): Promise<void> {
    this.wait(DAY_SECONDS);
    await this.system.actions.setreward?.(['eosio.token', eos(units)]).send('eosio');
    await this.act('harvest', { id: 1 });
  }

  async transfer(from: string, to: string, units: number, memo = ''): Promise<void> {
    await this.token.actions.transfer?.([from, to, eos(units), memo]).send(from);
    this.#after();
  }

  /** The account gets this many units and puts them into its deposit. */
  async deposit(account: string, units: number): Promise<void> {
    await this.transfer('eosio', account, units);
    if (!this.rows('deposits').some((row) => row.account === account)) await this.self('open', account);
    await this.transfer(account, 'dac', units, 'deposit');
  }

  #after(): void {
    if (this.chain.actionTraces.some((trace) => String(trace.action) === 'updateauth')) this.applyAuthorities();
    if (this.checksBooks) checkBooks(this);
  }
}

export function encodeArguments(box: Box, type: string, object: Row): Uint8Array {
  return Serializer.encode({ abi: box.pool.abi as never, type, object }).array;
}
