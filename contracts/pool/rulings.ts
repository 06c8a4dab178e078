import { Name, SAME_PAYER } from "proton-tsc";
import { Config } from "./setup.tables";
import { Member, ACTIVE, NOTICE, SUSPENDED } from "./member.tables";
import { Window } from "./window.tables";
import { Books, Case, Credit, Order, CORE, RULED } from "./pay.tables";
import { fail } from "./fail";
import { add, smaller, sub } from "./math";
import { credit, loadBooks, saveBooks } from "./books";
import { loadState, requireNotDissolved } from "./setup";
import { endWithRuling, loadCase } from "./cases";
import { loadMember, saveMember } from "./roster";
import { countVoting, findSeat, takesPart } from "./seats";
import { expel, suspend } from "./standing";
import { creditEscrow, returnEscrow, takeUpTo } from "./treasury";
import { voidWindow } from "./verdicts";
import { now, secondsUntil } from "./time";
import { Rows } from "./rows";

// Does what the arbitrators ruled, unless the members overturned it; anyone may call it. What has become impossible
// meanwhile (a member that has left, a window whose epoch is closed) is left out, so that the rest is never held up.
export function enforce(self: Name, config: Config, id: u64): void {
    requireNotDissolved(config);
    const row = loadCase(self, id);
    if (row.status != RULED) fail(`case ${id} has no ruling that could be enforced now: its status is ${row.status}`);
    const left = secondsUntil(row.until);
    if (left > 0) fail(`the ruling in case ${id} can be appealed against for ${left} more seconds`);
    const order = row.order;
    endWithRuling(self, row);
    if (row.overturned) return;
    compensate(self, config, row);
    penalise(self, row);
    act(self, config, row, order);
}

// Takes up to `units` from the respondent: first from its bond, then from its credit. Returns how much.
function takeFromRespondent(self: Name, books: Books, respondent: Name, units: i64): i64 {
    let taken: i64 = 0;
    const member = new Rows<Member>(self).get(respondent.N);
    if (member != null && member.bond > 0) {
        taken = smaller(units, member.bond);
        member.bond = sub(member.bond, taken);
        saveMember(self, member);
        books.deposits = sub(books.deposits, taken);
    }
    const credits = new Rows<Credit>(self, new Name(CORE));
    const row = credits.get(respondent.N);
    if (row == null) return taken;
    const more = smaller(sub(units, taken), row.owed);
    if (more == 0) return taken;
    row.owed = sub(row.owed, more);
    row.paid = add(row.paid, more);
    credits.update(row, SAME_PAYER);
    books.owed = sub(books.owed, more);
    books.paid_total = add(books.paid_total, more);
    return add(taken, more);
}

// to the claimant: from the respondent's bond, then its credit, then the treasury within the month's limit
function compensate(self: Name, config: Config, row: Case): void {
    if (row.compensation == 0) return;
    const books = loadBooks(self, CORE);
    const taken = takeFromRespondent(self, books, row.respondent, row.compensation);
    const rest = takeUpTo(self, config, books, sub(row.compensation, taken));
    credit(self, books, row.claimant, add(taken, rest));
    saveBooks(self, books);
}

// to the infrastructure, from the respondent only
function penalise(self: Name, row: Case): void {
    if (row.penalty == 0) return;
    const books = loadBooks(self, CORE);
    const taken = takeFromRespondent(self, books, row.respondent, row.penalty);
    books.infrastructure = add(books.infrastructure, taken);
    saveBooks(self, books);
}

function act(self: Name, config: Config, row: Case, order: u64): void {
    const name = row.act.N;
    if (name == Name.fromString("suspend").N) {
        if (canGo(self, row.respondent) && !isSuspendedLonger(self, row.respondent, row.value)) suspend(self, config, row.respondent, row.value);
    } else if (name == Name.fromString("expel").N) {
        if (canGo(self, row.respondent) && countVoting(self, 3) >= 3) expel(self, config, row.respondent);
    } else if (name == Name.fromString("void").N) {
        const state = loadState(self);
        const decided = new Rows<Window>(self).get(row.window);
        if (row.window > state.closed_through && (decided == null || !decided.voided)) voidWindow(self, config, row.window);
    } else if (name == Name.fromString("release").N || name == Name.fromString("giveback").N) {
        const escrow = new Rows<Order>(self).get(order);
        if (escrow == null || !escrow.escrow) return;
        if (name == Name.fromString("release").N) creditEscrow(self, escrow);
        else returnEscrow(self, escrow);
    }
}

// A ruling does not shorten what the members voted.
function isSuspendedLonger(self: Name, account: Name, seconds: u64): bool {
    const member = loadMember(self, account);
    return member.status == SUSPENDED && secondsUntil(member.until) > seconds;
}

// a member that is not the last one with a vote
function canGo(self: Name, account: Name): bool {
    const member = new Rows<Member>(self).get(account.N);
    if (member == null) return false;
    if (member.status != ACTIVE && member.status != NOTICE && member.status != SUSPENDED) return false;
    const seat = findSeat(self, account);
    if (seat == null || !seat.voting || !takesPart(seat)) return true;
    return countVoting(self, 2) >= 2;
}
