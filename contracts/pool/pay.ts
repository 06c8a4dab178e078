import { Name, Asset, TableStore, SAME_PAYER, check } from "proton-tsc";
import { Config, Member, Seat } from "./tables";
import { add, mul, sub } from "./math";
import { loadBooks, requireCovered, saveBooks, saveConfig } from "./books";
import { forgetIfSettled, loadMember, memberIn } from "./roster";
import { requireNoneOpen } from "./windows";
import { secondsLeft } from "./time";
import { sendTokens } from "./system";

// Ends the running epoch at its newest settled window: its shares and its bucket are set aside, the next epoch begins.
// So an epoch can be disputed and closed while the pool goes on producing.
export function cut(self: Name, config: Config): void {
    check(config.closing_through == config.closed_through, `the epoch before ${config.epoch} is not closed yet: close it first`);
    const seats = new TableStore<Seat>(self);
    let total: i64 = 0;
    let seat = seats.first();
    while (seat != null) {
        total = add(total, <i64>seat.shares);
        if (seat.shares > 0) {
            seat.closing = seat.shares;
            seat.shares = 0;
            seats.update(seat, SAME_PAYER);
        }
        seat = seats.next(seat);
    }
    check(total > 0, `epoch ${config.epoch} has no share: a settled window with an eligible member is needed`);
    requireNoneOpen(self, config);
    check(config.harvested, `epoch ${config.epoch} has no income of the producer yet: call harvest first`);
    const bucket = loadBooks(self).bucket;
    check(bucket >= total, `the bucket of ${new Asset(bucket, config.core)} gives nothing for each of ${total} shares: wait for income`);
    config.closing_through = config.last_window;
    config.closing_settled_at = config.settled_at;
    config.closing_bucket = bucket;
    config.epoch += 1;
    config.harvested = false;
    saveConfig(self, config);
}

// Splits the bucket of the cut epoch once over its shares: the floor per share is credited, the remainder stays in the
// bucket. Without a cut before, the running epoch is cut first.
export function close(self: Name, config: Config): void {
    const wasCut = config.closing_through > config.closed_through;
    const settledAt = wasCut ? config.closing_settled_at : config.settled_at;
    const through = wasCut ? config.closing_through : config.last_window;
    const left = secondsLeft(settledAt, config.dispute_seconds);
    if (left > 0) check(false, `window ${through} can be disputed for ${left} more seconds: close after that`);
    if (!wasCut) cut(self, config);

    const books = loadBooks(self);
    const perShare = config.closing_bucket / closingShares(self);
    config.closed_through = config.closing_through;
    config.closing_bucket = 0;
    saveConfig(self, config);
    const credited = creditShares(self, config, perShare);
    books.bucket = sub(books.bucket, credited);
    books.owed = add(books.owed, credited);
    books.credited_total = add(books.credited_total, credited);
    requireCovered(self, config, books, 0);
    saveBooks(self, books);
}

function closingShares(self: Name): i64 {
    const seats = new TableStore<Seat>(self);
    let total: i64 = 0;
    let seat = seats.first();
    while (seat != null) {
        total = add(total, <i64>seat.closing);
        seat = seats.next(seat);
    }
    check(total > 0, "the cut epoch has no share: this is a fault of the contract");
    return total;
}

function creditShares(self: Name, config: Config, perShare: i64): i64 {
    const seats = new TableStore<Seat>(self);
    const members = new TableStore<Member>(self);
    let credited: i64 = 0;
    let seat = seats.first();
    while (seat != null) {
        const following = seats.next(seat);
        if (seat.closing > 0 || seat.until != 0) {
            const member = memberIn(members, seat.account);
            const credit = mul(perShare, <i64>seat.closing);
            member.owed = add(member.owed, credit);
            member.credited = add(member.credited, credit);
            members.update(member, SAME_PAYER);
            credited = add(credited, credit);
            seat.closing = 0;
            seats.update(seat, SAME_PAYER);
            forgetIfSettled(self, config, member, seat);
        }
        seat = following;
    }
    return credited;
}

// Pays what is owed to the member's payee, whoever asks. State first, transfer last.
export function claim(self: Name, config: Config, account: Name): void {
    const members = new TableStore<Member>(self);
    const member = loadMember(self, account);
    check(member.owed > 0, `nothing to claim: ${account} is owed ${new Asset(0, config.core)} until an epoch is closed`);
    const books = loadBooks(self);
    const amount = member.owed;
    const payee = member.payee;
    member.owed = 0;
    member.paid = add(member.paid, amount);
    members.update(member, SAME_PAYER);
    books.owed = sub(books.owed, amount);
    books.paid_total = add(books.paid_total, amount);
    requireCovered(self, config, books, amount);
    saveBooks(self, books);
    const seat = new TableStore<Seat>(self).get(<u64>member.index);
    if (seat != null) forgetIfSettled(self, config, member, seat!);
    sendTokens(config.token_contract, self, payee, amount, config.core, `pay of ${account} from the block producer pool`);
}
