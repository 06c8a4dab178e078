import { ActionData, Name, EMPTY_NAME, Asset, Symbol, PublicKey, KeyWeight, PermissionLevel, InlineAction, TableStore } from "proton-tsc";
import { Account, Stat, sendTransferToken } from "proton-tsc/token";
import { BlockAuth, BlockAuthV0 } from "./auth";

// What the contract asks of other contracts. The producer account's permissions belong to this contract's eosio.code.

const SYSTEM: Name = Name.fromString("eosio");
const ACTIVE_PERMISSION: Name = Name.fromString("active");

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
class Nothing extends ActionData {
    constructor() { super(); }
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

export function sendClaimRewards(producer: Name): void {
    new InlineAction<OneProducer>("claimrewards")
        .act(SYSTEM, new PermissionLevel(producer, ACTIVE_PERMISSION))
        .send(new OneProducer(producer));
}

export function sendCollect(self: Name): void {
    new InlineAction<Nothing>("collect").act(self, new PermissionLevel(self, ACTIVE_PERMISSION)).send(new Nothing());
}

export function sendSweep(self: Name): void {
    new InlineAction<Nothing>("sweep").act(self, new PermissionLevel(self, ACTIVE_PERMISSION)).send(new Nothing());
}

export function sendTokens(token: Name, from: Name, to: Name, amount: i64, symbol: Symbol, memo: string): void {
    sendTransferToken(token, from, to, new Asset(amount, symbol), memo);
}

// 0 when the account has no row for the symbol, or one of another precision
export function balanceOf(token: Name, owner: Name, symbol: Symbol): i64 {
    const row = new TableStore<Account>(token, owner).get(symbol.code());
    if (row == null) return 0;
    return row.balance.symbol == symbol ? row.balance.amount : 0;
}

export function tokenExists(token: Name, symbol: Symbol): bool {
    const row = new TableStore<Stat>(token, new Name(symbol.code())).get(symbol.code());
    if (row == null) return false;
    return row.supply.symbol == symbol;
}
