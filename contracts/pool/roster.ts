import { Name, EMPTY_NAME, PublicKey, Signature, Checksum256, TimePointSec, SAME_PAYER } from "proton-tsc";
import { Config, Founder, DISSOLVED, FOUNDING } from "./setup.tables";
import { Member, Seat, APPLIED, ACTIVE, NOTICE, SUSPENDED, LEFT, EXPELLED, NO_INDEX } from "./member.tables";
import { Credit, Deposit, Books } from "./pay.tables";
import { fail } from "./fail";
import { add } from "./math";
import { loadState, requireOpen, saveState } from "./setup";
import { dropProof, endKey, fileProof, isProven, requireOwnKey, requireProof, takeKey } from "./keys";
import { requirePayee, requireText } from "./words";
import { freeIndex, requireNotLast } from "./seats";
import { refreshOwner, refreshSigning } from "./signing";
import { bondForLeaver, holdBond } from "./deposits";
import { holdSeconds } from "./windows";
import { currentWindow, now, nowPlus, secondsLeft, secondsUntil, windowEnd } from "./time";
import { Rows } from "./rows";

export function loadMember(self: Name, account: Name): Member {
    const member = new Rows<Member>(self).get(account.N);
    if (member == null) fail(`${account} is not a member: it would have to join first`);
    return member!;
}

export function saveMember(self: Name, member: Member): void {
    new Rows<Member>(self).update(member, SAME_PAYER);
}

export function loadSeat(self: Name, account: Name): Seat {
    return new Rows<Seat>(self).requireGet(account.N, "the member has no seat: this is a fault of the contract");
}

export function saveSeat(self: Name, seat: Seat): void {
    new Rows<Seat>(self).update(seat, SAME_PAYER);
}

// Files an application, whose proof is checked when its admission is proposed. A founder, and anybody with a bond while the
// pool is open, proves its key and is admitted at once.
export function join(self: Name, config: Config, account: Name, key: PublicKey, terms: Checksum256, proof: Signature, payee: Name, url: string, location: u16, owners: string): void {
    requireOpen(config);
    const members = new Rows<Member>(self);
    const known = members.get(account.N);
    if (known != null) requireMayReturn(self, known);
    if (account == self || account == config.producer) fail(`${account} is the pool itself and cannot be a member`);
    if (config.phase == FOUNDING) takeFounder(self, account);
    if (terms != config.terms) fail(`terms ${terms} are not the pool's: agree to ${config.terms}`);
    requireText("url", url);
    requireText("owners", owners);
    requirePayee(self, config, payee);
    const member = new Member(account, payee, APPLIED, NO_INDEX, key, false, false, location, config.terms_version, now());
    member.url = url;
    member.owners = owners;
    if (config.phase == FOUNDING || config.open) {
        requireProof(self, config, account, key, proof);
        takeKey(self, account, key, account);
    } else {
        fileProof(self, config, member, proof);
    }
    if (config.bond > 0) member.bond = holdBond(self, account, config.bond);
    if (known == null) {
        members.store(member, account);
    } else {
        member.proposals = known.proposals;
        member.cases = known.cases;
        member.bond = add(member.bond, known.bond);
        member.challenge_rest = known.challenge_rest;
        members.update(member, account);
    }
    if (config.phase == FOUNDING) seat(self, config, member, new TimePointSec());
    else if (config.open) {
        requireChangeGap(self, config);
        seat(self, config, member, nowPlus(config.probation));
    }
}

function requireMayReturn(self: Name, known: Member): void {
    if (known.status == EXPELLED) fail(`${known.account} was expelled: it cannot join again`);
    if (known.status != LEFT) fail(`${known.account} has joined already: setkey, setpayee, setinfo and agree change what it said`);
    const left = secondsUntil(known.until);
    if (left > 0) fail(`${known.account} left and can join again in ${left} seconds: until then its bond is kept, or its suspension lasts`);
    if (new Rows<Seat>(self).exists(known.account.N)) {
        fail(`${known.account} left and its windows can still be reported: it can join again when prune has freed its seat`);
    }
}

function takeFounder(self: Name, account: Name): void {
    const founders = new Rows<Founder>(self);
    const founder = founders.get(account.N);
    if (founder == null) fail(`${account} is no founder: others join after the hand-over`);
    founders.remove(founder!);
}

// Each admission means a new schedule for the whole chain, so they are kept apart.
function requireChangeGap(self: Name, config: Config): void {
    const left = secondsLeft(loadState(self).changed_at, config.changegap);
    if (left > 0) fail(`the last admission was less than ${config.changegap} seconds ago: wait ${left} more seconds`);
}

export function requireApplicant(self: Name, config: Config, account: Name): Member {
    const member = loadMember(self, account);
    if (member.status == LEFT || member.status == EXPELLED) fail(`${account} left or was expelled: it has to join again first`);
    if (member.status != APPLIED) fail(`${account} is a member already`);
    if (member.terms != config.terms_version) fail(`${account} agreed to version ${member.terms} of the terms: it has to agree to version ${config.terms_version} first`);
    requireOwnKey(self, config, member);
    return member;
}

// After a vote. The applicant may have joined anew since the proposal, so all is checked again. The pool pays for the row in
// the history of keys: only the applicant's signature could make it pay, and before the vote strangers would use up the RAM.
export function admit(self: Name, config: Config, account: Name): void {
    requireOpen(config);
    const member = requireApplicant(self, config, account);
    requireChangeGap(self, config);
    if (!isProven(member)) {
        takeKey(self, account, member.key, self);
        dropProof(member);
    }
    seat(self, config, member, nowPlus(config.probation));
}

function seat(self: Name, config: Config, member: Member, probation: TimePointSec): void {
    const state = loadState(self);
    const index = freeIndex(self);
    const account = member.account;
    new Rows<Seat>(self).store(
        new Seat(account, index, currentWindow(), 0, 0, 0, true, true, state.next_proposal, probation, EMPTY_NAME, member.key), self,
    );
    member.status = ACTIVE;
    member.index = index;
    saveMember(self, member);
    state.changed_at = now();
    saveState(self, state);
    refreshSigning(self, config);
    refreshOwner(self, config);
}

// An applicant is gone at once. A member gives notice: it goes on signing and is paid until the notice is over.
export function leave(self: Name, config: Config, account: Name): void {
    const member = loadMember(self, account);
    if (member.status == LEFT || member.status == EXPELLED) fail(`${account} is no member any more: it left or was expelled`);
    if (member.status == NOTICE) fail(`${account} has given notice already: it ends in ${secondsUntil(member.until)} seconds, then call depart`);
    if (member.status == APPLIED) {
        endKey(self, member);
        dropProof(member);
        member.status = LEFT;
        member.until = now();
        saveMember(self, member);
        return;
    }
    if (config.phase != DISSOLVED) requireNotLast(self, account);
    if (member.status == SUSPENDED || config.notice == 0) {
        remove(self, config, member, LEFT);
        return;
    }
    member.status = NOTICE;
    member.until = nowPlus(config.notice);
    saveMember(self, member);
    const seat = loadSeat(self, account);
    seat.voting = false;
    saveSeat(self, seat);
    refreshOwner(self, config);
}

// Ends a membership whose notice is over; anyone may call it.
export function depart(self: Name, config: Config, account: Name): void {
    const member = loadMember(self, account);
    if (member.status != NOTICE) fail(`${account} has not given notice: it calls leave first`);
    const left = secondsUntil(member.until);
    if (left > 0) fail(`the notice of ${account} ends in ${left} seconds: depart after that`);
    remove(self, config, member, LEFT);
}

// Takes the member out of the signing authority at once. What it earned stays its own, and its bond is kept for a while.
export function remove(self: Name, config: Config, member: Member, status: u8): void {
    endKey(self, member);
    const bondUntil = bondForLeaver(config);
    if (member.status != SUSPENDED || member.until.utcSeconds < bondUntil.utcSeconds) member.until = bondUntil;
    member.status = status;
    member.respond_by = new TimePointSec();
    saveMember(self, member);
    const seat = loadSeat(self, member.account);
    if (seat.until == 0) seat.until = currentWindow();
    const signed = seat.signing;
    const voted = seat.voting;
    seat.voting = false;
    seat.signing = false;
    saveSeat(self, seat);
    if (signed) refreshSigning(self, config);
    if (voted) refreshOwner(self, config);
}

// A leaver's seat goes when nothing can be credited to it any more; returns whether it went.
export function freeSeat(self: Name, config: Config, closedThrough: u64, seat: Seat, status: u8): bool {
    if (status != LEFT && status != EXPELLED) return false;
    if (seat.shares > 0 || seat.closing > 0) return false;
    if (seat.until > closedThrough && secondsLeft(windowEnd(seat.until), holdSeconds(config)) > 0) return false;
    new Rows<Seat>(self).remove(seat);
    return true;
}

// Erases what is known of a leaver, once nothing is owed to it and nothing is kept of it; anyone may call it.
export function forget(self: Name, account: Name): void {
    const members = new Rows<Member>(self);
    const member = loadMember(self, account);
    if (member.status != LEFT) fail(`${account} has status ${member.status}: only who left (4) is forgotten`);
    if (new Rows<Seat>(self).exists(account.N)) fail(`${account} still has its seat: prune frees it when its windows are closed`);
    if (member.bond > 0) fail(`${account} has a bond here: call release first`);
    if (member.cases > 0) fail(`${account} is the respondent of ${member.cases} cases: they have to end first`);
    if (member.proposals > 0) fail(`${account} has ${member.proposals} proposals that are not finished: tally, execute or expire them first`);
    eraseCredits(self, account);
    members.remove(member);
    const deposits = new Rows<Deposit>(self);
    const deposit = deposits.get(account.N);
    if (deposit != null && deposit.free == 0 && deposit.cases == 0) deposits.remove(deposit);
}

function eraseCredits(self: Name, account: Name): void {
    const books = new Rows<Books>(self);
    let token = books.first();
    while (token != null) {
        const credits = new Rows<Credit>(self, new Name(token.id));
        const row = credits.get(account.N);
        if (row != null) {
            if (row.owed > 0) fail(`${account} is owed something in token ${token.id}: call claim first`);
            credits.remove(row);
        }
        token = books.next(token);
    }
}

// What a member says of itself; declared common owners are to be kept true.
export function setInfo(self: Name, account: Name, url: string, location: u16, owners: string): void {
    const member = loadMember(self, account);
    requireText("url", url);
    requireText("owners", owners);
    member.url = url;
    member.location = location;
    member.owners = owners;
    new Rows<Member>(self).update(member, account);
}

export function setPayee(self: Name, config: Config, account: Name, payee: Name): void {
    const member = loadMember(self, account);
    requirePayee(self, config, payee);
    member.payee = payee;
    saveMember(self, member);
}
