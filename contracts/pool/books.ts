import { Name, Symbol, Asset, SAME_PAYER } from "proton-tsc";
import { Books, Credit, CORE } from "./pay.tables";
import { Config } from "./setup.tables";
import { fail } from "./fail";
import { add, sub, permilleOf } from "./math";
import { balanceOf } from "./system";
import { Rows } from "./rows";

export function loadBooks(self: Name, id: u64): Books {
    const row = new Rows<Books>(self).get(id);
    if (row == null) fail(`there is no token ${id} in the books`);
    return row!;
}

export function saveBooks(self: Name, books: Books): void {
    new Rows<Books>(self).update(books, SAME_PAYER);
}

export function shown(books: Books, units: i64): Asset {
    return new Asset(units, books.symbol);
}

export function liabilities(books: Books): i64 {
    return add(add(add(add(books.owed, books.bucket), books.infrastructure), books.escrow), books.deposits);
}

// The issuer of another token may be able to take tokens back; that must not hold up the others.
export function isCovered(self: Name, books: Books): bool {
    return balanceOf(books.contract, self, books.symbol) >= liabilities(books);
}

// Asserts that the balance covers the books. `leaving`: what an inline transfer of this action takes out after it.
// More than the books say is dust not yet swept.
export function requireCovered(self: Name, books: Books, leaving: i64): void {
    const real = sub(balanceOf(books.contract, self, books.symbol), leaving);
    const due = liabilities(books);
    if (real < due) fail(`the books are short: ${shown(books, due)} are due and the balance is ${shown(books, real)}`);
}

// Income is what the balance holds beyond the books. Of the core token a part goes to the infrastructure.
export function sweepIncome(self: Name, config: Config, id: u64): void {
    const books = loadBooks(self, id);
    requireCovered(self, books, 0);
    const real = balanceOf(books.contract, self, books.symbol);
    const income = sub(real, liabilities(books));
    if (income == 0) return;
    const infrastructure: i64 = id == CORE ? permilleOf(income, config.infra_permille) : 0;
    books.infrastructure = add(books.infrastructure, infrastructure);
    books.bucket = add(books.bucket, sub(income, infrastructure));
    books.income_total = add(books.income_total, income);
    if (liabilities(books) != real) fail("the books do not equal the balance after a sweep: this is a fault of the contract");
    saveBooks(self, books);
}

// Credits the account; the caller has taken the amount from another column of the books.
export function credit(self: Name, books: Books, account: Name, units: i64): void {
    if (units == 0) return;
    creditIn(new Rows<Credit>(self, new Name(books.id)), self, account, units);
    books.owed = add(books.owed, units);
    books.credited_total = add(books.credited_total, units);
}

// for loops: one store for all
export function creditIn(credits: Rows<Credit>, self: Name, account: Name, units: i64): void {
    const row = credits.get(account.N);
    if (row == null) {
        credits.store(new Credit(account, units, units), self);
        return;
    }
    row.owed = add(row.owed, units);
    row.credited = add(row.credited, units);
    credits.update(row, SAME_PAYER);
}

export function findBooks(self: Name, contract: Name, symbol: Symbol): Books | null {
    const table = new Rows<Books>(self);
    let row = table.first();
    while (row != null) {
        if (row.contract == contract && row.symbol == symbol) return row;
        row = table.next(row);
    }
    return null;
}
