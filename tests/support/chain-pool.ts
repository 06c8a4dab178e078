import { createHash } from 'node:crypto';
import path from 'node:path';
import { action, type Pushed } from '../../common/chain.ts';
import { signJoin } from '../../contracts/proof.ts';
import { codeAuthority } from '../../deploy/accounts.ts';
import { type Contract, putCode, readContract } from '../../deploy/code.ts';
import { CORE, TOKEN_CONTRACT } from '../../devnet/config.ts';
import { ROOT } from '../../devnet/tools.ts';
import { eventually } from '../../devnet/wait.ts';
import { CARRIER, type Row, TestChain } from './chain.ts';

export const TERMS = createHash('sha256').update('a constitution for tests').digest('hex');

export interface ProposalRow extends Row {
  id: number;
  hash: string;
  status: number;
  yes: number;
  electors: number;
}

const MOST_TRIES = 3;

/** Figures that make a vote pass within seconds. */
export const SWIFT = { votetime: 1, locktime: 0, changegap: 0, probation: 0, notice: 0, dispute: 0, mingap: 1 };

/** A pool on the shared chain: its contract's account, its producer and its founders, all named with one prefix. */
export class ChainPool {
  readonly chain: TestChain;
  readonly dac: string;
  readonly producer: string;
  readonly founders: string[];

  constructor(chain: TestChain, prefix: string, founders: string[], peoplePrefix = prefix) {
    this.chain = chain;
    this.dac = `${prefix}dac`;
    this.producer = `${prefix}bp`;
    this.founders = founders.map((name) => peoplePrefix + name);
  }

  /** A pool whose founders have joined and that was handed over. */
  static async live(prefix: string, founders: string[], figures: Record<string, number> = SWIFT): Promise<ChainPool> {
    const pool = new ChainPool(new TestChain(), prefix, founders);
    await pool.deploy();
    await pool.found(figures);
    await pool.handOver();
    return pool;
  }

  static contract(): Contract {
    return readContract(path.join(ROOT, 'contracts/target/pool'));
  }

  /** All accounts, and the contract on the one whose key is also in `owner` and `active`, as its code. */
  async deploy(): Promise<void> {
    await this.deployContract();
    await this.chain.account(this.producer, CARRIER, codeAuthority(this.dac));
    await this.chain.accounts(...this.founders);
  }

  async deployContract(): Promise<void> {
    const { chain, dac } = this;
    await chain.account(dac, CARRIER, codeAuthority(dac, chain.key(dac).public));
    await chain.push(putCode(chain.client, dac, ChainPool.contract()));
  }

  /** Set up with these figures; nobody has joined. */
  async found(figures: Record<string, number> = SWIFT): Promise<void> {
    await this.init();
    for (const [figure, value] of Object.entries(figures)) await this.act('setfigure', { figure, value }, this.dac);
  }

  async handOver(): Promise<void> {
    for (const account of this.founders) await this.join(account);
    await this.act('handover', {}, this.dac);
  }

  async init(changes: Row = {}): Promise<void> {
    const { chain, dac, producer, founders } = this;
    const profile = {
      producer,
      token_contract: TOKEN_CONTRACT,
      core: CORE,
      chain_id: chain.file.chainId,
      terms: TERMS,
    };
    await this.act('init', { ...profile, url: 'https://pool.example', location: 0, founders, ...changes }, dac);
  }

  act(name: string, data: Row, by: string, signers?: string[]): Promise<Pushed> {
    return this.chain.push(action(this.dac, name, data, by), signers);
  }

  proof(account: string, key = this.chain.key(`${account}@signing`)): { key: string; proof: string } {
    const membership = { chainId: this.chain.file.chainId, dac: this.dac, account, key: key.public, terms: TERMS };
    return { key: key.public, proof: signJoin(membership, key.private) };
  }

  joinData(account: string): Row {
    const rest = { terms: TERMS, payee: account, url: `https://${account}.example`, location: 0, owners: '' };
    return { account, ...this.proof(account), ...rest };
  }

  async join(account: string): Promise<void> {
    await this.act('join', this.joinData(account), account);
  }

  rows<T = Row>(table: string, scope: string | number = this.dac): Promise<T[]> {
    return this.chain.client.rows<T>(this.dac, String(scope), table);
  }

  async member(account: string): Promise<Row | undefined> {
    return (await this.rows('members')).find((row) => row.account === account);
  }

  async proposal(id: number): Promise<ProposalRow> {
    const found = (await this.rows<ProposalRow>('proposals')).find((row) => row.id === id);
    if (!found) throw new Error(`there is no proposal ${id}`);
    return found;
  }

  /** Proposes; returns the proposal's id. */
  async propose(kind: string, data: Row, by = this.founders[0] ?? ''): Promise<number> {
    await this.act(`prop${kind}`, { proposer: by, ...data, text: 'for a test' }, by);
    const all = await this.rows<ProposalRow>('proposals');
    return Math.max(...all.map(({ id }) => id));
  }

  /** All of these vote yes. */
  async approve(id: number, voters = this.founders): Promise<void> {
    const { hash } = await this.proposal(id);
    for (const voter of voters) await this.act('vote', { voter, id, hash, yes: true }, voter);
  }

  /** Counts as soon as the time to vote is over. */
  async tally(id: number): Promise<void> {
    const over = async () => this.act('tally', { id }, this.founders[0] ?? '').then(() => true);
    await eventually(`the count of proposal ${id}`, over, 20_000, 150);
  }

  /**
   * Proposes, has all founders vote yes, and counts; returns the id. The time to vote is a second of the chain's: on a busy machine a
   * node leaves out blocks, and one is over before all have voted. Then the same is proposed again.
   */
  async pass(kind: string, data: Row, by?: string): Promise<number> {
    for (let tries = 1; ; tries++) {
      const id = await this.propose(kind, data, by);
      const isInTime = await this.approve(id).then(
        () => true,
        (thrown: Error) => {
          if (tries === MOST_TRIES || !/the vote on proposal \d+ is over/.test(thrown.message)) throw thrown;
          return false;
        },
      );
      await this.tally(id);
      if (isInTime) return id;
    }
  }

  /** The same, and executes it. */
  async carry(kind: string, data: Row, by?: string): Promise<number> {
    const id = await this.pass(kind, data, by);
    await this.act('execute', { id }, this.founders[0] ?? '');
    return id;
  }
}
