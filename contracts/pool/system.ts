import { ActionData, Authority, Encoder, Name, EMPTY_NAME, Symbol, PublicKey, Checksum256, KeyWeight, PermissionLevel, PermissionLevelWeight, InlineAction } from "proton-tsc";
import { Stat } from "proton-tsc/token";
import { BlockAuth, BlockAuthV0 } from "./auth";
import { Rows, readForeign } from "./rows";
import { fail } from "./fail";

// What the contract asks of other contracts. The producer account's permissions belong to this contract's eosio.code.

const SYSTEM: Name = Name.fromString("eosio");
const ACCOUNTS: Name = Name.fromString("accounts");
const MSIG: Name = Name.fromString("eosio.msig");
const TRANSFER: Name = Name.fromString("transfer");
const OWNER_PERMISSION: Name = Name.fromString("owner");
const ACTIVE_PERMISSION: Name = Name.fromString("active");
const CODE_PERMISSION: Name = Name.fromString("eosio.code");

// lengths below this take one byte
const ONE_BYTE_LENGTH: i32 = 128;
// without the memo's characters, and an action without its data
const TRANSFER_BYTES: i32 = 33;
const ACTION_BYTES: i32 = 34;

@external("env", "send_inline")
declare function send_inline(action: usize, size: usize): void;

@packer
class RegProducer2 extends ActionData {
    constructor(
        public producer: Name = EMPTY_NAME,
        public producer_authority: BlockAuth = new BlockAuth(),
        public url: string = "",
        public location: u16 = 0,
    ) { super(); }
}

@packer
class OneProducer extends ActionData {
    constructor(public producer: Name = EMPTY_NAME) { super(); }
}

@packer
class OneBook extends ActionData {
    constructor(public token: u64 = 0) { super(); }
}

@packer
class UpdateAuth extends ActionData {
    constructor(
        public account: Name = EMPTY_NAME,
        public permission: Name = EMPTY_NAME,
        public parent: Name = EMPTY_NAME,
        public auth: Authority = new Authority(),
    ) { super(); }
}

@packer
class Approve extends ActionData {
    constructor(
        public proposer: Name = EMPTY_NAME,
        public proposal_name: Name = EMPTY_NAME,
        public level: PermissionLevel = new PermissionLevel(),
        public proposal_hash: Checksum256 = new Checksum256(),
    ) { super(); }
}

// any single key of the list signs valid blocks for the producer
export function sendRegister(producer: Name, keys: PublicKey[], url: string, location: u16): void {
    const weights: KeyWeight[] = [];
    for (let i = 0; i < keys.length; i++) weights.push(new KeyWeight(keys[i], 1));
    const authority = BlockAuth.new<BlockAuthV0>(new BlockAuthV0(1, weights));
    new InlineAction<RegProducer2>("regproducer2")
        .act(SYSTEM, new PermissionLevel(producer, ACTIVE_PERMISSION))
        .send(new RegProducer2(producer, authority, url, location));
}

export function sendUnregister(producer: Name): void {
    new InlineAction<OneProducer>("unregprod")
        .act(SYSTEM, new PermissionLevel(producer, ACTIVE_PERMISSION))
        .send(new OneProducer(producer));
}

// one of the chain's ways to pay a producer: an action with the producer's name as its only argument
export function sendClaimReward(code: Name, name: Name, producer: Name): void {
    const claim = new InlineAction<OneProducer>("claimrewards");
    claim.action = name;
    claim.act(code, new PermissionLevel(producer, ACTIVE_PERMISSION)).send(new OneProducer(producer));
}

export function sendCollect(self: Name, token: u64): void {
    new InlineAction<OneBook>("collect").act(self, new PermissionLevel(self, ACTIVE_PERMISSION)).send(new OneBook(token));
}

// A transfer of the token; the memo is of ASCII characters. The library's InlineAction makes a dozen objects of it and encodes the memo
// four times: that was a third of what `claim` executes. Action: account, name, levels, data; data: from, to, quantity, memo.
export function sendTokens(token: Name, from: Name, to: Name, amount: i64, symbol: Symbol, memo: string): void {
    const data = TRANSFER_BYTES + memo.length;
    if (data >= ONE_BYTE_LENGTH) fail("a memo is too long: this is a fault of the contract");
    const action = new Encoder(ACTION_BYTES + data);
    action.packNumber<u64>(token.N);
    action.packNumber<u64>(TRANSFER.N);
    action.packLength(1);
    action.packNumber<u64>(from.N);
    action.packNumber<u64>(ACTIVE_PERMISSION.N);
    action.packLength(data);
    action.packNumber<u64>(from.N);
    action.packNumber<u64>(to.N);
    action.packNumber<i64>(amount);
    action.packNumber<u64>(symbol.value);
    action.packLength(memo.length);
    const written = String.UTF8.encodeUnsafe(changetype<usize>(memo), memo.length, action.buf.dataStart + action.pos);
    if (written != memo.length) fail("a memo is not of ASCII characters: this is a fault of the contract");
    send_inline(action.buf.dataStart, action.buf.length);
}

// The contract's code alone has all of `active`.
export function sendCodeActive(self: Name): void {
    const auth = new Authority(1, [], [new PermissionLevelWeight(new PermissionLevel(self, CODE_PERMISSION), 1)], []);
    new InlineAction<UpdateAuth>("updateauth")
        .act(SYSTEM, new PermissionLevel(self, OWNER_PERMISSION))
        .send(new UpdateAuth(self, ACTIVE_PERMISSION, OWNER_PERMISSION, auth));
}

// `owner`: the contract's code, or `threshold` of the accounts (ascending) together by their own active.
export function sendOwner(self: Name, accounts: Name[], threshold: u32): void {
    const levels: PermissionLevelWeight[] = [];
    let placed = false;
    for (let i = 0; i < accounts.length; i++) {
        if (!placed && self.N < accounts[i].N) {
            levels.push(new PermissionLevelWeight(new PermissionLevel(self, CODE_PERMISSION), <u16>threshold));
            placed = true;
        }
        levels.push(new PermissionLevelWeight(new PermissionLevel(accounts[i], ACTIVE_PERMISSION), 1));
    }
    if (!placed) levels.push(new PermissionLevelWeight(new PermissionLevel(self, CODE_PERMISSION), <u16>threshold));
    new InlineAction<UpdateAuth>("updateauth")
        .act(SYSTEM, new PermissionLevel(self, OWNER_PERMISSION))
        .send(new UpdateAuth(self, OWNER_PERMISSION, EMPTY_NAME, new Authority(threshold, [], levels, [])));
}

// eosio.msig itself compares the hash with the proposed transaction's
export function sendApprove(self: Name, proposer: Name, proposal: Name, hash: Checksum256): void {
    const level = new PermissionLevel(self, OWNER_PERMISSION);
    new InlineAction<Approve>("approve").act(MSIG, level).send(new Approve(proposer, proposal, level, hash));
}

// Takes back whatever `account` approved in eosio.msig so far.
export function sendInvalidate(account: Name): void {
    new InlineAction<OneProducer>("invalidate").act(MSIG, new PermissionLevel(account, ACTIVE_PERMISSION)).send(new OneProducer(account));
}

// 0 when the account has no row for the symbol, or one of another precision
export function balanceOf(token: Name, owner: Name, symbol: Symbol): i64 {
    const row = readForeign(token, owner, ACCOUNTS, symbol.code(), 16);
    if (row == null || load<u64>(row.dataStart, 8) != symbol.value) return 0;
    return max<i64>(load<i64>(row.dataStart), 0);
}

export function tokenExists(token: Name, symbol: Symbol): bool {
    const row = new Rows<Stat>(token, new Name(symbol.code())).get(symbol.code());
    if (row == null) return false;
    return row.supply.symbol == symbol;
}
