import { Name, Asset, Decoder, SAME_PAYER, TimePointSec, readActionData } from "proton-tsc";
import { Config, DISSOLVED } from "./setup.tables";
import { Member, APPLIED, EXPELLED, LEFT } from "./member.tables";
import { Books, Deposit, CORE } from "./pay.tables";
import { fail } from "./fail";
import { add, sub } from "./math";
import { loadBooks, payOut, saveBooks, shown } from "./books";
import { loadMember, saveMember } from "./roster";
import { requireSymbol } from "./words";
import { nowPlus, secondsUntil } from "./time";
import { Rows } from "./rows";

// Core tokens of others, kept for bonds and fees: deposits = what is free + bonds of members + fees of cases.

const MEMO: string = "deposit";

// Makes the account's row, at its cost. Without one a transfer is a gift: so nobody fills the contract's memory.
export function open(self: Name, account: Name): void {
    const deposits = new Rows<Deposit>(self);
    if (deposits.exists(account.N)) fail(`${account} has a deposit row already: transfer with the memo "${MEMO}"`);
    deposits.store(new Deposit(account), account);
}

// A transfer came in. Whatever is wrong with it, it must not fail: a refusal would revert the sender's transfer. Most that
// is heard of is the pool's own payment: so the rest is decoded after the names, which makes a claim 3 % cheaper.
export function receive(self: Name, token: Name): void {
    const data = new Decoder(readActionData());
    const from = data.unpackName();
    const to = data.unpackName();
    if (to != self || from == self) return;
    const quantity = new Asset();
    data.unpack(quantity);
    if (quantity.amount <= 0 || data.unpackString() != MEMO) return;
    const tokens = new Rows<Books>(self);
    const books = tokens.get(CORE);
    if (books == null) return;
    if (books.contract != token || books.symbol != quantity.symbol) return;
    const deposits = new Rows<Deposit>(self);
    const row = deposits.get(from.N);
    if (row == null) return;
    if (quantity.amount > i64.MAX_VALUE - row.free || quantity.amount > i64.MAX_VALUE - books.deposits) return;
    row.free = add(row.free, quantity.amount);
    deposits.update(row, SAME_PAYER);
    books.deposits = add(books.deposits, quantity.amount);
    saveBooks(self, books);
}

export function loadDeposit(self: Name, account: Name): Deposit {
    const row = new Rows<Deposit>(self).get(account.N);
    if (row == null) fail(`${account} has no deposit: call open, then transfer with the memo "${MEMO}"`);
    return row!;
}

export function saveDeposit(self: Name, row: Deposit): void {
    new Rows<Deposit>(self).update(row, SAME_PAYER);
}

// Takes the units out of what is free; they stay within the deposits of the books.
export function hold(self: Name, row: Deposit, units: i64, what: string): void {
    if (row.free < units) {
        const books = loadBooks(self, CORE);
        fail(`${what} is ${shown(books, units)} and ${row.account} has ${shown(books, row.free)} free: transfer with the memo "${MEMO}" first`);
    }
    row.free = sub(row.free, units);
}

export function holdBond(self: Name, account: Name, bond: i64): i64 {
    const row = loadDeposit(self, account);
    hold(self, row, bond, "the bond");
    saveDeposit(self, row);
    return bond;
}

export function giveBack(self: Name, account: Name, units: i64): void {
    const row = loadDeposit(self, account);
    row.free = add(row.free, units);
    saveDeposit(self, row);
}

export function withdraw(self: Name, account: Name, quantity: Asset): void {
    const row = loadDeposit(self, account);
    const table = new Rows<Books>(self);
    const books = loadBooks(self, CORE, table);
    requireSymbol(books.symbol, quantity.symbol);
    if (quantity.amount <= 0 || quantity.amount > row.free) fail(`${quantity} cannot be withdrawn: ${account} has ${shown(books, row.free)} free`);
    row.free = sub(row.free, quantity.amount);
    if (row.free == 0 && row.cases == 0 && !new Rows<Member>(self).exists(account.N)) new Rows<Deposit>(self).remove(row);
    else saveDeposit(self, row);
    books.deposits = sub(books.deposits, quantity.amount);
    payOut(self, table, books, account, quantity.amount, "deposit of the block producer pool");
}

// until when the bond of who leaves now is kept, for cases against it
export function bondForLeaver(config: Config): TimePointSec {
    return nowPlus(config.notice);
}

// Frees the bond of who is no member any more; anyone may call it.
export function release(self: Name, config: Config, account: Name): void {
    const member = loadMember(self, account);
    if (member.bond == 0) fail(`${account} has no bond here`);
    if (config.phase != DISSOLVED) {
        if (member.status != LEFT && member.status != EXPELLED) {
            fail(member.status == APPLIED ? `${account} has applied: its bond is free when it withdraws with leave` : `${account} is a member: its bond is free after it has left`);
        }
        if (member.cases > 0) fail(`${account} is the respondent of ${member.cases} cases: its bond is kept until they end`);
        const left = secondsUntil(member.until);
        if (left > 0) fail(`the bond of ${account} is kept for ${left} more seconds`);
    }
    giveBack(self, account, member.bond);
    member.bond = 0;
    saveMember(self, member);
}
