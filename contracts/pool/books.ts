import { Name, Singleton, Asset, check } from "proton-tsc";
import { Books, Config } from "./tables";
import { add, sub, permilleOf } from "./math";
import { balanceOf } from "./system";

export function loadConfig(self: Name): Config {
    const found = new Singleton<Config>(self).getOrNull();
    check(found != null, "the pool is not set up: call init first");
    return found!;
}

export function saveConfig(self: Name, config: Config): void {
    new Singleton<Config>(self).set(config, self);
}

export function loadBooks(self: Name): Books {
    return new Singleton<Books>(self).get();
}

export function saveBooks(self: Name, books: Books): void {
    new Singleton<Books>(self).set(books, self);
}

export function liabilities(books: Books): i64 {
    return add(add(add(add(books.owed, books.bucket), books.infrastructure), books.escrow), books.deposits);
}

// `leaving`: what an inline transfer of this action takes out after it. More than the books say is dust not yet swept.
export function requireCovered(self: Name, config: Config, books: Books, leaving: i64): void {
    const real = sub(balanceOf(config.token_contract, self, config.core), leaving);
    const due = liabilities(books);
    if (real < due) {
        check(false, `the books are short: ${new Asset(due, config.core)} are due and the balance is ${new Asset(real, config.core)}`);
    }
}

// Income is what the balance holds beyond the books; returns it.
export function sweepIncome(self: Name, config: Config): i64 {
    const books = loadBooks(self);
    requireCovered(self, config, books, 0);
    const real = balanceOf(config.token_contract, self, config.core);
    const income = sub(real, liabilities(books));
    if (income == 0) return 0;
    const infrastructure = permilleOf(income, config.infra_permille);
    books.infrastructure = add(books.infrastructure, infrastructure);
    books.bucket = add(books.bucket, sub(income, infrastructure));
    books.income_total = add(books.income_total, income);
    check(liabilities(books) == real, "the books do not equal the balance after a sweep: this is a fault of the contract");
    saveBooks(self, books);
    return income;
}
