import { Name, SAME_PAYER } from "proton-tsc";
import { Config, State } from "./setup.tables";
import { Member, Payee, Seat } from "./member.tables";
import { Books, Credit, CORE } from "./pay.tables";
import { fail } from "./fail";
import { add, mul, sub } from "./math";
import { creditIn, heldOf, isCovered, loadBooks, payOut, requireCovered, shown } from "./books";
import { loadState, saveState } from "./setup";
import { freeSeat } from "./roster";
import { closingShares, cutShares } from "./shares";
import { requireUndisputed } from "./verdicts";
import { requireNoneOpen } from "./windows";
import { secondsLeft } from "./time";
import { Rows } from "./rows";

// Ends the running epoch at its newest settled window: its shares and its buckets are set aside, the next epoch begins.
// So an epoch can be disputed and closed while the pool goes on producing.
export function cut(self: Name, config: Config, state: State): void {
    if (state.closing_through != state.closed_through) fail(`the epoch before ${state.epoch} is not closed yet: close it first`);
    const total = cutShares(self);
    if (total == 0) fail(`epoch ${state.epoch} has no share: a settled window with an eligible member is needed`);
    requireNoneOpen(self, config, state);
    if (!state.harvested) fail(`epoch ${state.epoch} has no income of the producer yet: call harvest first`);
    const core = loadBooks(self, CORE);
    if (core.bucket < total) fail(`the bucket of ${shown(core, core.bucket)} gives nothing for each of ${total} shares: wait for income`);
    setBucketsAside(self);
    state.closing_through = state.last_window;
    state.closing_settled_at = state.settled_at;
    state.epoch += 1;
    state.harvested = false;
    saveState(self, state);
}

function setBucketsAside(self: Name): void {
    const table = new Rows<Books>(self);
    let books = table.first();
    while (books != null) {
        books.closing_bucket = books.bucket;
        table.update(books, SAME_PAYER);
        books = table.next(books);
    }
}

// Splits the buckets of the cut epoch once over its shares: the floor per share is credited, the remainder stays in the
// bucket. Without a cut before, the running epoch is cut first. An epoch whose shares are all void passes its bucket on.
export function close(self: Name, config: Config): void {
    const state = loadState(self);
    const wasCut = state.closing_through > state.closed_through;
    const settledAt = wasCut ? state.closing_settled_at : state.settled_at;
    const through = wasCut ? state.closing_through : state.last_window;
    const left = secondsLeft(settledAt, config.dispute);
    if (left > 0) fail(`window ${through} can be disputed for ${left} more seconds: close after that`);
    requireUndisputed(self, through);
    if (!wasCut) cut(self, config, state);
    state.closed_through = state.closing_through;
    saveState(self, state);
    splitBuckets(self, closingShares(self));
    clearSeats(self, config, state);
}

export function splitBuckets(self: Name, shares: i64): void {
    const table = new Rows<Books>(self);
    let books = table.first();
    while (books != null) {
        const isFit = books.id == CORE || isCovered(self, books);
        const perShare: i64 = shares > 0 && isFit ? books.closing_bucket / shares : 0;
        const credited = mul(perShare, shares);
        if (perShare > 0) creditSeats(self, books.id, perShare);
        books.closing_bucket = 0;
        books.bucket = sub(books.bucket, credited);
        books.owed = add(books.owed, credited);
        books.credited_total = add(books.credited_total, credited);
        if (isFit) requireCovered(books, heldOf(self, books));
        table.update(books, SAME_PAYER);
        books = table.next(books);
    }
}

function creditSeats(self: Name, token: u64, perShare: i64): void {
    const seats = new Rows<Seat>(self);
    const credits = new Rows<Credit>(self, new Name(token));
    let seat = seats.first();
    while (seat != null) {
        if (seat.closing > 0) creditIn(credits, self, seat.account, mul(perShare, <i64>seat.closing));
        seat = seats.next(seat);
    }
}

// after the split: no shares, and no seat for who left and whose windows are all closed
function clearSeats(self: Name, config: Config, state: State): void {
    const seats = new Rows<Seat>(self);
    let seat = seats.first();
    while (seat != null) {
        const following = seats.next(seat);
        if (seat.closing > 0) {
            seat.closing = 0;
            seats.update(seat, SAME_PAYER);
        }
        if (seat.until != 0) freeLeaver(self, config, state, seat);
        seat = following;
    }
}

function freeLeaver(self: Name, config: Config, state: State, seat: Seat): bool {
    const member = new Rows<Member>(self).requireGet(seat.account.N, "a seat has no member: this is a fault of the contract");
    return freeSeat(self, config, state.closed_through, seat, member.status);
}

// Frees the seats of leavers without a share whose windows nobody can decide any more; returns how many.
export function pruneSeats(self: Name, config: Config, state: State): u32 {
    const seats = new Rows<Seat>(self);
    let freed: u32 = 0;
    let seat = seats.first();
    while (seat != null) {
        const following = seats.next(seat);
        if (seat.until != 0 && freeLeaver(self, config, state, seat)) freed += 1;
        seat = following;
    }
    return freed;
}

// Pays what is owed to the account: to its payee if it is or was a member. State first, transfer last.
export function claim(self: Name, account: Name, token: u64): void {
    const credits = new Rows<Credit>(self, new Name(token));
    const row = credits.get(account.N);
    if (row == null || row.owed == 0) fail(`nothing to claim: ${account} is owed nothing in token ${token} until an epoch is closed`);
    const table = new Rows<Books>(self);
    const books = loadBooks(self, token, table);
    const member = new Rows<Payee>(self).get(account.N);
    const payee = member == null ? account : member.payee;
    const amount = row!.owed;
    if (member == null) {
        credits.remove(row!);
    } else {
        row!.owed = 0;
        row!.paid = add(row!.paid, amount);
        credits.update(row!, SAME_PAYER);
    }
    books.owed = sub(books.owed, amount);
    books.paid_total = add(books.paid_total, amount);
    payOut(self, table, books, payee, amount, `pay of ${account} from the block producer pool`);
}
