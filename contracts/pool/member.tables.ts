import { Table, Name, EMPTY_NAME, PublicKey, TimePointSec } from "proton-tsc";

export const APPLIED: u8 = 0;
export const ACTIVE: u8 = 1;
export const NOTICE: u8 = 2; // has said that it leaves: still signs and is paid, votes no more
export const SUSPENDED: u8 = 3;
export const LEFT: u8 = 4;
export const EXPELLED: u8 = 5;
export const NO_INDEX: u8 = 255;

// everybody who applied, is or was a member; paid by the account itself
@table("members")
export class Member extends Table {
    constructor(
        public account: Name = EMPTY_NAME,
        public payee: Name = EMPTY_NAME,
        public status: u8 = 0,
        public index: u8 = NO_INDEX,
        public key: PublicKey = new PublicKey(),
        public leaving: boolean = false, // had given notice before it was suspended
        public keyless: boolean = false, // took its key out of the signing authority
        public location: u16 = 0,
        public terms: u32 = 0, // version it agreed to
        public joined: TimePointSec = new TimePointSec(),
        public until: TimePointSec = new TimePointSec(), // end of the notice, of the suspension, or of keeping the bond
        public rotated: TimePointSec = new TimePointSec(), // last change of key
        public respond_by: TimePointSec = new TimePointSec(), // challenged: has to respond until then
        public challenge_rest: TimePointSec = new TimePointSec(), // not to be challenged again before
        public proposals: u8 = 0, // its proposals that are not finished
        public cases: u16 = 0, // cases against it that are not finished
        public bond: i64 = 0,
        public url: string = "",
        public owners: string = "", // other members it owns, controls or shares machines with, as it declares
        public proof_terms: u32 = 0, // version of the terms that `proof` is for
        public proof: u8[] = [], // signature of an applicant's key that nobody has checked yet; empty for all others
    ) { super(); }

    @primary
    get primary(): u64 { return this.account.N; }
}

// What a claim reads of a member: the first two columns, and not its key, its times and its texts, a fifth of what it executes.
@table("members", noabigen)
export class Payee extends Table {
    constructor(
        public account: Name = EMPTY_NAME,
        public payee: Name = EMPTY_NAME,
    ) { super(); }

    @primary
    get primary(): u64 { return this.account.N; }
}

// one for each bit of the eligible bitmap, at most 100: what loops touch, so that applicants make no loop longer
@table("seats")
export class Seat extends Table {
    constructor(
        public account: Name = EMPTY_NAME,
        public index: u8 = 0,
        public since: u64 = 0, // window of the admission
        public until: u64 = 0, // window in which it left or was suspended, 0 while it takes part
        public shares: u32 = 0, // of the running epoch
        public closing: u32 = 0, // of the epoch that was cut
        public voting: boolean = true,
        public signing: boolean = true,
        public votes_from: u64 = 0, // first proposal it votes on
        public probation_until: TimePointSec = new TimePointSec(),
        public proxy: Name = EMPTY_NAME,
        public key: PublicKey = new PublicKey(),
    ) { super(); }

    @primary
    get primary(): u64 { return this.account.N; }
}

// every signing key ever used, by the first 8 bytes of its sha256: no key is used by two members
@table("keys")
export class KeyUse extends Table {
    constructor(
        public id: u64 = 0,
        public account: Name = EMPTY_NAME,
        public key: PublicKey = new PublicKey(),
        public since: TimePointSec = new TimePointSec(),
        public until: TimePointSec = new TimePointSec(), // 0 while in use
    ) { super(); }

    @primary
    get primary(): u64 { return this.id; }
}
