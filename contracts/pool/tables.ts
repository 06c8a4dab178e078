import { Table, Name, EMPTY_NAME, Symbol, PublicKey, Checksum256, TimePointSec } from "proton-tsc";

export const APPLIED: u8 = 0;
export const ACTIVE: u8 = 1;
export const LEFT: u8 = 2;
export const NO_INDEX: u8 = 255;

@table("config", singleton)
export class Config extends Table {
    constructor(
        public producer: Name = EMPTY_NAME,
        public token_contract: Name = EMPTY_NAME,
        public core: Symbol = new Symbol("EOS", 4),
        public chain_id: Checksum256 = new Checksum256(),
        public terms: Checksum256 = new Checksum256(),
        public location: u16 = 0,
        public registered: boolean = false,
        public eligible_percent: u8 = 0,
        public infra_permille: u16 = 0,
        public dispute_seconds: u32 = 0,
        // the running epoch: the windows after closing_through
        public epoch: u32 = 1,
        public last_window: u64 = 0,
        public settled_at: TimePointSec = new TimePointSec(),
        public harvested: boolean = false,
        // the epoch that was cut and waits for its dispute time: the windows after closed_through up to closing_through
        public closing_through: u64 = 0,
        public closing_settled_at: TimePointSec = new TimePointSec(),
        public closing_bucket: i64 = 0,
        public closed_through: u64 = 0,
        public url: string = "",
    ) { super(); }
}

// balance = owed + bucket + infrastructure + escrow + deposits, in units of the core token
@table("books", singleton)
export class Books extends Table {
    constructor(
        public owed: i64 = 0,
        public bucket: i64 = 0,
        public infrastructure: i64 = 0,
        public escrow: i64 = 0,
        public deposits: i64 = 0,
        public income_total: i64 = 0,
        public credited_total: i64 = 0,
        public paid_total: i64 = 0,
    ) { super(); }
}

// everybody who applied, is active, or left and is not settled yet; an applicant pays for its own row
@table("members")
export class Member extends Table {
    constructor(
        public account: Name = EMPTY_NAME,
        public status: u8 = 0,
        public index: u8 = NO_INDEX,
        public key: PublicKey = new PublicKey(),
        public payee: Name = EMPTY_NAME,
        public location: u16 = 0,
        public terms: Checksum256 = new Checksum256(),
        public joined: TimePointSec = new TimePointSec(),
        public owed: i64 = 0,
        public credited: i64 = 0,
        public paid: i64 = 0,
        public url: string = "",
    ) { super(); }

    @primary
    get primary(): u64 { return this.account.N; }
}

// a bit of the eligible bitmap: the small row that loops touch, so that applicants cannot make a loop longer
@table("seats")
export class Seat extends Table {
    constructor(
        public index: u8 = 0,
        public account: Name = EMPTY_NAME,
        public since: u64 = 0, // window of the admission
        public until: u64 = 0, // window of leaving, 0 while active
        public shares: u32 = 0, // of the running epoch
        public closing: u32 = 0, // of the epoch that was cut
    ) { super(); }

    @primary
    get primary(): u64 { return <u64>this.index; }
}

// every signing key ever used, by the first 8 bytes of its sha256: no key is used by two members
@table("keys")
export class KeyUse extends Table {
    constructor(
        public id: u64 = 0,
        public account: Name = EMPTY_NAME,
        public key: PublicKey = new PublicKey(),
        public since: TimePointSec = new TimePointSec(),
    ) { super(); }

    @primary
    get primary(): u64 { return this.id; }
}

@table("oracles")
export class Oracle extends Table {
    constructor(
        public account: Name = EMPTY_NAME,
        public active: boolean = true,
        public open: u32 = 0, // its reports of windows that are not settled
    ) { super(); }

    @primary
    get primary(): u64 { return this.account.N; }
}

// windows that have reports and are not settled
@table("open")
export class OpenWindow extends Table {
    constructor(
        public window: u64 = 0,
        public opened: TimePointSec = new TimePointSec(),
    ) { super(); }

    @primary
    get primary(): u64 { return this.window; }
}

// scope: the window
@table("reports")
export class Report extends Table {
    constructor(
        public oracle: Name = EMPTY_NAME,
        public hash: Checksum256 = new Checksum256(),
        public metrics_hash: Checksum256 = new Checksum256(),
        public log_root: Checksum256 = new Checksum256(),
        public time: TimePointSec = new TimePointSec(),
    ) { super(); }

    @primary
    get primary(): u64 { return this.oracle.N; }
}

// settled windows of the running epoch, and those of closed epochs that are not pruned yet
@table("windows")
export class Window extends Table {
    constructor(
        public window: u64 = 0,
        public epoch: u32 = 0,
        public settled: TimePointSec = new TimePointSec(),
        public reports: u16 = 0,
        public hash: Checksum256 = new Checksum256(),
        public metrics_hash: Checksum256 = new Checksum256(),
        public log_root: Checksum256 = new Checksum256(),
        public eligible: u8[] = [],
        public strategy: string = "",
        public version: string = "",
    ) { super(); }

    @primary
    get primary(): u64 { return this.window; }
}
