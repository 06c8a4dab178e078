import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { type Account, Blockchain } from '@eosnetwork/vert';
import { Action, Authority, type Name, PermissionLevel, TimePoint } from '@greymass/eosio';
import secp256k1 from 'secp256k1';
import type { Code } from '../../support/contracts.ts';

// VeRT, without what makes it slow (a compilation and all contracts' memory anew for each action, texts for a log that
// nobody reads, elliptic curves in JavaScript), and with one repair: it did not give back to a table's row count what a
// refused action had erased, and so lost whole tables later.

const require = createRequire(import.meta.url);

interface Bn {
  bigIntToName: (packed: bigint) => Name;
  nameToBigInt: (name: Name | string) => bigint;
  nameTypeToBigInt: (name: Name | string) => bigint;
}
interface Memory {
  buffer: ArrayBuffer;
}
interface Instance {
  exports: Record<string, unknown>;
}
interface Machine {
  imports: { env: Record<string, (...args: never[]) => unknown> };
  instance: Instance;
  _memory: Memory;
  ready: Promise<void>;
  apply: (context: unknown) => void;
}
interface Table {
  store: { changes: { prefixedStorage?: Table }[] };
  _size: number;
  delete: (key: bigint) => void;
  revert: (change: unknown) => void;
}
/** A row of a table as the emulator keeps it. */
export interface Kept {
  tableId: number;
  primaryKey: bigint;
  payer: bigint;
  value: Uint8Array;
}
export interface TableOf {
  code: bigint;
  scope: bigint;
  table: bigint;
}
/** What VeRT's store has beside its public face. */
interface Rows {
  store: { values: () => Iterable<Kept> };
  getPrefixById: (id: number) => TableOf;
  snapshot: () => number;
  revertTo: (snapshot: number) => void;
}

/** The types of this project know no browser, and so not this either. */
const { WebAssembly: Wasm } = globalThis as unknown as {
  WebAssembly: {
    Module: new (bytes: Uint8Array) => object;
    Instance: new (module: object, imports: object) => Instance;
  };
};

type Loose = Record<string, unknown>;
const part = <T>(path: string) => require(`@eosnetwork/vert/dist/${path}`) as T;

speedUp();

function speedUp(): void {
  part<Loose>('antelope/utils.js').logExecutionTrace = () => {};
  const bn = part<Bn>('antelope/bn.js');
  const { bigIntToName, nameToBigInt } = bn;
  const known = new Map<bigint, Name>();
  const packed = new Map<string, bigint>();
  bn.bigIntToName = (value) => {
    let name = known.get(value);
    if (!name) {
      name = bigIntToName(value);
      const text = name.toString();
      name.toString = () => text;
      known.set(value, name);
    }
    return name;
  };
  bn.nameToBigInt = (name) => {
    const text = String(name);
    let value = packed.get(text);
    if (value === undefined) {
      value = nameToBigInt(name);
      packed.set(text, value);
    }
    return value;
  };
  bn.nameTypeToBigInt = bn.nameToBigInt;
  repairErasing();
}

function repairErasing(): void {
  const { Table } = part<{ Table: { prototype: Table } }>('antelope/table.js');
  const { DeleteItemChange } = part<{ DeleteItemChange: { prototype: { revert: (store: unknown) => void } } }>(
    'store.js',
  );
  const { delete: erase } = Table.prototype;
  Table.prototype.delete = function (this: Table, key) {
    const at = this.store.changes.length;
    erase.call(this, key);
    (this.store.changes[at] as { prefixedStorage?: Table }).prefixedStorage = this;
  };
  const { revert } = DeleteItemChange.prototype;
  DeleteItemChange.prototype.revert = function (this: { prefixedStorage?: Table }, store) {
    revert.call(this, store);
    this.prefixedStorage?.revert(this);
  };
}

export class Emulator {
  readonly chain = new Blockchain();

  get #rows(): Rows {
    return this.chain.store as unknown as Rows;
  }

  async deploy(name: string, code: Code): Promise<void> {
    const { wasm, abi } = code;
    const account = this.chain.createAccount({ name, wasm, abi, enableInline: true } as never);
    const module = new Wasm.Module(new Uint8Array(wasm));
    const { VM } = part<{ VM: new (wasm: Uint8Array, chain: Blockchain) => Machine }>('antelope/vm.js');
    const { Memory } = part<{ Memory: new (memory: unknown) => Memory }>('memory.js');
    const machine = new VM(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]), this.chain);
    await machine.ready;
    hasten(machine);
    const loose = account as unknown as { vm: { apply: (context: unknown) => void }; recreateVm: () => void };
    loose.vm = {
      apply(context) {
        machine.instance = new Wasm.Instance(module, machine.imports);
        machine._memory = new Memory(machine.instance.exports.memory);
        machine.apply(context);
      },
    };
  }

  setTime(ms: number): void {
    this.chain.setTime(TimePoint.fromMilliseconds(ms));
  }

  setAuthority(account: string, name: string, levels: [string, string, number][], threshold: number): void {
    const permission = (this.chain.accounts as Record<string, Account>)[account]?.permissions.find(
      (one) => String(one.perm_name) === name,
    );
    if (!permission) throw new Error(`${account} has no permission ${name}`);
    const accounts = levels.map(([actor, permission_, weight]) => ({
      permission: { actor, permission: permission_ },
      weight,
    }));
    permission.required_auth = Authority.from({ threshold, keys: [], accounts, waits: [] });
  }

  /** Applies one action with all that it sends; the sentence when it is refused, and nothing has happened then. */
  apply(account: string, action: string, data: Uint8Array, signers: string[]): string | undefined {
    const authorization = signers.map((actor) => PermissionLevel.from({ actor, permission: 'active' }));
    const made = Action.from({ account, name: action, authorization, data });
    const chain = this.chain as unknown as Loose & { applyTransactionActions: (transaction: unknown) => void };
    chain.actionTraces = [];
    chain.executionTraces = [];
    const before = this.snapshot();
    try {
      chain.applyTransactionActions({ actions: [made] });
      return undefined;
    } catch (thrown) {
      this.restore(before);
      return (thrown as Error).message;
    }
  }

  snapshot(): number {
    return this.#rows.snapshot();
  }

  restore(snapshot: number): void {
    this.#rows.revertTo(snapshot);
  }

  rows(): Iterable<Kept> {
    return this.#rows.store.values();
  }

  tableOf(row: Kept): TableOf {
    return this.#rows.getPrefixById(row.tableId);
  }
}

/** The emulator's elliptic curves and hashes are JavaScript: these do the same. */
function hasten(machine: Machine): void {
  const { env } = machine.imports;
  const view = (at: number, size: number) => new Uint8Array(machine._memory.buffer, at, size);
  const fast: Record<string, (...args: number[]) => unknown> = {
    sha256: (data = 0, size = 0, to = 0) => view(to, 32).set(createHash('sha256').update(view(data, size)).digest()),
    recover_key: (digest = 0, from = 0, size = 0, to = 0) => {
      const signature = view(from, size).slice();
      if (signature[0] !== 0) throw new Error('unsupported signature type');
      const id = ((signature[1] ?? 0) - 27) & 3;
      const key = secp256k1.ecdsaRecover(signature.slice(2, 66), id, view(digest, 32).slice(), true);
      view(to, 34).set([0, ...key]);
      return 34;
    },
  };
  Object.assign(env, fast);
}
