import { Name, EMPTY_NAME, Asset, Checksum256, SAME_PAYER } from "proton-tsc";
import { Config, DISSOLVED, LIVE } from "./setup.tables";
import { Member } from "./member.tables";
import { Arbitrator, Proposal } from "./vote.tables";
import { Case, Order, Ruling, CORE, OPENED, ANSWERED, RULED, APPEALED, DONE } from "./pay.tables";
import { fail } from "./fail";
import { add, sub } from "./math";
import { credit, loadBooks, saveBooks } from "./books";
import { giveBack, hold, loadDeposit, saveDeposit } from "./deposits";
import { loadState, saveState } from "./setup";
import { findSeat, takesPart } from "./seats";
import { loadOrder, requireEscrow } from "./treasury";
import { draft, file } from "./proposals";
import { requireSuspension } from "./standing";
import { requireAccount, requireSymbol } from "./words";
import { now, nowPlus, requireOver, secondsUntil } from "./time";
import { Rows } from "./rows";

// Arbitration: opened with a fee → answered → ruled by the majority of the panel → appealed to the members, or enforced.
// The texts stay elsewhere, each step carries their hash.

const MAX_CASES: u8 = 3;
const KEEP_SECONDS: u64 = 7 * 24 * 3600;

export function loadCase(self: Name, id: u64): Case {
    const row = new Rows<Case>(self).get(id);
    if (row == null) fail(`there is no case ${id}`);
    return row!;
}

export function saveCase(self: Name, row: Case): void {
    new Rows<Case>(self).update(row, SAME_PAYER);
}

export function open(self: Name, config: Config, claimant: Name, respondent: Name, order: u64, window: u64, evidence: Checksum256): void {
    if (config.phase != LIVE) fail(`cases are opened in a live pool only: its phase is ${config.phase}`);
    requireAccount("respondent", respondent);
    if (claimant == respondent) fail(`${claimant} cannot open a case against itself`);
    if (respondent == self || respondent == config.producer) fail(`${respondent} is the pool itself: propose to the members instead`);
    if (config.casefee == 0 && !isPartOf(self, claimant) && (order == 0 || loadOrder(self, order).payee != claimant)) {
        fail(`${claimant} is neither a member nor the payee of order ${order}: while a case costs nothing only those open one`);
    }
    const deposit = loadDeposit(self, claimant);
    if (deposit.cases >= MAX_CASES) fail(`${claimant} has ${deposit.cases} cases that are not finished: ${MAX_CASES} are the most`);
    const panel = panelFor(self, claimant, respondent);
    if (panel.length == 0) fail("no arbitrator is named who is no party to the case: name one with proprole");
    hold(self, deposit, config.casefee, "the fee of a case");
    deposit.cases += 1;
    saveDeposit(self, deposit);
    const state = loadState(self);
    if (window != 0) {
        requireOver(window);
        if (window <= state.closed_through) fail(`window ${window} belongs to a closed epoch: windows after ${state.closed_through} can be part of a case`);
    }
    const row = new Case(state.next_case, OPENED, claimant, respondent, order, window, config.casefee, now(), nowPlus(config.casetime), evidence);
    row.panel = panel;
    state.next_case += 1;
    saveState(self, state);
    if (order != 0) bindOrder(self, claimant, respondent, order, row.id);
    row.counted = countAgainst(self, respondent, true);
    new Rows<Case>(self).store(row, claimant);
}

function isPartOf(self: Name, account: Name): bool {
    const seat = findSeat(self, account);
    return seat != null && takesPart(seat);
}

function panelFor(self: Name, claimant: Name, respondent: Name): Name[] {
    const panel: Name[] = [];
    const table = new Rows<Arbitrator>(self);
    let row = table.first();
    while (row != null) {
        if (row.account != claimant && row.account != respondent) panel.push(row.account);
        row = table.next(row);
    }
    return panel;
}

// An escrow in a case waits for the ruling. Only those whom it concerns can bring it there.
function bindOrder(self: Name, claimant: Name, respondent: Name, id: u64, into: u64): void {
    const order = requireEscrow(self, id);
    if (secondsUntil(order.due) == 0) fail(`the time of order ${id} is over: refund gives it back`);
    const isMember = isPartOf(self, claimant);
    if (claimant != order.payee && !(isMember && respondent == order.payee)) {
        fail(`order ${id} is for ${order.payee}: its payee, or a member against its payee, can bring it into a case`);
    }
    order.in_case = into;
    new Rows<Order>(self).update(order, SAME_PAYER);
}

function freeOrder(self: Name, row: Case): void {
    if (row.order == 0) return;
    const orders = new Rows<Order>(self);
    const order = orders.get(row.order);
    if (order == null || order.in_case != row.id) return;
    order.in_case = 0;
    orders.update(order, SAME_PAYER);
}

// Returns whether the respondent is one whose cases are counted.
function countAgainst(self: Name, respondent: Name, more: bool): bool {
    const members = new Rows<Member>(self);
    const member = members.get(respondent.N);
    if (member == null) return false;
    if (more) {
        if (member.cases == u16.MAX_VALUE) fail(`${respondent} is the respondent of ${member.cases} cases already: wait until one has ended`);
        member.cases += 1;
    } else if (member.cases > 0) {
        member.cases -= 1;
    }
    members.update(member, SAME_PAYER);
    return true;
}

export function answer(self: Name, respondent: Name, id: u64, reply: Checksum256): void {
    const row = loadCase(self, id);
    if (row.respondent != respondent) fail(`${respondent} is not the respondent of case ${id}: that is ${row.respondent}`);
    requireBeforeRuling(row);
    row.reply = reply;
    row.status = ANSWERED;
    saveCase(self, row);
}

function requireBeforeRuling(row: Case): void {
    if (row.status != OPENED && row.status != ANSWERED) fail(`case ${row.id} takes no more answers and rulings: its status is ${row.status}`);
    if (secondsUntil(row.until) == 0) fail(`the time for a ruling in case ${row.id} is over: call closecase`);
}

function requireOnPanel(row: Case, arbitrator: Name): void {
    for (let i = 0; i < row.panel.length; i++) if (row.panel[i] == arbitrator) return;
    fail(`${arbitrator} is not on the panel of case ${row.id}`);
}

export function recuse(self: Name, arbitrator: Name, id: u64): void {
    const row = loadCase(self, id);
    requireBeforeRuling(row);
    requireOnPanel(row, arbitrator);
    const rulings = new Rows<Ruling>(self, new Name(id));
    const ruling = rulings.get(arbitrator.N);
    if (ruling != null) rulings.remove(ruling);
    const rest: Name[] = [];
    for (let i = 0; i < row.panel.length; i++) if (row.panel[i] != arbitrator) rest.push(row.panel[i]);
    row.panel = rest;
    saveCase(self, row);
    if (rest.length == 0) endWithoutRuling(self, row);
}

// The ruling of one arbitrator; more than half of the panel with the same one make it the case's. It can be given once
// the respondent has answered, or after half of the time.
export function rule(self: Name, config: Config, arbitrator: Name, id: u64, compensation: Asset, penalty: Asset, act: Name, value: u64, reason: Checksum256): void {
    const row = loadCase(self, id);
    requireBeforeRuling(row);
    requireOnPanel(row, arbitrator);
    if (!new Rows<Arbitrator>(self).exists(arbitrator.N)) fail(`${arbitrator} was stopped as an arbitrator: only a vote brings it back`);
    const halfLeft = secondsUntil(row.until) - <u64>(row.until.utcSeconds - row.opened.utcSeconds) / 2;
    if (row.status == OPENED && <i64>halfLeft > 0) fail(`${row.respondent} has ${halfLeft} more seconds to answer in case ${id}`);
    const symbol = loadBooks(self, CORE).symbol;
    requireSymbol(symbol, compensation.symbol);
    requireSymbol(symbol, penalty.symbol);
    if (compensation.amount < 0 || penalty.amount < 0) fail(`${compensation} and ${penalty} must not be negative`);
    requireAct(row, act);
    if (act.N == Name.fromString("suspend").N) requireSuspension(value);
    const rulings = new Rows<Ruling>(self, new Name(id));
    const ruling = new Ruling(arbitrator, compensation.amount, penalty.amount, act, value, reason);
    rulings.set(ruling, arbitrator);
    if (countEqual(self, row, rulings, ruling) * 2 <= activePanel(self, row)) return;
    row.status = RULED;
    row.until = nowPlus(config.appealtime);
    row.reason = reason;
    row.compensation = ruling.compensation;
    row.penalty = ruling.penalty;
    row.act = act;
    row.value = value;
    saveCase(self, row);
}

function requireAct(row: Case, act: Name): void {
    const name = act.N;
    if (name == Name.fromString("none").N || name == Name.fromString("suspend").N || name == Name.fromString("expel").N) return;
    if (name == Name.fromString("void").N) {
        if (row.window == 0) fail(`case ${row.id} names no window that could be made void`);
        return;
    }
    if (name == Name.fromString("release").N || name == Name.fromString("giveback").N) {
        if (row.order == 0) fail(`case ${row.id} names no order whose escrow could be moved`);
        return;
    }
    fail(`there is no act ${act}: none, suspend, expel, void, release and giveback are known`);
}

export function isSame(a: Ruling, b: Ruling): bool {
    return a.compensation == b.compensation && a.penalty == b.penalty && a.act == b.act && a.value == b.value && a.reason == b.reason;
}

function countEqual(self: Name, row: Case, rulings: Rows<Ruling>, ruling: Ruling): i32 {
    const arbitrators = new Rows<Arbitrator>(self);
    let equal = 0;
    for (let i = 0; i < row.panel.length; i++) {
        const other = rulings.get(row.panel[i].N);
        if (other != null && isSame(other, ruling) && arbitrators.exists(row.panel[i].N)) equal += 1;
    }
    return equal;
}

function activePanel(self: Name, row: Case): i32 {
    const arbitrators = new Rows<Arbitrator>(self);
    let active = 0;
    for (let i = 0; i < row.panel.length; i++) if (arbitrators.exists(row.panel[i].N)) active += 1;
    return active;
}

// Puts the ruling to the members' vote; the parties themselves do not vote on it. Once a case.
export function appeal(self: Name, config: Config, party: Name, id: u64, text: string): void {
    const row = loadCase(self, id);
    if (party != row.claimant && party != row.respondent) fail(`${party} is no party to case ${id}: ${row.claimant} and ${row.respondent} are`);
    if (row.status != RULED) fail(`case ${id} has no ruling to appeal against: its status is ${row.status}`);
    if (row.appealed != 0) fail(`case ${id} was before the members in proposal ${row.appealed} already`);
    if (secondsUntil(row.until) == 0) fail(`the time to appeal in case ${id} is over: enforce does the ruling`);
    const proposal = draft(self, Name.fromString("appeal"), party, text);
    proposal.value = id;
    proposal.digest = row.reason;
    proposal.respondent = row.respondent;
    proposal.other = row.claimant;
    row.appealed = file(self, config, proposal);
    row.status = APPEALED;
    saveCase(self, row);
}

// The members' vote on an appeal has ended: they overturned the ruling, or it stands and can be enforced.
export function appealEnded(self: Name, id: u64, overturned: bool): void {
    const cases = new Rows<Case>(self);
    const row = cases.get(id);
    if (row == null || row.status != APPEALED) return;
    row.status = RULED;
    row.until = now();
    row.overturned = overturned;
    cases.update(row, SAME_PAYER);
}

// The fee goes to the arbitrators who gave the ruling, also when the members overturned it: they did the work.
export function endWithRuling(self: Name, row: Case): void {
    const rulings = new Rows<Ruling>(self, new Name(row.id));
    const given = new Ruling(EMPTY_NAME, row.compensation, row.penalty, row.act, row.value, row.reason);
    const paid: Name[] = [];
    for (let i = 0; i < row.panel.length; i++) {
        const ruling = rulings.get(row.panel[i].N);
        if (ruling != null && isSame(ruling, given)) paid.push(row.panel[i]);
    }
    if (row.fee > 0) payPanel(self, row.fee, paid);
    row.fee = 0;
    end(self, row);
}

// evenly; what the division leaves goes to the first
function payPanel(self: Name, fee: i64, paid: Name[]): void {
    const books = loadBooks(self, CORE);
    books.deposits = sub(books.deposits, fee);
    const each = fee / <i64>paid.length;
    const rest = fee % <i64>paid.length;
    for (let i = 0; i < paid.length; i++) credit(self, books, paid[i], i == 0 ? add(each, rest) : each);
    saveBooks(self, books);
}

// The fee goes back to the claimant.
function endWithoutRuling(self: Name, row: Case): void {
    if (row.fee > 0) giveBack(self, row.claimant, row.fee);
    row.fee = 0;
    end(self, row);
}

function end(self: Name, row: Case): void {
    freeOrder(self, row);
    if (row.counted) countAgainst(self, row.respondent, false);
    const deposit = loadDeposit(self, row.claimant);
    if (deposit.cases > 0) deposit.cases -= 1;
    saveDeposit(self, deposit);
    const rulings = new Rows<Ruling>(self, new Name(row.id));
    let ruling = rulings.first();
    while (ruling != null) {
        rulings.remove(ruling);
        ruling = rulings.first();
    }
    row.status = DONE;
    row.until = now();
    saveCase(self, row);
}

// Ends a case without a ruling in time, and erases one that ended long ago; anyone may call it.
export function closeCase(self: Name, config: Config, id: u64): void {
    const row = loadCase(self, id);
    if (row.status == DONE) {
        const kept = <u64>row.until.utcSeconds + KEEP_SECONDS;
        const at = <u64>now().utcSeconds;
        if (at < kept) fail(`case ${id} is kept to be read for ${kept - at} more seconds`);
        new Rows<Case>(self).remove(row);
        return;
    }
    if (config.phase == DISSOLVED) {
        endWithoutRuling(self, row);
        return;
    }
    if (row.status == RULED || row.status == APPEALED) fail(`case ${id} has a ruling: enforce ends it`);
    const left = secondsUntil(row.until);
    if (left > 0) fail(`the arbitrators of case ${id} have ${left} more seconds for a ruling`);
    endWithoutRuling(self, row);
}
