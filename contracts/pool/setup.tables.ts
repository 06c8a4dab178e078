import { Table, Name, EMPTY_NAME, Checksum256, TimePointSec } from "proton-tsc";

export const FOUNDING: u8 = 0;
export const LIVE: u8 = 1;
export const DISSOLVING: u8 = 2;
export const DISSOLVED: u8 = 3;

// the pool's profile and its voted figures: what most actions read and few change
@table("config", singleton)
export class Config extends Table {
    constructor(
        public producer: Name = EMPTY_NAME,
        public phase: u8 = 0,
        public registered: boolean = false,
        public open: boolean = false, // anybody with a bond is admitted, on probation, without a vote
        public eligible_percent: u8 = 50,
        public infra_permille: u16 = 100,
        public location: u16 = 0,
        public mingap: u32 = 10, // two windows of the pool are at least so many windows apart
        // seconds
        public deadline: u32 = 86400, // to report a window, after its end
        public dispute: u32 = 259200, // between the end of an epoch and its close
        public votetime: u32 = 259200,
        public locktime: u32 = 86400, // between a passed vote and its execution
        public grace: u32 = 1209600, // to agree to new terms
        public probation: u32 = 2592000, // without a vote, after the admission
        public notice: u32 = 604800, // between leaving and the end of membership; also how long a bond is kept after it
        public challenge: u32 = 259200, // to respond to a challenge
        public changegap: u32 = 3600, // between two admissions, and between two keys of one member
        public pausetime: u32 = 86400,
        public casetime: u32 = 2592000, // until a case without a ruling lapses
        public appealtime: u32 = 259200,
        // units of the core token
        public bond: i64 = 0,
        public casefee: i64 = 0,
        public monthlimit: i64 = 0, // the most that the treasury spends in 30 days
        public terms_version: u32 = 1,
        public terms_grace: TimePointSec = new TimePointSec(), // until when members agree to the newest terms
        public paused_at: TimePointSec = new TimePointSec(), // of the last pause
        public paused_until: TimePointSec = new TimePointSec(),
        public chain_id: Checksum256 = new Checksum256(),
        public terms: Checksum256 = new Checksum256(),
        public url: string = "",
    ) { super(); }
}

// what runs on by itself: epochs, counters, the month's spending
@table("state", singleton)
export class State extends Table {
    constructor(
        // the running epoch: the windows after closing_through
        public epoch: u32 = 1,
        public first_window: u64 = 0, // in which the producer was first registered: no earlier one can be reported
        public last_window: u64 = 0, // newest settled one
        public settled_at: TimePointSec = new TimePointSec(),
        public harvested: boolean = false, // a claim has brought income in this epoch
        public before_claim: i64 = -1, // units of the producer account while a claim is under way
        // the epoch that was cut and waits for its dispute time: the windows after closed_through up to closing_through
        public closing_through: u64 = 0,
        public closing_settled_at: TimePointSec = new TimePointSec(),
        public closed_through: u64 = 0,
        public next_proposal: u64 = 1,
        public next_order: u64 = 1,
        public next_case: u64 = 1,
        public changed_at: TimePointSec = new TimePointSec(), // last admission
        public month: u32 = 0, // days since 1970 divided by 30
        public month_spent: i64 = 0,
        public pauser: Name = EMPTY_NAME, // asked for a pause and waits for a second member
        public pauser_at: TimePointSec = new TimePointSec(),
        public dissolving_at: TimePointSec = new TimePointSec(), // when the dissolution began, then when the producer was unregistered
    ) { super(); }
}

// named by init and not joined yet; empty after the hand-over
@table("founders")
export class Founder extends Table {
    constructor(public account: Name = EMPTY_NAME) { super(); }

    @primary
    get primary(): u64 { return this.account.N; }
}

// every constitution that was ever in force
@table("terms")
export class Terms extends Table {
    constructor(
        public version: u32 = 0,
        public hash: Checksum256 = new Checksum256(),
        public since: TimePointSec = new TimePointSec(),
        public grace_until: TimePointSec = new TimePointSec(),
    ) { super(); }

    @primary
    get primary(): u64 { return <u64>this.version; }
}

// actions by which the chain pays the producer; each takes the producer's name
@table("claims")
export class ClaimAction extends Table {
    constructor(
        public id: u64 = 0,
        public code: Name = EMPTY_NAME,
        public name: Name = EMPTY_NAME,
    ) { super(); }

    @primary
    get primary(): u64 { return this.id; }
}

// by what rule emitters choose blocks, from a window on; before it the previous one holds
@table("strategy", singleton)
export class Strategy extends Table {
    constructor(
        public strategy: string = "first-delivered",
        public mode: Name = EMPTY_NAME,
        public from_window: u64 = 0,
        public previous_strategy: string = "first-delivered",
        public previous_mode: Name = EMPTY_NAME,
    ) { super(); }
}
