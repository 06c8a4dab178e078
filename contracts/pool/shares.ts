import { Name, SAME_PAYER } from "proton-tsc";
import { Seat } from "./member.tables";
import { fail } from "./fail";
import { add, addCount, takeCount } from "./math";
import { Rows } from "./rows";

// An eligible member gets one share a window. Bit i of byte j of the bitmap stands for the seat with index 8j + i.

const MAX_BITMAP: i32 = 13;

export function isEligible(bitmap: u8[], index: i32): bool {
    if (index >> 3 >= bitmap.length) return false;
    return ((bitmap[index >> 3] >> <u8>(index & 7)) & 1) == 1;
}

// Every bit must stand for a member of that window.
export function requireBitmap(self: Name, window: u64, bitmap: u8[]): void {
    if (bitmap.length > MAX_BITMAP) fail(`the bitmap has ${bitmap.length} bytes: at most ${MAX_BITMAP} are needed`);
    if (bitmap.length > 0 && bitmap[bitmap.length - 1] == 0) fail("the bitmap ends with an empty byte: leave trailing zero bytes out");
    const known = new StaticArray<bool>(MAX_BITMAP * 8);
    const seats = new Rows<Seat>(self);
    let seat = seats.first();
    while (seat != null) {
        if (seat.since <= window && (seat.until == 0 || seat.until >= window)) known[seat.index] = true;
        seat = seats.next(seat);
    }
    for (let i = 0; i < bitmap.length * 8; i++) {
        if (isEligible(bitmap, i) && !known[i]) fail(`bit ${i} of the bitmap names no member of window ${window}: bit i is the seat with index i`);
    }
}

// Gives (or takes back) one share to each eligible seat, in the running epoch or in the one that was cut.
export function move(self: Name, bitmap: u8[], closing: bool, give: bool): void {
    if (bitmap.length == 0) return;
    const seats = new Rows<Seat>(self);
    let seat = seats.first();
    while (seat != null) {
        if (isEligible(bitmap, seat.index)) {
            const had = closing ? seat.closing : seat.shares;
            const has = give ? addCount(had, 1) : takeCount(had, 1);
            if (closing) seat.closing = has;
            else seat.shares = has;
            seats.update(seat, SAME_PAYER);
        }
        seat = seats.next(seat);
    }
}

// Sets the running epoch's shares aside and begins with none; returns how many they are.
export function cutShares(self: Name): i64 {
    const seats = new Rows<Seat>(self);
    let total: i64 = 0;
    let seat = seats.first();
    while (seat != null) {
        if (seat.shares > 0) {
            total = add(total, <i64>seat.shares);
            seat.closing = seat.shares;
            seat.shares = 0;
            seats.update(seat, SAME_PAYER);
        }
        seat = seats.next(seat);
    }
    return total;
}

export function closingShares(self: Name): i64 {
    const seats = new Rows<Seat>(self);
    let total: i64 = 0;
    let seat = seats.first();
    while (seat != null) {
        total = add(total, <i64>seat.closing);
        seat = seats.next(seat);
    }
    return total;
}
