import { Name, Table } from "proton-tsc";
import { fail } from "./fail";

// Rows of a table, by primary key. The library's TableStore finds a row anew for each update, next and remove and
// carries code for secondary indexes into every table: with it the contract is 12 kB larger and a loop over 100 members
// a third slower (docs/decisions/contract-rows.md).

@external("env", "db_store_i64")
declare function db_store_i64(scope: u64, table: u64, payer: u64, id: u64, data: usize, size: usize): i32;
@external("env", "db_update_i64")
declare function db_update_i64(iterator: i32, payer: u64, data: usize, size: usize): void;
@external("env", "db_remove_i64")
declare function db_remove_i64(iterator: i32): void;
@external("env", "db_get_i64")
declare function db_get_i64(iterator: i32, data: usize, size: usize): i32;
@external("env", "db_next_i64")
declare function db_next_i64(iterator: i32, primary: usize): i32;
@external("env", "db_previous_i64")
declare function db_previous_i64(iterator: i32, primary: usize): i32;
@external("env", "db_find_i64")
declare function db_find_i64(code: u64, scope: u64, table: u64, id: u64): i32;
@external("env", "db_lowerbound_i64")
declare function db_lowerbound_i64(code: u64, scope: u64, table: u64, id: u64): i32;
@external("env", "db_end_i64")
declare function db_end_i64(code: u64, scope: u64, table: u64): i32;

const NONE: i32 = -1;
// where next and previous put a primary key that nobody needs: the row has it
const scratch: StaticArray<u64> = new StaticArray<u64>(1);

// An object without values, for unpack to fill: it assigns every column. The constructor would make each one twice.
function blank<T extends Table>(): T {
    return changetype<T>(__new(offsetof<T>(), idof<T>()));
}

// Bytes that a row is read into: a new Array is filled with zeros first.
function bytes(size: i32): u8[] {
    return changetype<u8[]>(__newArray(size, 0, idof<u8[]>()));
}

export class Rows<T extends Table> {
    private code: u64;
    private scope: u64;
    private table: u64;
    // the row seen last: most often the one that is updated, removed or passed by
    private key: u64 = 0;
    private iterator: i32 = NONE;

    constructor(code: Name, scope: Name = code) {
        this.code = code.N;
        this.scope = scope.N;
        this.table = changetype<T>(0).getTableName().N;
    }

    get(key: u64): T | null {
        return this.read(this.find(key));
    }

    requireGet(key: u64, sentence: string): T {
        const row = this.get(key);
        if (row == null) fail(sentence);
        return row!;
    }

    exists(key: u64): bool {
        return this.find(key) >= 0;
    }

    store(row: T, payer: Name): void {
        const data = row.pack();
        const key = row.getPrimaryValue();
        this.iterator = db_store_i64(this.scope, this.table, payer.N, key, data.dataStart, data.length);
        this.key = key;
    }

    update(row: T, payer: Name): void {
        const data = row.pack();
        db_update_i64(this.require(row), payer.N, data.dataStart, data.length);
    }

    set(row: T, payer: Name): void {
        if (this.exists(row.getPrimaryValue())) this.update(row, payer);
        else this.store(row, payer);
    }

    remove(row: T): void {
        db_remove_i64(this.require(row));
        this.iterator = NONE;
    }

    next(row: T): T | null {
        return this.read(db_next_i64(this.require(row), changetype<usize>(scratch)));
    }

    previous(row: T): T | null {
        return this.read(db_previous_i64(this.require(row), changetype<usize>(scratch)));
    }

    first(): T | null {
        return this.lowerBound(0);
    }

    last(): T | null {
        const end = db_end_i64(this.code, this.scope, this.table);
        if (end == NONE) return null; // the table does not exist
        return this.read(db_previous_i64(end, changetype<usize>(scratch)));
    }

    // the first row from `key` on
    lowerBound(key: u64): T | null {
        return this.read(db_lowerbound_i64(this.code, this.scope, this.table, key));
    }

    // the first row behind `key`
    upperBound(key: u64): T | null {
        return key == u64.MAX_VALUE ? null : this.lowerBound(key + 1);
    }

    private find(key: u64): i32 {
        if (this.iterator >= 0 && this.key == key) return this.iterator;
        const iterator = db_find_i64(this.code, this.scope, this.table, key);
        if (iterator >= 0) {
            this.key = key;
            this.iterator = iterator;
        }
        return iterator;
    }

    private require(row: T): i32 {
        const iterator = this.find(row.getPrimaryValue());
        if (iterator < 0) fail("a row is gone: this is a fault of the contract");
        return iterator;
    }

    private read(iterator: i32): T | null {
        if (iterator < 0) return null;
        const size = db_get_i64(iterator, 0, 0);
        const data = bytes(size);
        db_get_i64(iterator, data.dataStart, size);
        const row = blank<T>();
        row.unpack(data);
        this.key = row.getPrimaryValue();
        this.iterator = iterator;
        return row;
    }
}

// The bytes of a row of another contract when they are exactly so many: it can write anything there, also what no
// decoder takes.
export function readForeign(code: Name, scope: Name, table: Name, key: u64, size: i32): u8[] | null {
    const iterator = db_find_i64(code.N, scope.N, table.N, key);
    if (iterator < 0 || db_get_i64(iterator, 0, 0) != size) return null;
    const data = bytes(size);
    db_get_i64(iterator, data.dataStart, size);
    return data;
}

// A table of one row, under its own name.
export class Single<T extends Table> {
    private rows: Rows<T>;
    private key: u64;

    constructor(self: Name) {
        this.rows = new Rows<T>(self);
        this.key = instantiate<T>().getTableName().N;
    }

    getOrNull(): T | null {
        return this.rows.get(this.key);
    }

    get(): T {
        const row = this.getOrNull();
        return row == null ? instantiate<T>() : row;
    }

    set(row: T, payer: Name): void {
        this.rows.set(row, payer);
    }
}
