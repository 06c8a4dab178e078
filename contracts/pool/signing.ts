import { Name, PublicKey } from "proton-tsc";
import { Config, DISSOLVING, LIVE } from "./setup.tables";
import { Seat } from "./member.tables";
import { loadState, saveConfig, saveState } from "./setup";
import { mayVote, takesPart } from "./seats";
import { now } from "./time";
import { sendOwner, sendRegister, sendUnregister } from "./system";
import { Rows } from "./rows";

// The producer's signing authority follows every change of the roster in the same transaction, unless the pool is
// unregistered: then it stays so. When no key is left the producer is unregistered, for nobody could sign for it.
export function refreshSigning(self: Name, config: Config): void {
    if (!config.registered) return;
    const keys = signingKeys(self);
    if (keys.length == 0) {
        config.registered = false;
        saveConfig(self, config);
        noteEnd(self, config);
        sendUnregister(config.producer);
        return;
    }
    sendRegister(config.producer, keys, config.url, config.location);
}

// From here the last windows of a pool that is being dissolved have their time to be reported and disputed.
export function noteEnd(self: Name, config: Config): void {
    if (config.phase != DISSOLVING) return;
    const state = loadState(self);
    state.dissolving_at = now();
    saveState(self, state);
}

export function signingKeys(self: Name): PublicKey[] {
    const seats = new Rows<Seat>(self);
    const keys: PublicKey[] = [];
    let seat = seats.first();
    while (seat != null) {
        if (seat.signing && takesPart(seat)) keys.push(seat.key);
        seat = seats.next(seat);
    }
    return keys;
}

// Beside the contract's code, a large part of the members together hold `owner` directly: what is left to them should
// the contract fail. Seats come in the order of their accounts' names, as an authority wants them.
export function refreshOwner(self: Name, config: Config): void {
    if (config.phase < LIVE) return;
    const seats = new Rows<Seat>(self);
    const voters: Name[] = [];
    let seat = seats.first();
    while (seat != null) {
        if (mayVote(seat)) voters.push(seat.account);
        seat = seats.next(seat);
    }
    sendOwner(self, voters, breakGlass(voters.length));
}

// More than an ordinary majority: three quarters rounded up, at least one above the majority, at most all.
export function breakGlass(voters: i32): u32 {
    if (voters < 2) return <u32>(voters < 1 ? 1 : voters);
    const quarters = (voters * 3 + 3) / 4;
    const above = voters / 2 + 2;
    const wanted = quarters > above ? quarters : above;
    return <u32>(wanted > voters ? voters : wanted);
}
