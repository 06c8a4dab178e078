import { Name, Asset, Symbol, SAME_PAYER } from "proton-tsc";
import { Config, State, LIVE } from "./setup.tables";
import { Books, Order, CORE } from "./pay.tables";
import { fail } from "./fail";
import { add, smaller, sub } from "./math";
import { credit, findBooks, loadBooks, payOut, saveBooks, shown } from "./books";
import { loadState, saveState } from "./setup";
import { requirePayee } from "./words";
import { balanceOf, sendTokens, tokenExists } from "./system";
import { now, nowPlus, secondsLeft, secondsUntil } from "./time";
import { Rows } from "./rows";

// What the pool buys: monthly orders and one-off spends, out of the infrastructure column of the core token's books.

const DAY: u64 = 24 * 3600;
const MONTH: u32 = 30 * 24 * 3600;
export const MAX_MONTHS: u64 = 120;
export const MAX_ESCROW_DAYS: u64 = 365;
const MAX_TOKENS: u64 = 5;
const MEMO: string = "paid by the block producer pool";

// what may still be spent in this month of 30 days
function monthLeft(config: Config, state: State): i64 {
    const month = now().utcSeconds / MONTH;
    if (state.month != month) {
        state.month = month;
        state.month_spent = 0;
    }
    return state.month_spent >= config.monthlimit ? 0 : sub(config.monthlimit, state.month_spent);
}

function takeFromTreasury(self: Name, config: Config, books: Books, units: i64): void {
    const state = loadState(self);
    const left = monthLeft(config, state);
    if (units > left) fail(`${shown(books, units)} are more than this month's rest of ${shown(books, left)}: wait, or raise monthlimit`);
    if (units > books.infrastructure) fail(`${shown(books, units)} are more than the ${shown(books, books.infrastructure)} for infrastructure: wait for income`);
    state.month_spent = add(state.month_spent, units);
    saveState(self, state);
    books.infrastructure = sub(books.infrastructure, units);
}

// for a ruling: as much as there is and as the month allows; returns how much
export function takeUpTo(self: Name, config: Config, books: Books, units: i64): i64 {
    const state = loadState(self);
    const taken = smaller(units, smaller(monthLeft(config, state), books.infrastructure));
    state.month_spent = add(state.month_spent, taken);
    saveState(self, state);
    books.infrastructure = sub(books.infrastructure, taken);
    return taken;
}

function pay(self: Name, books: Books, payee: Name, units: i64): void {
    books.spent_total = add(books.spent_total, units);
    payOut(self, new Rows<Books>(self), books, payee, units, MEMO);
}

// A proposal's amount: positive, in core tokens, for an account outside the pool.
export function requireSpend(self: Name, config: Config, payee: Name, amount: Asset): void {
    requirePayee(self, config, payee);
    const symbol = loadBooks(self, CORE).symbol;
    if (amount.symbol != symbol) fail(`the amount is in ${amount.symbol}: the core token is ${symbol}`);
    if (amount.amount <= 0) fail(`the amount is ${amount}: it must be more than nothing`);
}

export function startOrder(self: Name, payee: Name, amount: i64, months: u16, text: string): void {
    storeOrder(self, new Order(0, payee, amount, false, months, now(), 0, text));
}

function storeOrder(self: Name, order: Order): void {
    const state = loadState(self);
    order.id = state.next_order;
    state.next_order += 1;
    saveState(self, state);
    new Rows<Order>(self).store(order, self);
}

// With days the amount waits in escrow for a vote to accept the work; without, it is paid at once.
export function spend(self: Name, config: Config, payee: Name, amount: i64, days: u32, text: string): void {
    const books = loadBooks(self, CORE);
    takeFromTreasury(self, config, books, amount);
    if (days == 0) {
        pay(self, books, payee, amount);
        return;
    }
    books.escrow = add(books.escrow, amount);
    saveBooks(self, books);
    storeOrder(self, new Order(0, payee, amount, true, 0, nowPlus(<u64>days * 24 * 3600), 0, text));
}

export function loadOrder(self: Name, id: u64): Order {
    const order = new Rows<Order>(self).get(id);
    if (order == null) fail(`there is no order ${id}`);
    return order!;
}

export function requireMonthly(self: Name, id: u64): Order {
    const order = loadOrder(self, id);
    if (order.escrow) fail(`order ${id} is an escrow: accept or refuse it with propaccept`);
    return order;
}

export function requireEscrow(self: Name, id: u64): Order {
    const order = loadOrder(self, id);
    if (!order.escrow) fail(`order ${id} is a monthly order and not an escrow: propend ends it`);
    if (order.in_case != 0) fail(`order ${id} is before the arbitrators in case ${order.in_case}: their ruling decides`);
    return order;
}

export function endOrder(self: Name, id: u64): void {
    new Rows<Order>(self).remove(requireMonthly(self, id));
}

// Pays one month that is due; anyone may call it.
export function payOrder(self: Name, config: Config, id: u64): void {
    if (config.phase != LIVE) fail(`orders are paid by a live pool only: its phase is ${config.phase}`);
    const order = requireMonthly(self, id);
    const left = secondsUntil(order.due);
    if (left > 0) fail(`the next month of order ${id} is due in ${left} seconds`);
    const books = loadBooks(self, CORE);
    takeFromTreasury(self, config, books, order.amount);
    const orders = new Rows<Order>(self);
    order.months -= 1;
    order.due.utcSeconds += MONTH;
    if (order.months == 0) orders.remove(order);
    else orders.update(order, SAME_PAYER);
    pay(self, books, order.payee, order.amount);
}

// after a vote: the work is paid, or the tokens go back to the infrastructure
export function settleEscrow(self: Name, id: u64, accepted: bool): void {
    const order = requireEscrow(self, id);
    if (!accepted) {
        returnEscrow(self, order);
        return;
    }
    const books = takeEscrow(self, order);
    pay(self, books, order.payee, order.amount);
}

function takeEscrow(self: Name, order: Order): Books {
    const books = loadBooks(self, CORE);
    books.escrow = sub(books.escrow, order.amount);
    new Rows<Order>(self).remove(order);
    return books;
}

// After a ruling the payee is credited and claims: one that refuses transfers must not hold up the rest of the ruling.
export function creditEscrow(self: Name, order: Order): void {
    const books = takeEscrow(self, order);
    credit(self, books, order.payee, order.amount);
    saveBooks(self, books);
}

export function returnEscrow(self: Name, order: Order): void {
    const books = takeEscrow(self, order);
    books.infrastructure = add(books.infrastructure, order.amount);
    saveBooks(self, books);
}

// Gives an escrow back: its payee at any time, anyone once the time to accept it is over.
export function refund(self: Name, config: Config, id: u64, byPayee: bool): void {
    const order = requireEscrow(self, id);
    const left = acceptanceLeft(config, order);
    if (!byPayee && left > 0) fail(`order ${id} can be accepted for ${left} more seconds: until then only ${order.payee} gives it back`);
    returnEscrow(self, order);
}

// A pause stops the vote that accepts the work, and not the payee's time: what ran out in it can be accepted for another day.
// Two members could otherwise take a payee's escrow from it.
function acceptanceLeft(config: Config, order: Order): u64 {
    if (order.due.utcSeconds < config.paused_at.utcSeconds) return secondsUntil(order.due);
    const afterPause = secondsLeft(config.paused_until, DAY);
    const left = secondsUntil(order.due);
    return left > afterPause ? left : afterPause;
}

export function requireNewToken(self: Name, contract: Name, symbol: Symbol): u64 {
    if (findBooks(self, contract, symbol) != null) fail(`${symbol} of ${contract} is in the books already`);
    if (!tokenExists(contract, symbol)) fail(`token contract ${contract} has no token ${symbol}`);
    const table = new Rows<Books>(self);
    const last = table.last();
    const id = last == null ? CORE : last.id + 1;
    if (id >= MAX_TOKENS) fail(`there are ${MAX_TOKENS} tokens in the books already: no more can be listed`);
    return id;
}

// From now on this token is shared like the core token.
export function listToken(self: Name, config: Config, contract: Name, symbol: Symbol): void {
    const id = requireNewToken(self, contract, symbol);
    new Rows<Books>(self).store(new Books(id, contract, symbol, config.producer), self);
}

// A token that is not in the books is in quarantine: it counts for nothing until a vote lists it or sends it on.
export function requireForeign(self: Name, contract: Name, amount: Asset): void {
    if (findBooks(self, contract, amount.symbol) != null) fail(`${amount.symbol} of ${contract} is in the books: it belongs to the members`);
    if (amount.amount <= 0) fail(`the amount is ${amount}: it must be more than nothing`);
    const held = balanceOf(contract, self, amount.symbol);
    if (held < amount.amount) fail(`the pool holds ${new Asset(held, amount.symbol)} of ${contract}: ${amount} are more`);
}

export function sendForeign(self: Name, contract: Name, to: Name, amount: Asset): void {
    requireForeign(self, contract, amount);
    sendTokens(contract, self, to, amount.amount, amount.symbol, MEMO);
}
