import path from 'node:path';
import { Serialize } from 'eosjs';
import { sha256 } from '../../common/canonical.ts';
import { ChainClient } from '../../common/chain.ts';
import { readContract } from '../../deploy/code.ts';
import { ROOT } from '../../devnet/tools.ts';
import { testKey } from '../contract/support/keys.ts';
import { type Answer, ApiGate } from './api-gate.ts';

export const DAC = 'pooldac';
export const CHAIN = 'c0'.repeat(32);
/** The head's time of the fake chain, ms since 1970. */
export const NOW = Date.parse('2026-11-27T12:00:00Z');
export const ZERO_KEY = 'EOS1111111111111111111111111111111114T1Anm';
export const ZERO_HASH = '00'.repeat(32);

export type Row = Record<string, unknown>;

const contract = readContract(path.join(ROOT, 'contracts/target/pool')).abi as {
  actions: { name: string; type: string }[];
};
const abi = Buffer.from(new ChainClient('http://127.0.0.1:1').packAbi(contract), 'hex');
const types = Serialize.getTypesFromAbi(Serialize.createInitialTypes(), contract as never);

/** A time as nodeos prints it, so many seconds after the head. */
export function at(seconds: number): string {
  return new Date(NOW + seconds * 1000).toISOString().slice(0, 19);
}

export const NEVER = '1970-01-01T00:00:00';

export function configRow(changes: Row = {}): Row {
  return {
    ...{
      producer: 'poolbp',
      phase: 1,
      registered: 1,
      open: 0,
      eligible_percent: 50,
      infra_permille: 100,
      location: 276,
    },
    ...{ mingap: 10, deadline: 86_400, dispute: 259_200, votetime: 259_200, locktime: 86_400, grace: 1_209_600 },
    ...{ probation: 2_592_000, notice: 604_800, challenge: 259_200, changegap: 3600, pausetime: 86_400 },
    ...{ casetime: 2_592_000, appealtime: 259_200, bond: 0, casefee: 0, monthlimit: '10000000000', terms_version: 1 },
    ...{ terms_grace: NEVER, paused_at: NEVER, paused_until: NEVER, chain_id: CHAIN, terms: '11'.repeat(32) },
    ...{ url: 'https://pool.example', ...changes },
  };
}

export function stateRow(changes: Row = {}): Row {
  return {
    ...{ epoch: 2, first_window: 141_000_000, last_window: 141_000_100, settled_at: at(-60), harvested: 0 },
    ...{ before_claim: -1, closing_through: 141_000_050, closing_settled_at: at(-3600), closed_through: 141_000_050 },
    ...{ next_proposal: 13, next_order: 3, next_case: 2, changed_at: NEVER, month: 690, month_spent: 0, pauser: '' },
    ...{ pauser_at: NEVER, dissolving_at: NEVER, ...changes },
  };
}

export function memberRow(account: string, changes: Row = {}): Row {
  return {
    ...{ account, payee: account, status: 1, index: 0, key: testKey(account.length).pub, leaving: 0, keyless: 0 },
    ...{ location: 276, terms: 1, joined: at(-90_000), until: NEVER, rotated: NEVER, respond_by: NEVER },
    ...{ challenge_rest: NEVER, proposals: 0, cases: 0, bond: 0, url: `https://${account}.example`, owners: '' },
    ...{ proof_terms: 0, proof: '', ...changes },
  };
}

export function seatRow(account: string, index: number, changes: Row = {}): Row {
  return {
    ...{ account, index, since: 140_000_000, until: 0, shares: 5, closing: 0, voting: 1, signing: 1, votes_from: 0 },
    ...{ probation_until: NEVER, proxy: '', key: testKey(index + 1).pub, ...changes },
  };
}

export function proposalRow(id: number, kind: string, changes: Row = {}): Row {
  return {
    ...{ id, kind, proposer: 'alice', status: 0, two_thirds: 0, counted: 1, created: at(-3600), ends: at(3600) },
    ...{ unlock: NEVER, done: NEVER, yes: 0, no: 0, electors: 0, respondent: '', other: '', hash: 'ab'.repeat(32) },
    ...{ subject: '', target: '', token: '', value: 0, option: 0, amount: '0.0000 EOS', key: ZERO_KEY },
    ...{ digest: ZERO_HASH, data: '', detail: '', text: 'because', ...changes },
  };
}

export function bookRow(changes: Row = {}): Row {
  return {
    ...{ id: 0, contract: 'eosio.token', symbol: '4,EOS', holder: 'poolbp', owed: 600_000, bucket: 300_000 },
    ...{ infrastructure: 1_000_000, escrow: 0, deposits: 100_000, closing_bucket: 0, income_total: 5_000_000 },
    ...{ credited_total: 3_000_000, paid_total: 2_400_000, spent_total: 100_000, ...changes },
  };
}

export function caseRow(id: number, changes: Row = {}): Row {
  return {
    ...{ id, status: 0, claimant: 'alice', respondent: 'bob', order: 0, window: 0, fee: 0, opened: at(-86_400) },
    ...{ until: at(2_505_600), evidence: '22'.repeat(32), reply: ZERO_HASH, reason: ZERO_HASH, counted: 1 },
    ...{ appealed: 0, overturned: 0, compensation: 0, penalty: 0, act: '', value: 0, panel: ['judge1'], ...changes },
  };
}

/** A transaction as the fake node took it. */
export interface Taken {
  account: string;
  name: string;
  actor: string;
  data: Row;
}

/**
 * A node with a pool of alice, bob and carol on `pooldac`, and no chain behind it: its tables are what the test puts there, and what is pushed
 * is kept in `taken`. `refuse`: the node's words instead.
 */
export class FakePool {
  /** By "code/scope/table". */
  readonly tables = new Map<string, Row[]>();
  readonly taken: Taken[] = [];
  readonly balances: Record<string, string> = { poolbp: '190.0000 EOS', pooldac: '10.0000 EOS' };
  readonly accounts: Record<string, Row> = {};
  /** Of other calls, by their path; a call without an answer is refused. */
  readonly answers: Record<string, unknown> = {};
  /** Of the head block, ms since 1970. */
  head = NOW;
  chainId = CHAIN;
  refuse: string | null = null;
  private readonly gate = new ApiGate((url, body) => this.handle(url, body));
  private readonly codec = new ChainClient('http://127.0.0.1:1');
  private readonly blocks: string[][] = [];

  constructor() {
    this.set('config', [configRow()]);
    this.set('state', [stateRow()]);
    const people = ['alice', 'bob', 'carol'];
    this.set('members', [
      ...people.map((name, index) => memberRow(name, { index })),
      memberRow('dave', { status: 0, index: 255 }),
    ]);
    this.set(
      'seats',
      people.map((name, index) => seatRow(name, index)),
    );
    this.set('books', [bookRow()]);
    this.set('terms', [{ version: 1, hash: '11'.repeat(32), since: NEVER, grace_until: NEVER }]);
    this.set(
      'credits',
      people.map((account) => ({ account, owed: 200_000, credited: 1_000_000, paid: 800_000 })),
      '0',
    );
  }

  set(table: string, rows: Row[], scope = DAC, code = DAC): this {
    this.tables.set(`${code}/${scope}/${table}`, rows);
    return this;
  }

  /** A client that asks it without a socket. */
  client(): ChainClient {
    const client = new ChainClient('http://fake.example');
    const post = async (url: string, body: unknown) => {
      const { status, body: text } = this.handle(url, JSON.stringify(body ?? {}));
      const answer = JSON.parse(text);
      if (status !== 200) throw Object.assign(new Error(answer.error.details[0].message), { code: 'chain' });
      return answer;
    };
    Object.assign(client, { post });
    client.api.abiProvider = { getRawAbi: async (accountName) => ({ accountName, abi: abi }) };
    return client;
  }

  /** Serves it on loopback; gives its address. */
  async serve(t: { after(fn: () => void): void }): Promise<string> {
    await this.gate.start();
    t.after(() => this.gate.stop());
    return this.gate.url;
  }

  handle(url: string, text: string): Answer {
    try {
      return { status: 200, body: JSON.stringify(this.answer(url, JSON.parse(text || '{}'))) };
    } catch (thrown) {
      const error = { code: 3_050_003, what: 'refused', details: [{ message: (thrown as Error).message }] };
      return { status: 500, body: JSON.stringify({ code: 500, error }) };
    }
  }

  private answer(url: string, body: Record<string, string>): unknown {
    switch (url) {
      case '/v1/chain/get_info':
        return this.info();
      case '/v1/chain/get_block':
        return {
          ...this.info(),
          id: '00',
          timestamp: at(0),
          transactions: this.transactionsOf(Number(body.block_num_or_id)),
        };
      case '/v1/chain/get_raw_abi':
        return { account_name: body.account_name, abi: abi.toString('base64') };
      case '/v1/chain/get_required_keys':
        return { required_keys: body.available_keys };
      case '/v1/chain/get_account': {
        const account = this.accounts[body.account_name ?? ''];
        if (!account) throw new Error(`unknown key (eosio::chain::name): ${body.account_name}`);
        return account;
      }
      case '/v1/chain/get_currency_balance':
        return [this.balances[body.account ?? ''] ?? '0.0000 EOS'];
      case '/v1/chain/get_table_rows':
        return { rows: this.rows(body), more: false };
      case '/v1/chain/push_transaction':
        return this.push(String(body.packed_trx));
    }
    if (url in this.answers) return this.answers[url];
    throw new Error(`there is no ${url} here`);
  }

  private info() {
    const num = 1000 + this.blocks.length;
    return {
      ...{
        chain_id: this.chainId,
        head_block_num: num,
        head_block_id: `${num.toString(16).padStart(8, '0')}${'00'.repeat(28)}`,
      },
      ...{
        head_block_time: new Date(this.head).toISOString().slice(0, 19),
        head_block_producer: 'alpha',
        last_irreversible_block_num: 990,
      },
      ...{ last_irreversible_block_id: `${(990).toString(16).padStart(8, '0')}${'00'.repeat(28)}` },
      ...{ server_version_string: 'v4.1.0' },
    };
  }

  private transactionsOf(num: number) {
    return (this.blocks[num - 1001] ?? []).map((id) => ({ status: 'executed', trx: { id } }));
  }

  private rows({ code, scope, table, lower_bound: lower, upper_bound: upper }: Record<string, string>): Row[] {
    const rows = this.tables.get(`${code}/${scope}/${table}`) ?? [];
    if (lower === undefined && upper === undefined) return rows;
    return rows.filter((row) => {
      const key = Object.values(row)[0];
      if (typeof key === 'number') return key >= Number(lower ?? 0) && key <= Number(upper ?? Number.MAX_SAFE_INTEGER);
      return lower === undefined || key === lower;
    });
  }

  private push(packed: string) {
    if (this.refuse !== null) throw new Error(this.refuse);
    const bytes = Buffer.from(packed, 'hex');
    for (const { account, name, authorization, data } of this.codec.api.deserializeTransaction(bytes).actions) {
      const type = types.get(contract.actions.find((one) => one.name === name)?.type ?? '');
      const array = Buffer.from(data, 'hex');
      const buffer = new Serialize.SerialBuffer({
        textEncoder: new TextEncoder(),
        textDecoder: new TextDecoder(),
        array,
      });
      const { actor, permission } = authorization[0] ?? { actor: '', permission: '' };
      this.taken.push({ account, name, actor: `${actor}@${permission}`, data: type?.deserialize(buffer) as Row });
    }
    const id = sha256(bytes).toString('hex');
    this.blocks.push([id]);
    return {
      transaction_id: id,
      processed: { block_num: 1000 + this.blocks.length, action_traces: [], receipt: { cpu_usage_us: 200 } },
    };
  }
}
