import { createRequire } from 'node:module';
import { type Account, Blockchain } from '@eosnetwork/vert';
import { Authority, TimePoint } from '@greymass/eosio';
import { stringToName } from '../../../common/name.ts';
import { slotAt, windowOf } from '../../../common/slot.ts';
import { type Code, mockSystemCode, poolCode, tokenCode } from './contracts.ts';
import type { Row } from './rows.ts';

const SLOTS_SINCE = Date.UTC(2000, 0, 1) / 1000;
export const WINDOW_SECONDS = 6;
const START_MS = Date.UTC(2026, 0, 1);

// The emulator writes a trace of every action as JSON, also when nobody reads it. Public keys in it are views of the
// sender's memory, and once that memory has grown the view is gone and the trace throws: no trace, then.
const traces = createRequire(import.meta.url)('@eosnetwork/vert/dist/antelope/utils.js') as Record<string, unknown>;
traces.logExecutionTrace = () => {};

let codes: { pool: Code; system: Code; token: Code } | undefined;

interface AuthRow {
  account: string;
  permission: string;
  auth: {
    threshold: number;
    keys: unknown[];
    accounts: { permission: { actor: string; permission: string }; weight: number }[];
  };
}

/** An emulated chain with the pool contract as `dac`, the system contracts, and a clock that the test moves. */
export class Emulated {
  readonly chain = new Blockchain();
  readonly pool: Account;
  readonly token: Account;
  readonly system: Account;
  readonly msig: Account;
  #nowMs = START_MS;

  protected constructor() {
    codes ??= { pool: poolCode(), system: mockSystemCode(), token: tokenCode() };
    this.chain.setTime(TimePoint.fromMilliseconds(START_MS));
    this.token = this.deploy('eosio.token', codes.token);
    this.system = this.deploy('eosio', codes.system);
    this.msig = this.deploy('eosio.msig', codes.system);
    this.pool = this.deploy('dac', codes.pool);
  }

  accounts(...names: string[]): void {
    this.chain.createAccounts(...names);
  }

  deploy(name: string, code: Code): Account {
    return this.chain.createAccount({ name, wasm: code.wasm, abi: code.abi, enableInline: true } as never);
  }

  // --- time

  wait(seconds: number): void {
    this.#nowMs += seconds * 1000;
    this.chain.setTime(TimePoint.fromMilliseconds(this.#nowMs));
  }

  get now(): number {
    return Math.floor(this.#nowMs / 1000);
  }

  /** Seconds until the running window is over. */
  get windowLeft(): number {
    return WINDOW_SECONDS - ((this.now - SLOTS_SINCE) % WINDOW_SECONDS);
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

  /** What the system contract holds of the pool's producer: its keys, url, location and whether it is active. */
  producer(): { keys: string[]; url: string; location: number; active: boolean } | undefined {
    const row = this.system.tables.producers?.().getTableRows()[0] as Row | undefined;
    if (!row) return undefined;
    const [, authority] = row.authority as [string, { threshold: number; keys: { key: string; weight: number }[] }];
    if (authority.threshold !== 1 || authority.keys.some((key) => key.weight !== 1)) throw new Error('not one of n');
    const { url, location, active } = row as { url: string; location: number; active: boolean };
    return { keys: authority.keys.map((key) => key.key), url, location, active };
  }

  /** An authority of the contract's account as the contract has set it: "alice@active 1", …, and the threshold. */
  authority(permission: 'owner' | 'active'): { threshold: number; levels: string[]; keys: number } | undefined {
    const row = this.#auths().find((one) => one.permission === permission && one.account === 'dac');
    if (!row) return undefined;
    const levels = row.auth.accounts.map(({ permission: { actor, permission: name }, weight }) => {
      return `${actor}@${name} ${weight}`;
    });
    return { threshold: row.auth.threshold, levels, keys: row.auth.keys.length };
  }

  #auths(): AuthRow[] {
    return (this.system.tables.auths?.().getTableRows() ?? []) as AuthRow[];
  }

  /** The emulator asks the accounts' permissions, not the mock's table: they follow it. */
  protected applyAuthorities(): void {
    for (const { account, permission, auth } of this.#auths()) this.setAuthority(account, permission, auth);
  }

  protected setAuthority(account: string, name: string, { threshold, accounts }: Omit<AuthRow['auth'], 'keys'>): void {
    const permission = this.chain.accounts[account]?.permissions.find((one) => String(one.perm_name) === name);
    if (!permission) throw new Error(`${account} has no permission ${name}`);
    permission.required_auth = Authority.from({ threshold, keys: [], accounts, waits: [] });
  }
}

export function eos(units: number): string {
  return `${(units / 10_000).toFixed(4)} EOS`;
}
