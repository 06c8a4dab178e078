import { Name, EMPTY_NAME, PublicKey, SAME_PAYER } from "proton-tsc";
import { Emitter, Oracle, Arbitrator } from "./vote.tables";
import { fail } from "./fail";
import { isSecond } from "./pause";
import { requireVoter } from "./seats";
import { requireAccount, requireText } from "./words";
import { countOracles, dropOracle } from "./oracles";
import { isNoKey } from "./keys";
import { now } from "./time";
import { Rows } from "./rows";

// Emitters, oracles and arbitrators: named by vote, stopped by vote or at once by two members.

const MAX_EMITTERS: i32 = 21;
const MAX_ORACLES: i32 = 21;
const MAX_ARBITRATORS: i32 = 9;

export function requireRole(role: Name): void {
    const name = role.N;
    if (name == Name.fromString("emitter").N || name == Name.fromString("oracle").N || name == Name.fromString("arbitrator").N) return;
    fail(`there is no role ${role}: emitter, oracle and arbitrator are known`);
}

export function setRole(self: Name, role: Name, account: Name, on: bool, key: PublicKey, endpoints: string): void {
    requireRole(role);
    if (!on) {
        stopNow(self, role, account);
        return;
    }
    requireAccount(role.toString(), account);
    if (role.N == Name.fromString("emitter").N) nameEmitter(self, account, key, endpoints);
    else if (role.N == Name.fromString("oracle").N) nameOracle(self, account);
    else nameArbitrator(self, account);
}

// One member asks, a second one stops the account at once. Only a vote brings it back.
export function stop(self: Name, member: Name, role: Name, account: Name): void {
    requireVoter(self, member);
    requireRole(role);
    if (role.N == Name.fromString("emitter").N) {
        const row = requireEmitter(self, account);
        if (isSecond(self, member, row.stopper, row.stopper_at)) {
            stopNow(self, role, account);
            return;
        }
        row.stopper = member;
        row.stopper_at = now();
        new Rows<Emitter>(self).update(row, SAME_PAYER);
    } else if (role.N == Name.fromString("oracle").N) {
        const row = requireOracle(self, account);
        if (isSecond(self, member, row.stopper, row.stopper_at)) {
            stopNow(self, role, account);
            return;
        }
        row.stopper = member;
        row.stopper_at = now();
        new Rows<Oracle>(self).update(row, SAME_PAYER);
    } else {
        const row = requireArbitrator(self, account);
        if (isSecond(self, member, row.stopper, row.stopper_at)) {
            stopNow(self, role, account);
            return;
        }
        row.stopper = member;
        row.stopper_at = now();
        new Rows<Arbitrator>(self).update(row, SAME_PAYER);
    }
}

function stopNow(self: Name, role: Name, account: Name): void {
    if (role.N == Name.fromString("emitter").N) {
        new Rows<Emitter>(self).remove(requireEmitter(self, account));
    } else if (role.N == Name.fromString("oracle").N) {
        dropOracle(new Rows<Oracle>(self), requireOracle(self, account));
    } else {
        new Rows<Arbitrator>(self).remove(requireArbitrator(self, account));
    }
}

function requireEmitter(self: Name, account: Name): Emitter {
    const row = new Rows<Emitter>(self).get(account.N);
    if (row == null) fail(`${account} is not an emitter of this pool: proprole names one`);
    return row!;
}

export function requireOracle(self: Name, account: Name): Oracle {
    const row = new Rows<Oracle>(self).get(account.N);
    if (row == null || !row.active) fail(`${account} is not an oracle of this pool: proprole names one`);
    return row!;
}

export function requireArbitrator(self: Name, account: Name): Arbitrator {
    const row = new Rows<Arbitrator>(self).get(account.N);
    if (row == null) fail(`${account} is not an arbitrator of this pool: proprole names one`);
    return row!;
}

// An emitter that is named again gets its new key and endpoints.
function nameEmitter(self: Name, account: Name, key: PublicKey, endpoints: string): void {
    requireText("endpoints", endpoints);
    if (isNoKey(key)) fail(`emitter ${account} needs a key of type K1 to sign its log with`);
    const table = new Rows<Emitter>(self);
    const row = new Emitter(account, key, endpoints);
    if (table.exists(account.N)) {
        table.update(row, self);
        return;
    }
    let count = 0;
    let other = table.first();
    while (other != null) {
        count += 1;
        other = table.next(other);
    }
    if (count >= MAX_EMITTERS) fail(`there are ${MAX_EMITTERS} emitters already: stop one first`);
    table.store(row, self);
}

function nameOracle(self: Name, account: Name): void {
    const table = new Rows<Oracle>(self);
    const known = table.get(account.N);
    if (known != null) {
        if (known.active) fail(`${account} is an oracle already`);
        known.active = true;
        known.stopper = EMPTY_NAME;
        table.update(known, self);
        return;
    }
    if (countOracles(self, false) >= MAX_ORACLES) fail(`there are ${MAX_ORACLES} oracles already: stop one first`);
    table.store(new Oracle(account), self);
}

function nameArbitrator(self: Name, account: Name): void {
    const table = new Rows<Arbitrator>(self);
    if (table.exists(account.N)) fail(`${account} is an arbitrator already`);
    let count = 0;
    let other = table.first();
    while (other != null) {
        count += 1;
        other = table.next(other);
    }
    if (count >= MAX_ARBITRATORS) fail(`there are ${MAX_ARBITRATORS} arbitrators already: stop one first`);
    table.store(new Arbitrator(account), self);
}
