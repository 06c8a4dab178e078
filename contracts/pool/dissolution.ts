import { Name, SAME_PAYER } from "proton-tsc";
import { Config, State, DISSOLVED, DISSOLVING } from "./setup.tables";
import { Member, Seat, SUSPENDED } from "./member.tables";
import { Books, Credit, CORE } from "./pay.tables";
import { fail } from "./fail";
import { add } from "./math";
import { creditIn, isCovered, loadBooks, shown } from "./books";
import { loadState, requireOpen, saveConfig, saveState } from "./setup";
import { setRegistered } from "./registration";
import { cutShares } from "./shares";
import { splitBuckets } from "./pay";
import { takesPart } from "./seats";
import { lastWindowsLeft, requireUndisputed } from "./verdicts";
import { now, secondsLeft, secondsUntil } from "./time";
import { Rows } from "./rows";

// The end of a pool: voted; then, for the time of a notice, it produces and earns on; then its producer is unregistered;
// then, when the last window could be reported and disputed, everything goes to the members.

export function beginDissolution(self: Name, config: Config): void {
    requireOpen(config);
    config.phase = DISSOLVING;
    saveConfig(self, config);
    const state = loadState(self);
    state.dissolving_at = now();
    saveState(self, state);
}

// The next step of the dissolution, when its time has come; anyone may call it.
export function dissolve(self: Name, config: Config): void {
    if (config.phase == DISSOLVED) {
        payLater(self);
        return;
    }
    if (config.phase != DISSOLVING) fail("the members have not voted to dissolve the pool: propose it with propdissolve");
    const paused = secondsUntil(config.paused_until);
    if (paused > 0) fail(`the pool is paused for ${paused} more seconds: wait, or end it with propunpause`);
    const state = loadState(self);
    if (config.registered) {
        const left = secondsLeft(state.dissolving_at, config.notice);
        if (left > 0) fail(`the producer goes on for ${left} more seconds, so that its last rewards can be claimed`);
        setRegistered(self, config, false);
        return;
    }
    const left = lastWindowsLeft(config, state);
    if (left > 0) fail(`the last windows can be reported and disputed for ${left} more seconds`);
    if (state.closing_through != state.closed_through) fail(`the epoch before ${state.epoch} is not closed yet: close it first`);
    requireUndisputed(self, state.last_window);
    requireNoEscrow(self);
    payEverybody(self, state);
    config.phase = DISSOLVED;
    saveConfig(self, config);
}

// Work that is not accepted or refused yet is its payee's as much as the members'.
function requireNoEscrow(self: Name): void {
    const books = loadBooks(self, CORE);
    if (books.escrow > 0) fail(`${shown(books, books.escrow)} are in escrow: settle them with propaccept, or with refund when their time is over`);
}

// What came in after the end and was swept goes the same way.
function payLater(self: Name): void {
    const heirs = heirsOf(self);
    const table = new Rows<Books>(self);
    let paid = false;
    let books = table.first();
    while (books != null) {
        if (splitRest(self, books, heirs)) {
            table.update(books, SAME_PAYER);
            paid = true;
        }
        books = table.next(books);
    }
    if (!paid) fail("the pool is dissolved and everything is split: claim pays it out");
}

// The running epoch's shares get the buckets; the rest, infrastructure included, is split evenly.
function payEverybody(self: Name, state: State): void {
    const shares = cutShares(self);
    const table = new Rows<Books>(self);
    let books = table.first();
    while (books != null) {
        books.closing_bucket = books.bucket;
        table.update(books, SAME_PAYER);
        books = table.next(books);
    }
    splitBuckets(self, shares);
    state.closing_through = state.last_window;
    state.closed_through = state.last_window;
    state.epoch += 1;
    saveState(self, state);
    const heirs = heirsOf(self);
    books = table.first();
    while (books != null) {
        if (splitRest(self, books, heirs)) table.update(books, SAME_PAYER);
        books = table.next(books);
    }
}

function isSuspended(self: Name, account: Name): bool {
    const member = new Rows<Member>(self).get(account.N);
    return member != null && member.status == SUSPENDED;
}

// those who take part or are suspended for some time; when nobody does, those who still have a seat
function heirsOf(self: Name): Name[] {
    const active: Name[] = [];
    const others: Name[] = [];
    const seats = new Rows<Seat>(self);
    let seat = seats.first();
    while (seat != null) {
        seat.closing = 0;
        seats.update(seat, SAME_PAYER);
        if (takesPart(seat) || isSuspended(self, seat.account)) active.push(seat.account);
        else others.push(seat.account);
        seat = seats.next(seat);
    }
    return active.length > 0 ? active : others;
}

// Evenly; what the division leaves goes to the first ones, a unit each, so that nothing stays behind. Returns whether
// there was something.
function splitRest(self: Name, books: Books, heirs: Name[]): bool {
    const rest = add(books.bucket, books.infrastructure);
    if (rest == 0 || heirs.length == 0 || !isCovered(self, books)) return false;
    const credits = new Rows<Credit>(self, new Name(books.id));
    const each = rest / <i64>heirs.length;
    const over = rest % <i64>heirs.length;
    for (let i = 0; i < heirs.length; i++) {
        const part: i64 = <i64>i < over ? add(each, 1) : each;
        if (part > 0) creditIn(credits, self, heirs[i], part);
    }
    books.bucket = 0;
    books.infrastructure = 0;
    books.owed = add(books.owed, rest);
    books.credited_total = add(books.credited_total, rest);
    return true;
}
