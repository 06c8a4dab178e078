import { Name, Symbol, Asset, SAME_PAYER } from "proton-tsc";
import { Books, Credit, CORE } from "./pay.tables";
import { Config } from "./setup.tables";
import { fail } from "./fail";
import { add, smaller, sub, permilleOf } from "./math";
import { balanceOf, sendTokens } from "./system";
import { Rows } from "./rows";

export function loadBooks(self: Name, id: u64, table: Rows<Books> = new Rows<Books>(self)): Books {
    const row = table.get(id);
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

// What the pool holds of the token on its two accounts: the producer's, which has no code, and its own. A token's contract
// can write any two numbers there: their sum must not fail, for it would hold up the others.
export function heldOf(self: Name, books: Books): i64 {
    return both(balanceOf(books.contract, books.holder, books.symbol), balanceOf(books.contract, self, books.symbol));
}

function both(one: i64, other: i64): i64 {
    return one > i64.MAX_VALUE - other ? i64.MAX_VALUE : add(one, other);
}

// The issuer of another token may be able to take tokens back; that must not hold up the others.
export function isCovered(self: Name, books: Books): bool {
    return heldOf(self, books) >= liabilities(books);
}

// Asserts that what is held covers the books. More than the books say is dust not yet swept.
export function requireCovered(books: Books, held: i64): void {
    const due = liabilities(books);
    if (held < due) fail(`the books are short: ${shown(books, due)} are due and the balance is ${shown(books, held)}`);
}

// Pays out of the producer account, and from the contract's own what that one lacks. The token's contract tells a payer of its
// own payment: an account without code costs a claim nothing by that. The books, without the units already, are written first.
export function payOut(self: Name, table: Rows<Books>, books: Books, to: Name, units: i64, memo: string): void {
    const held = balanceOf(books.contract, books.holder, books.symbol);
    const first = smaller(units, held);
    // the other balance is looked up, at some 3 us, only when this one does not cover the books alone
    if (first < units || sub(held, first) < liabilities(books)) {
        const own = balanceOf(books.contract, self, books.symbol);
        requireCovered(books, sub(both(held, own), units));
    }
    table.update(books, SAME_PAYER);
    if (first > 0) sendTokens(books.contract, books.holder, to, first, books.symbol, memo);
    if (units > first) sendTokens(books.contract, self, to, sub(units, first), books.symbol, memo);
}

// Income is what the two accounts hold beyond the books. Of the core token a part goes to the infrastructure.
export function sweepIncome(self: Name, config: Config, id: u64): void {
    const books = loadBooks(self, id);
    const held = heldOf(self, books);
    requireCovered(books, held);
    const income = sub(held, liabilities(books));
    if (income > 0) {
        const infrastructure: i64 = id == CORE ? permilleOf(income, config.infra_permille) : 0;
        books.infrastructure = add(books.infrastructure, infrastructure);
        books.bucket = add(books.bucket, sub(income, infrastructure));
        books.income_total = add(books.income_total, income);
        if (liabilities(books) != held) fail("the books do not equal the balance after a sweep: this is a fault of the contract");
        saveBooks(self, books);
    }
    if (id == CORE) moveBeyond(self, books);
}

// What the contract's own account holds beyond the deposits moves to the producer account, which pays the claims. Only core
// tokens do: another token's contract could take memory from this account each time, and anybody may sweep.
function moveBeyond(self: Name, books: Books): void {
    const own = balanceOf(books.contract, self, books.symbol);
    if (own > books.deposits) sendTokens(books.contract, self, books.holder, sub(own, books.deposits), books.symbol, "income of the block producer pool");
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
