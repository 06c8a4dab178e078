import { Name, PublicKey, Signature, Checksum256, TableStore, SAME_PAYER, Utils, check, isAccount } from "proton-tsc";
import { Config, Member, Seat, APPLIED, ACTIVE, LEFT, NO_INDEX } from "./tables";
import { requireProof, takeKey } from "./keys";
import { sendRegister } from "./system";
import { currentWindow, now } from "./time";

// 112 keys fit an inline regproducer2 (4,096 bytes), with a url of 255 bytes some 105
const MAX_MEMBERS: i32 = 100;
const MAX_URL: i32 = 255;

export function requireUrl(url: string): void {
    const bytes = Utils.stringToU8Array(url).length;
    check(bytes <= MAX_URL, `the url has ${bytes} bytes: at most ${MAX_URL} are allowed`);
}

function requirePayee(self: Name, config: Config, payee: Name): void {
    check(isAccount(payee), `payee ${payee} is no account on this chain`);
    check(payee != self && payee != config.producer, `payee ${payee} belongs to the pool itself: name an account of the member`);
}

export function loadMember(self: Name, account: Name): Member {
    return memberIn(new TableStore<Member>(self), account);
}

// for loops: one store for all, and a sentence only where it is needed (making one costs more than reading the row)
export function memberIn(members: TableStore<Member>, account: Name): Member {
    const member = members.get(account.N);
    if (member == null) check(false, `${account} is not a member: it would have to join first`);
    return member!;
}

export function join(self: Name, config: Config, account: Name, key: PublicKey, terms: Checksum256, proof: Signature, payee: Name, url: string, location: u16): void {
    const members = new TableStore<Member>(self);
    const known = members.get(account.N);
    if (known != null) {
        check(known.status != LEFT, `${account} left and is still in the books: it can join again when its windows are closed and its credit is claimed`);
        check(false, `${account} has joined already`);
    }
    check(account != self && account != config.producer, `${account} is the pool itself and cannot be a member`);
    check(terms == config.terms, `terms ${terms} are not the pool's: agree to ${config.terms}`);
    requireUrl(url);
    requirePayee(self, config, payee);
    requireProof(self, config, account, key, proof);
    takeKey(self, account, key);
    const member = new Member(account, APPLIED, NO_INDEX, key, payee, location, terms, now());
    member.url = url;
    members.store(member, account);
}

export function admit(self: Name, config: Config, account: Name): void {
    const members = new TableStore<Member>(self);
    const member = loadMember(self, account);
    check(member.status != ACTIVE, `${account} is active already`);
    check(member.status == APPLIED, `${account} left: it has to join again first`);
    check(member.terms == config.terms, `${account} agreed to terms ${member.terms}: it has to agree to ${config.terms} first`);
    const index = freeIndex(self);
    new TableStore<Seat>(self).store(new Seat(index, account, currentWindow()), self);
    member.status = ACTIVE;
    member.index = index;
    members.update(member, self);
    refreshAuthority(self, config, "");
}

function freeIndex(self: Name): u8 {
    const seats = new TableStore<Seat>(self);
    let index: i32 = 0;
    let seat = seats.first();
    while (seat != null) {
        if (<i32>seat.index != index) break;
        index += 1;
        seat = seats.next(seat);
    }
    check(index < MAX_MEMBERS, `all ${MAX_MEMBERS} seats are taken: a member has to leave and be settled first`);
    return <u8>index;
}

export function leave(self: Name, config: Config, account: Name): void {
    const members = new TableStore<Member>(self);
    const member = loadMember(self, account);
    check(member.status != LEFT, `${account} left already`);
    if (member.status == APPLIED) {
        members.remove(member);
        return;
    }
    const seats = new TableStore<Seat>(self);
    const seat = seats.requireGet(<u64>member.index, `seat ${member.index} is missing: this is a fault of the contract`);
    seat.until = currentWindow();
    seats.update(seat, SAME_PAYER);
    member.status = LEFT;
    members.update(member, SAME_PAYER);
    refreshAuthority(self, config, `${account} is the last active member: unregister the producer or admit another one first`);
}

export function setKey(self: Name, config: Config, account: Name, key: PublicKey, proof: Signature): void {
    const members = new TableStore<Member>(self);
    const member = loadMember(self, account);
    check(member.status != LEFT, `${account} left: it has no signing key to change`);
    check(member.key != key, `key ${key} is ${account}'s signing key already`);
    requireProof(self, config, account, key, proof);
    takeKey(self, account, key);
    member.key = key;
    members.update(member, SAME_PAYER);
    if (member.status == ACTIVE) refreshAuthority(self, config, "");
}

export function setPayee(self: Name, config: Config, account: Name, payee: Name): void {
    const members = new TableStore<Member>(self);
    const member = loadMember(self, account);
    requirePayee(self, config, payee);
    member.payee = payee;
    members.update(member, SAME_PAYER);
}

// the signing keys of the active members, in the order of their seats
function activeKeys(self: Name): PublicKey[] {
    const seats = new TableStore<Seat>(self);
    const members = new TableStore<Member>(self);
    const keys: PublicKey[] = [];
    let seat = seats.first();
    while (seat != null) {
        if (seat.until == 0) keys.push(memberIn(members, seat.account).key);
        seat = seats.next(seat);
    }
    return keys;
}

// The producer's signing authority follows every change of the roster in the same transaction.
export function refreshAuthority(self: Name, config: Config, whenNobody: string): void {
    if (!config.registered) return;
    const keys = activeKeys(self);
    check(keys.length > 0, whenNobody);
    sendRegister(config.producer, keys, config.url, config.location);
}

// A leaver's rows go when nothing can be credited to it any more and nothing is owed; returns whether they went.
export function forgetIfSettled(self: Name, config: Config, member: Member, seat: Seat): bool {
    if (seat.until == 0 || seat.until > config.closed_through || seat.shares > 0 || seat.closing > 0 || member.owed > 0) return false;
    new TableStore<Seat>(self).remove(seat);
    new TableStore<Member>(self).remove(member);
    return true;
}
