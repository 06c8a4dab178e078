import { type Code, mockSystemCode, poolCode, tokenCode } from '../../support/contracts.ts';
import type { Money } from '../rules/state.ts';
import type { NormalRow, Rows } from '../rules/tables.ts';
import { Abi, nameOf } from './abi.ts';
import { Emulator, type Kept } from './emulator.ts';

export const POOL = 'dac';
export const PRODUCER = 'poolbp';
export const CORE = '4,EOS';
/** Contract and symbol of the tokens of this world: the core token, two more, and one that only looks like it. */
export const TOKENS: [string, string][] = [
  ['eosio.token', CORE],
  ['eosio.token', '2,USD'],
  ['faketoken', CORE],
  ['faketoken', '0,BUS'],
];
export const PEOPLE = ['alice', 'bob', 'carol', 'dave', 'erin', 'frank'];
export const OTHERS = ['oracle1', 'oracle2', 'oracle3', 'arbiter1', 'arbiter2', 'arbiter3', 'worker', 'stranger'];
export const START_MS = Date.UTC(2026, 0, 1);
export const WEALTH = 10n ** 9n;

const SINGLETONS = new Set(['config', 'state', 'strategy']);
const NAME_SCOPED = new Set(['accounts']);

let codes: { token: Code; system: Code; pool: Code } | undefined;

/** One row of the contract's tables: who pays for it, and its columns. */
export interface PaidRow {
  key: string;
  payer: string;
  row: NormalRow;
}

/** An emulated chain with the contract, its producer account without keys, a real token and money in many hands. */
export class World {
  readonly emulator = new Emulator();
  readonly #abis = new Map<string, Abi>();
  #cache = new WeakMap<Kept, PaidRow | null>();

  static async create(): Promise<World> {
    const world = new World();
    codes ??= { token: tokenCode(), system: mockSystemCode(), pool: poolCode() };
    const { token, system, pool } = codes;
    const deployed = {
      'eosio.token': token,
      faketoken: token,
      eosio: system,
      'eosio.msig': system,
      [POOL]: pool,
    };
    world.emulator.setTime(START_MS);
    for (const [name, code] of Object.entries(deployed)) {
      await world.emulator.deploy(name, code);
      world.#abis.set(name, new Abi(code.abi));
    }
    world.emulator.chain.createAccounts(PRODUCER, ...PEOPLE, ...OTHERS);
    for (const permission of ['owner', 'active']) {
      for (const account of [POOL, PRODUCER]) {
        world.emulator.setAuthority(account, permission, [[POOL, 'eosio.code', 1]], 1);
      }
    }
    world.#fund();
    return world;
  }

  #fund(): void {
    for (const [contract, symbol] of TOKENS) {
      const units = 10n ** 15n;
      this.#must(contract, 'create', { issuer: 'eosio', maximum_supply: { units, symbol } }, contract);
      this.#must(contract, 'issue', { to: 'eosio', quantity: { units, symbol }, memo: '' }, 'eosio');
      for (const to of [...PEOPLE, ...OTHERS]) {
        const quantity = { units: WEALTH, symbol };
        this.#must(contract, 'transfer', { from: 'eosio', to, quantity, memo: '' }, 'eosio');
      }
    }
  }

  #must(account: string, action: string, data: Record<string, unknown>, signer: string): void {
    const refused = this.send(account, action, data, [signer]);
    if (refused) throw new Error(`${account}::${action}: ${refused}`);
  }

  send(account: string, action: string, data: Record<string, unknown>, signers: string[]): string | undefined {
    const abi = this.#abis.get(account);
    const type = abi?.actions.get(action);
    if (!abi || !type) throw new Error(`${account} has no action ${action}`);
    return this.emulator.apply(account, action, abi.encode(type, data), signers);
  }

  act(action: string, data: Record<string, unknown>, signers: string[]): string | undefined {
    return this.send(POOL, action, data, signers);
  }

  transfer(contract: string, from: string, to: string, quantity: Money, memo: string): string | undefined {
    return this.send(contract, 'transfer', { from, to, quantity, memo }, [from]);
  }

  setReward(quantity: Money): void {
    this.#must('eosio', 'setreward', { token: 'eosio.token', quantity }, 'eosio');
  }

  /** Every row of the contract, and what it touches elsewhere; only rows that changed are decoded. */
  rows(): PaidRow[] {
    const rows: PaidRow[] = [];
    for (const kept of this.emulator.rows()) {
      let row = this.#cache.get(kept);
      if (row === undefined) {
        row = this.#decode(kept);
        this.#cache.set(kept, row);
      }
      if (row) rows.push(row);
    }
    return rows;
  }

  #decode(kept: Kept): PaidRow | null {
    const place = this.emulator.tableOf(kept);
    const [code, table] = [nameOf(place.code), nameOf(place.table)];
    const abi = this.#abis.get(code);
    const type = abi?.tables.get(table);
    if (!abi || !type) return null;
    const columns = abi.decode(type, kept.value);
    const payer = nameOf(kept.payer);
    if (code !== POOL) {
      const other = elsewhere(code, table, NAME_SCOPED.has(table) ? nameOf(place.scope) : '', columns);
      return other && { ...other, payer };
    }
    const row = columns as NormalRow;
    if (Array.isArray(columns.panel)) row.panel = columns.panel.join();
    const scope = place.scope === place.code ? '' : String(place.scope);
    const id = SINGLETONS.has(table) ? '' : String(row[Object.keys(row)[0] as string]);
    // Token 0 has its credits in the scope 0.
    return { key: `${table}/${scope}/${id}`, payer, row };
  }
}

type Columns = Record<string, unknown>;

/** Rows of other contracts, as the model has them. */
function elsewhere(code: string, table: string, scope: string, row: Columns): { key: string; row: NormalRow } | null {
  if (table === 'accounts') {
    const [units, symbol] = String(row.balance).split(' ') as [string, string];
    return { key: `balance/${code}/${symbol}/${scope}`, row: { units: BigInt(units) } };
  }
  if (table === 'producers') {
    const { threshold, keys } = row.authority as { threshold: number; keys: { key: string; weight: number }[] };
    const { url, location, active, claimed } = row as unknown as NormalRow;
    const shown = keys.map(({ key, weight }) => (weight === 1 ? key : `${weight}×${key}`)).join();
    return { key: 'producer', row: { keys: shown, threshold, url, location, active, claimed } as NormalRow };
  }
  if (table === 'auths') {
    const { threshold, keys, accounts } = row.auth as { threshold: number; keys: []; accounts: Columns[] };
    const levels = accounts.map(({ permission, weight }) => {
      const { actor, permission: name } = permission as { actor: string; permission: string };
      return `${actor}@${name} ${weight}`;
    });
    return {
      key: `authority/${row.account}@${row.permission}`,
      row: { threshold, keys: keys.length, accounts: levels.join() },
    };
  }
  if (table === 'approvals') {
    const { id, proposer, proposal, actor, permission, hash } = row as unknown as NormalRow;
    return { key: `approval/${id}`, row: { proposer, proposal, by: `${actor}@${permission}`, hash } as NormalRow };
  }
  return null;
}

export function asRows(rows: PaidRow[]): Rows {
  return new Map(rows.map(({ key, row }) => [key, row]));
}
