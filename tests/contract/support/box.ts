import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { type Account, Blockchain } from '@eosnetwork/vert';
import { Serializer, TimePoint, Transaction } from '@greymass/eosio';
import { stringToName } from '../../../common/name.ts';
import { slotAt, windowOf } from '../../../common/slot.ts';
import { eligibleBitmap, reportHash, signJoin } from '../../../contracts/proof.ts';
import { type Code, mockSystemCode, poolCode, tokenCode } from './contracts.ts';
import { testKey } from './keys.ts';

export type Row = Record<string, unknown>;

export const CHAIN_ID = createHash('sha256').update('a chain for tests').digest('hex');
export const TERMS = createHash('sha256').update('a constitution for tests').digest('hex');
export const DISPUTE_SECONDS = 600;
export const INFRA_PERMILLE = 100;
const START_MS = Date.UTC(2026, 0, 1);
const WINDOW_MS = 6000;
const DAY_SECONDS = 86_400;

export const initData = {
  producer: 'poolbp',
  token_contract: 'eosio.token',
  core: '4,EOS',
  chain_id: CHAIN_ID,
  terms: TERMS,
  url: 'https://pool.example',
  location: 840,
  eligible_percent: 80,
  dispute_seconds: DISPUTE_SECONDS,
  infra_permille: INFRA_PERMILLE,
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

// The emulator writes a trace of every action as JSON, also when nobody reads it. Public keys in it are views of the
// sender's memory, and once that memory has grown the view is gone and the trace throws: no trace, then.
const traces = createRequire(import.meta.url)('@eosnetwork/vert/dist/antelope/utils.js') as Record<string, unknown>;
traces.logExecutionTrace = () => {};

let codes: { pool: Code; system: Code; token: Code } | undefined;

/** An emulated chain with the pool contract as `dac`, its producer account `poolbp` without keys, and a real token. */
export class Box {
  readonly chain = new Blockchain();
  readonly pool: Account;
  readonly token: Account;
  readonly system: Account;
  #nowMs = START_MS;

  private constructor() {
    codes ??= { pool: poolCode(), system: mockSystemCode(), token: tokenCode() };
    this.chain.setTime(TimePoint.fromMilliseconds(START_MS));
    this.token = this.#deploy('eosio.token', codes.token);
    this.system = this.#deploy('eosio', codes.system);
    this.pool = this.#deploy('dac', codes.pool);
  }

  /** Set up, with a voted token of 1,000,000.0000 EOS in the hands of `eosio`, and the accounts of three members. */
  static async create(init: Partial<typeof initData> | false = {}): Promise<Box> {
    const box = new Box();
    box.accounts('poolbp', 'alice', 'bob', 'carol', 'dave', 'oracle1', 'oracle2', 'oracle3', 'stranger');
    box.#giveProducerToContract();
    await box.token.actions.create?.(['eosio', '1000000000.0000 EOS']).send('eosio.token');
    await box.token.actions.issue?.(['eosio', '1000000.0000 EOS', '']).send('eosio');
    if (init) await box.act('init', { ...initData, ...init }, 'dac');
    return box;
  }

  /** A registered pool with the members alice, bob and carol in seats 0, 1, 2 and the given number of oracles. */
  static async running(oracles = 1): Promise<Box> {
    const box = await Box.create();
    for (const [i, account] of ['alice', 'bob', 'carol'].entries()) await box.enrol(account, i);
    await box.act('register', { on: true }, 'dac');
    for (let i = 1; i <= oracles; i++) await box.act('setoracle', { oracle: `oracle${i}`, active: true }, 'dac');
    box.pass(WINDOW_MS / 1000);
    return box;
  }

  accounts(...names: string[]): void {
    this.chain.createAccounts(...names);
  }

  async act(action: string, data: Row = {}, by: string | string[] = 'stranger'): Promise<void> {
    const make = this.pool.actions[action];
    if (!make) throw new Error(`the contract has no action ${action}`);
    await make(data).send(by as string);
  }

  /** An action that the ABI need not know, with raw data. */
  async actRaw(action: string, data: Uint8Array, by: string): Promise<void> {
    const authorization = [{ actor: by, permission: 'active' }];
    const actions = [{ account: 'dac', name: action, authorization, data: Buffer.from(data).toString('hex') }];
    const transaction = Transaction.from({ actions, expiration: 0, ref_block_num: 0, ref_block_prefix: 0 });
    await this.chain.applyTransaction(transaction);
  }

  joinData(account: string, keyNumber: number, changes: Row = {}): Row {
    const key = testKey(keyNumber);
    const proof = signJoin({ chainId: CHAIN_ID, dac: 'dac', account, key: key.pub, terms: TERMS }, key.priv);
    return {
      account,
      key: key.pub,
      terms: TERMS,
      proof,
      payee: account,
      url: `https://${account}`,
      location: 1,
      ...changes,
    };
  }

  async join(account: string, keyNumber: number, changes: Row = {}): Promise<void> {
    await this.act('join', this.joinData(account, keyNumber, changes), account);
  }

  async enrol(account: string, keyNumber: number): Promise<void> {
    await this.join(account, keyNumber);
    await this.act('admit', { account }, 'dac');
  }

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
      this.pass(WINDOW_MS / 1000);
      for (let o = 1; o <= oracles; o++) await this.report(`oracle${o}`, { eligible });
    }
  }

  /** A day passes and the producer's reward of this many units comes in. */
  async earn(units: number): Promise<void> {
    this.pass(DAY_SECONDS);
    await this.system.actions.setreward?.(['eosio.token', eos(units)]).send('eosio');
    await this.act('harvest');
  }

  async transfer(from: string, to: string, units: number): Promise<void> {
    await this.token.actions.transfer?.([from, to, eos(units), '']).send(from);
  }

  pass(seconds: number): void {
    this.#nowMs += seconds * 1000;
    this.chain.setTime(TimePoint.fromMilliseconds(this.#nowMs));
  }

  /** The running window of the chain. */
  get window(): number {
    return windowOf(slotAt(this.#nowMs));
  }

  balance(account: string): number {
    const row = this.token.tables.accounts?.(stringToName(account)).getTableRows()[0] as
      | { balance: string }
      | undefined;
    return row ? Math.round(Number(row.balance.split(' ')[0]) * 10_000) : 0;
  }

  rows(table: string, scope?: bigint): Row[] {
    const open = this.pool.tables[table];
    if (!open) throw new Error(`the contract has no table ${table}`);
    return (open(scope).getTableRows() as Row[]).map(plain);
  }

  row(table: string): Row {
    return this.rows(table)[0] ?? {};
  }

  member(account: string): Row | undefined {
    return this.rows('members').find((row) => row.account === account);
  }

  /** What the system contract holds of the pool's producer: its keys, url, location and whether it is active. */
  producer(): { keys: string[]; url: string; location: number; active: boolean } | undefined {
    const row = this.system.tables.producers?.().getTableRows()[0] as Row | undefined;
    if (!row) return undefined;
    const [, authority] = row.authority as [string, { threshold: number; keys: { key: string; weight: number }[] }];
    if (authority.threshold !== 1 || authority.keys.some((key) => key.weight !== 1)) throw new Error('not one of n');
    const { url, location, active } = row as { url: string; location: number; active: boolean };
    return { keys: authority.keys.map((key) => key.key), url, location, active };
  }

  #deploy(name: string, code: Code): Account {
    return this.chain.createAccount({ name, wasm: code.wasm, abi: code.abi, enableInline: true } as never);
  }

  /** As on a real chain: nobody but the contract's code can act for the producer account. */
  #giveProducerToContract(): void {
    const account = this.chain.getAccount('poolbp' as never);
    const code = this.pool.permissions.find((permission) => String(permission.perm_name) === 'active');
    if (!account || !code) throw new Error('the box has no producer account');
    for (const permission of account.permissions) {
      permission.required_auth.accounts = code.required_auth.accounts.filter(
        (level) => String(level.permission.permission) === 'eosio.code',
      );
    }
  }
}

export function eos(units: number): string {
  return `${(units / 10_000).toFixed(4)} EOS`;
}

/** Numbers as numbers: the emulator gives 64-bit integers as text once they are large. */
function plain(row: Row): Row {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => {
      if (typeof value === 'string' && name !== 'eligible' && /^-?\d+$/.test(value)) return [name, Number(value)];
      return [name, value];
    }),
  );
}

export function encodeArguments(box: Box, type: string, object: Row): Uint8Array {
  return Serializer.encode({ abi: box.pool.abi as never, type, object }).array;
}
