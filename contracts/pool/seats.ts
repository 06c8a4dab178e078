import { Name } from "proton-tsc";
import { Seat } from "./member.tables";
import { fail } from "./fail";
import { secondsUntil } from "./time";
import { Rows } from "./rows";

// 112 keys fit an inline regproducer2 (4,096 bytes), with a url of 255 bytes some 105
export const MAX_SEATS: i32 = 100;

export function findSeat(self: Name, account: Name): Seat | null {
    return new Rows<Seat>(self).get(account.N);
}

export function takesPart(seat: Seat): bool {
    return seat.until == 0;
}

// whether it votes on what is proposed now
export function mayVote(seat: Seat): bool {
    return seat.voting && takesPart(seat) && secondsUntil(seat.probation_until) == 0;
}

export function requireVoter(self: Name, account: Name): Seat {
    const seat = findSeat(self, account);
    if (seat == null) fail(`${account} is not a member: it would have to join and be admitted first`);
    if (!seat!.voting || !takesPart(seat!)) fail(`${account} is leaving, suspended or gone: only active members do this`);
    const left = secondsUntil(seat!.probation_until);
    if (left > 0) fail(`${account} is on probation for ${left} more seconds: it has no vote until then`);
    return seat!;
}

// members with a vote now or after their probation, at most `enough`
export function countVoting(self: Name, enough: i32): i32 {
    const seats = new Rows<Seat>(self);
    let count = 0;
    let seat = seats.first();
    while (seat != null && count < enough) {
        if (seat.voting && takesPart(seat)) count += 1;
        seat = seats.next(seat);
    }
    return count;
}

// whether fewer than two members can vote now
export function isAlone(self: Name): bool {
    const seats = new Rows<Seat>(self);
    let count = 0;
    let seat = seats.first();
    while (seat != null && count < 2) {
        if (mayVote(seat)) count += 1;
        seat = seats.next(seat);
    }
    return count < 2;
}

// The pool would have nobody to vote, and so nothing could ever be changed: no membership ends this way.
export function requireNotLast(self: Name, account: Name): void {
    const seat = findSeat(self, account);
    if (seat == null || !seat.voting || !takesPart(seat)) return;
    if (countVoting(self, 2) < 2) fail(`${account} is the last member with a vote: admit another one, or dissolve the pool with propdissolve`);
}

export function freeIndex(self: Name): u8 {
    const seats = new Rows<Seat>(self);
    const taken = new StaticArray<bool>(MAX_SEATS);
    let count = 0;
    let seat = seats.first();
    while (seat != null) {
        taken[seat.index] = true;
        count += 1;
        seat = seats.next(seat);
    }
    if (count >= MAX_SEATS) fail(`all ${MAX_SEATS} seats are taken: one has to become free first`);
    let index: i32 = 0;
    while (taken[index]) index += 1;
    return <u8>index;
}
