import { Table, Name, EMPTY_NAME, Asset, Symbol, PublicKey, Checksum256, TimePointSec } from "proton-tsc";

export const VOTING: u8 = 0;
export const PASSED: u8 = 1; // waits for the end of its lock time
export const EXECUTED: u8 = 2;
export const REJECTED: u8 = 3;
export const EXPIRED: u8 = 4; // passed, and nobody executed it in time
export const CANCELLED: u8 = 5;

// what is voted on; which columns a kind uses is told by its action. Paid by the proposer
@table("proposals")
export class Proposal extends Table {
    constructor(
        public id: u64 = 0,
        public kind: Name = EMPTY_NAME,
        public proposer: Name = EMPTY_NAME,
        public status: u8 = 0,
        public two_thirds: boolean = false,
        public counted: boolean = false, // among its proposer's unfinished ones, as a member's
        public created: TimePointSec = new TimePointSec(),
        public ends: TimePointSec = new TimePointSec(),
        public unlock: TimePointSec = new TimePointSec(),
        public done: TimePointSec = new TimePointSec(),
        // of the count
        public yes: u16 = 0,
        public no: u16 = 0,
        public electors: u16 = 0,
        // these two do not vote
        public respondent: Name = EMPTY_NAME,
        public other: Name = EMPTY_NAME,
        public hash: Checksum256 = new Checksum256(), // of all that follows and the kind
        public subject: Name = EMPTY_NAME,
        public target: Name = EMPTY_NAME,
        public token: Name = EMPTY_NAME,
        public value: u64 = 0,
        public option: u64 = 0,
        public amount: Asset = new Asset(0, new Symbol("EOS", 4)),
        public key: PublicKey = new PublicKey(),
        public digest: Checksum256 = new Checksum256(),
        public data: u8[] = [],
        public detail: string = "",
        public text: string = "",
    ) { super(); }

    @primary
    get primary(): u64 { return this.id; }
}

// scope: the proposal; paid by the voter
@table("votes")
export class Vote extends Table {
    constructor(
        public voter: Name = EMPTY_NAME,
        public yes: boolean = false,
    ) { super(); }

    @primary
    get primary(): u64 { return this.voter.N; }
}

@table("emitters")
export class Emitter extends Table {
    constructor(
        public account: Name = EMPTY_NAME,
        public key: PublicKey = new PublicKey(), // signs its log
        public endpoints: string = "",
        public stopper: Name = EMPTY_NAME, // asked for a stop and waits for a second member
        public stopper_at: TimePointSec = new TimePointSec(),
    ) { super(); }

    @primary
    get primary(): u64 { return this.account.N; }
}

@table("oracles")
export class Oracle extends Table {
    constructor(
        public account: Name = EMPTY_NAME,
        public active: boolean = true,
        public stopper: Name = EMPTY_NAME,
        public stopper_at: TimePointSec = new TimePointSec(),
        public open: u32 = 0, // its reports of windows that are not settled
    ) { super(); }

    @primary
    get primary(): u64 { return this.account.N; }
}

@table("arbitrators")
export class Arbitrator extends Table {
    constructor(
        public account: Name = EMPTY_NAME,
        public stopper: Name = EMPTY_NAME,
        public stopper_at: TimePointSec = new TimePointSec(),
    ) { super(); }

    @primary
    get primary(): u64 { return this.account.N; }
}
