import { Table, Name, EMPTY_NAME, Symbol, Checksum256, TimePointSec } from "proton-tsc";

export const CORE: u64 = 0;

export const OPENED: u8 = 0;
export const ANSWERED: u8 = 1;
export const RULED: u8 = 2;
export const APPEALED: u8 = 3;
export const DONE: u8 = 4;

// a row for each token the pool pays in, 0 is the core token: balance of holder and contract = owed + bucket + infrastructure +
// escrow + deposits
@table("books")
export class Books extends Table {
    constructor(
        public id: u64 = 0,
        public contract: Name = EMPTY_NAME,
        public symbol: Symbol = new Symbol("EOS", 4),
        public holder: Name = EMPTY_NAME, // the producer account, which pays before the contract's own does
        public owed: i64 = 0,
        public bucket: i64 = 0,
        public infrastructure: i64 = 0,
        public escrow: i64 = 0,
        public deposits: i64 = 0,
        public closing_bucket: i64 = 0, // the part of the bucket that belongs to the epoch that was cut
        public income_total: i64 = 0,
        public credited_total: i64 = 0,
        public paid_total: i64 = 0,
        public spent_total: i64 = 0,
    ) { super(); }

    @primary
    get primary(): u64 { return this.id; }
}

// scope: the token's id in books
@table("credits")
export class Credit extends Table {
    constructor(
        public account: Name = EMPTY_NAME,
        public owed: i64 = 0,
        public credited: i64 = 0,
        public paid: i64 = 0,
    ) { super(); }

    @primary
    get primary(): u64 { return this.account.N; }
}

// core tokens that an account keeps here for bonds and fees; paid by the account
@table("deposits")
export class Deposit extends Table {
    constructor(
        public account: Name = EMPTY_NAME,
        public free: i64 = 0,
        public cases: u8 = 0, // it opened and that are not finished
    ) { super(); }

    @primary
    get primary(): u64 { return this.account.N; }
}

// monthly orders, and one-off spends that wait in escrow
@table("orders")
export class Order extends Table {
    constructor(
        public id: u64 = 0,
        public payee: Name = EMPTY_NAME,
        public amount: i64 = 0,
        public escrow: boolean = false,
        public months: u16 = 0, // still to pay; 0 for an escrow
        public due: TimePointSec = new TimePointSec(), // of the next month; of an escrow's acceptance
        public in_case: u64 = 0, // case that decides about it, 0 for none
        public text: string = "",
    ) { super(); }

    @primary
    get primary(): u64 { return this.id; }
}

// paid by the claimant
@table("cases")
export class Case extends Table {
    constructor(
        public id: u64 = 0,
        public status: u8 = 0,
        public claimant: Name = EMPTY_NAME,
        public respondent: Name = EMPTY_NAME,
        public order: u64 = 0, // escrow it is about, 0 for none
        public window: u64 = 0, // window it is about, 0 for none
        public fee: i64 = 0,
        public opened: TimePointSec = new TimePointSec(),
        public until: TimePointSec = new TimePointSec(), // of a ruling, then of an appeal, then when it was done
        public evidence: Checksum256 = new Checksum256(),
        public reply: Checksum256 = new Checksum256(),
        public reason: Checksum256 = new Checksum256(),
        public counted: boolean = false, // among the cases against a member
        public appealed: u64 = 0, // proposal of the appeal, 0 for none
        public overturned: boolean = false,
        public compensation: i64 = 0,
        public penalty: i64 = 0,
        public act: Name = EMPTY_NAME, // none, suspend, expel, void, release or giveback
        public value: u64 = 0, // seconds of a suspension
        public panel: Name[] = [],
    ) { super(); }

    @primary
    get primary(): u64 { return this.id; }
}

// scope: the case; paid by the arbitrator
@table("rulings")
export class Ruling extends Table {
    constructor(
        public arbitrator: Name = EMPTY_NAME,
        public compensation: i64 = 0,
        public penalty: i64 = 0,
        public act: Name = EMPTY_NAME,
        public value: u64 = 0,
        public reason: Checksum256 = new Checksum256(),
    ) { super(); }

    @primary
    get primary(): u64 { return this.arbitrator.N; }
}
